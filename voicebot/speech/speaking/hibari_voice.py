"""The light English voice: hibari-tts, its weights in the wheel, about 0.01 CPU seconds an audio second."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib.metadata
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from voicebot.errors import UnavailableError
from voicebot.speech.speaking.loudness import FORM, finish
from voicebot.speech.speaking.spoken_text import is_speakable, plain

_SEED: Final = 0
_VOICE: Final = "heart"
_THREAD: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hibari")
_CURE: Final = "install it into voicebot's environment: pip install hibari-tts"


class HibariVoice:
    """US English, female.

    One thread synthesises for all instances, one text at a time; onnxruntime gets one thread too, so that speaking
    never takes the cores that recognition needs. The engine is loaded once a process (see ``warm_up``).

    Parameters
    ----------
    seconds
        Time limit of one synthesis, loading excluded.

    Raises
    ------
    UnavailableError
        hibari-tts is not installed.
    """

    def __init__(self, *, seconds: float = 10.0) -> None:
        try:
            version = importlib.metadata.version("hibari-tts")
        except importlib.metadata.PackageNotFoundError as error:
            raise UnavailableError("the voice hibari is not installed", cure=_CURE) from error
        self._name = f"hibari-{version}-{_VOICE}-{FORM}"
        self._seconds = seconds
        self._engine: Any = None
        self._turn = asyncio.Lock()

    @property
    def name(self) -> str:
        """Identity for the prompt cache."""
        return self._name

    @property
    def language(self) -> str:
        """BCP 47 tag."""
        return "en-US"

    async def synthesize(self, text: str, *, speed: float = 1.0, urgent: bool = False) -> bytes:
        """Speak ``text``; see ``Voice.synthesize``."""
        text = plain(text)
        if not is_speakable(text):
            return b""
        loop = asyncio.get_running_loop()
        async with self._turn:
            if self._engine is None:
                self._engine = await loop.run_in_executor(_THREAD, _load)
            work = loop.run_in_executor(_THREAD, _speak, self._engine, text, speed)
            try:
                pcm = await asyncio.wait_for(asyncio.shield(work), self._seconds)
            except TimeoutError as error:
                # The thread cannot be stopped; until it ends, later texts run into their own limit.
                work.add_done_callback(lambda late: late.exception())
                raise UnavailableError(
                    f"hibari did not speak a text of {len(text)} characters within {self._seconds:g} s",
                    cure="see whether this machine is overloaded",
                ) from error
        if not pcm:
            raise UnavailableError(
                f"hibari, an English voice, has no sound for a text of {len(text)} characters",
                cure="use a voice of the text's language",
            )
        return pcm


async def warm_up() -> None:
    """Load the engine, if it is installed, before there are calls: loading holds Python's lock for a quarter second."""
    with contextlib.suppress(UnavailableError):
        await asyncio.get_running_loop().run_in_executor(_THREAD, _load)


@functools.cache
def _load() -> Any:
    try:
        from hibari import Hibari  # noqa: PLC0415  (onnxruntime and numpy load with it)

        return Hibari(voice=_VOICE, threads=1)
    except Exception as error:
        raise UnavailableError(f"the voice hibari does not load: {error}", cure=_CURE) from error


def _speak(engine: Any, text: str, speed: float) -> bytes:
    try:
        samples = engine(text, speed=min(2.0, max(0.5, speed)), seed=_SEED)
    except Exception as error:
        raise UnavailableError(f"hibari failed on a text of {len(text)} characters: {error}") from error
    return finish(samples, engine.sample_rate)
