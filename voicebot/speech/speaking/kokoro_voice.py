"""Kokoro 82M behind the ``Voice`` protocol: the Mandarin voice, driven directly with onnxruntime on one thread.

It takes about 0.6 CPU seconds an audio second, so lines are rendered before a call and only what cannot be known
before it is spoken while somebody waits. Pronunciation is the language's own (``languages.zh.pronunciation``); misaki
turns syllables into the phonemes that the model was trained on.

Model format: hexgrad's Kokoro v1.0 as ONNX (https://github.com/hexgrad/kokoro), a style vector for each length of text.
"""

from __future__ import annotations

import asyncio
import json
import re
import textwrap
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from voicebot.errors import UnavailableError
from voicebot.languages.zh.pronunciation import syllables
from voicebot.speech.models.catalogue import installed
from voicebot.speech.speaking.loudness import FORM, finish
from voicebot.speech.speaking.spoken_text import is_speakable, plain

MODEL: Final = "kokoro-82m"
VOICE: Final = "zf_xiaoyi"
"""Whose voice speaks for the bot."""
VERSION: Final = 1
"""Of how text becomes phonemes here; part of every name."""
_RATE: Final = 24000
_MOST_TOKENS: Final = 400
_THREAD: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kokoro")
_PUNCTUATION: Final = str.maketrans(
    {"，": ", ", "、": ", ", "。": ". ", "！": "! ", "？": "? ", "：": ": ", "；": "; "}
)
_DIGITS: Final = str.maketrans(dict(zip("0123456789", "零一二三四五六七八九", strict=True)))
_SPELLED: Final = (
    "ˈA bˈi sˈi dˈi ˈi ˈɛf ʤˈi ˈAʧ ˈI ʤˈA kˈA ˈɛl ˈɛm ˈɛn ˈO pˈi kjˈu ˈɑɹ ˈɛs tˈi jˈu vˈi dˈʌblju ˈɛks wˈI zˈi"
)
_LETTERS: Final = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _SPELLED.split(" "), strict=True))
"""Latin letters as English spells them, in the model's phonemes."""
_BEFORE_MARK: Final = re.compile(r"\s+([,.!?:;])")
_TONES: Final = (("˧˩˧", "↓"), ("˧˥", "↗"), ("˥˩", "↘"), ("˥", "→"), ("ɻ̩", "ɨ"), ("ɹ̩", "ɨ"), ("̯", ""))


class KokoroVoice:
    """A Mandarin voice.

    One thread synthesises for all instances, one text at a time, so that speaking never takes the cores that
    recognition needs.

    Parameters
    ----------
    voice
        Name of one of the model's voices: ``zf_…`` and ``zm_…`` are Mandarin.
    folder
        Of the model; the installed one when ``None``.
    seconds
        Time limit of one synthesis, loading excluded.

    Raises
    ------
    UnavailableError
        The model is not installed, or has no such voice.
    """

    def __init__(self, voice: str = VOICE, *, folder: Path | None = None, seconds: float = 60.0) -> None:
        found = folder or installed(MODEL)
        if found is None:
            raise UnavailableError(f"the voice {MODEL} is not installed", cure=f"voicebot model install {MODEL}")
        self._folder = found
        self._style = found / "voices" / f"{voice}.bin"
        if not self._style.is_file():
            known = ", ".join(sorted(file.stem for file in (found / "voices").glob("z*.bin")))
            raise UnavailableError(f"{MODEL} has no voice {voice}", cure=f"name one of {known}")
        self._name = f"kokoro-1.0-{VERSION}-{voice}-{FORM}"
        self._seconds = seconds
        self._turn = asyncio.Lock()

    @property
    def name(self) -> str:
        """Identity for the prompt cache."""
        return self._name

    @property
    def language(self) -> str:
        """BCP 47 tag."""
        return "zh-CN"

    async def synthesize(self, text: str, *, speed: float = 1.0, urgent: bool = False, pitch: float = 1.0) -> bytes:
        """Speak ``text``; see ``Voice.synthesize``. ``pitch`` is a factor: other people are made of one voice by it."""
        text = plain(text)
        if not is_speakable(text):
            return b""
        loop = asyncio.get_running_loop()
        async with self._turn:
            await loop.run_in_executor(_THREAD, _engine, self._folder)
            work = loop.run_in_executor(_THREAD, _speak, self._folder, self._style, text, speed, pitch)
            try:
                return await asyncio.wait_for(asyncio.shield(work), self._seconds)
            except TimeoutError as error:
                work.add_done_callback(lambda late: late.exception())  # the thread cannot be stopped
                raise UnavailableError(
                    f"Kokoro did not speak a text of {len(text)} characters within {self._seconds:g} s",
                    cure="see whether this machine is overloaded",
                ) from error


def phonemes(text: str) -> str:
    """Return the model's phonemes of a Mandarin text; digits are read in Mandarin, Latin letters are spelled."""
    parts: list[str] = []
    for piece in syllables(text.translate(_DIGITS)):
        if isinstance(piece, str):
            plain_letters = unicodedata.normalize("NFKD", piece.translate(_PUNCTUATION)).upper()
            parts += [f"{_LETTERS[sign]} " if sign in _LETTERS else sign for sign in plain_letters
                      if sign in _LETTERS or sign in ",.!?:; "]  # fmt: skip
        else:
            parts.append("".join(_phonemes(one) for one in piece) + " ")
    return _BEFORE_MARK.sub(r"\1", " ".join("".join(parts).split()))


@lru_cache(maxsize=2048)
def _phonemes(syllable: str) -> str:
    from misaki.transcription import pinyin_to_ipa  # noqa: PLC0415 - only Mandarin needs it

    try:
        found = "".join(next(iter(pinyin_to_ipa(syllable))))
    except (ValueError, KeyError, StopIteration):
        return ""  # no syllable of Mandarin
    for sign, written in _TONES:
        found = found.replace(sign, written)
    return found


class _Engine:
    def __init__(self, folder: Path) -> None:
        import onnxruntime  # noqa: PLC0415 - a voice that is never used loads nothing

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self.session: Any = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            known = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
            self.vocabulary: dict[str, int] = known.get("vocab", known)
        except Exception as error:  # onnxruntime raises kinds of its own for each fault
            raise UnavailableError(f"{folder} is not a Kokoro model that can be loaded: {error}") from error


@lru_cache(maxsize=2)
def _engine(folder: Path) -> _Engine:
    return _Engine(folder)


def _speak(folder: Path, style: Path, text: str, speed: float, pitch: float) -> bytes:
    engine = _engine(folder)
    styles = np.fromfile(style, np.float32).reshape(-1, 256)
    parts = []
    for signs in textwrap.wrap(phonemes(text), _MOST_TOKENS):
        tokens = [engine.vocabulary[sign] for sign in signs if sign in engine.vocabulary]
        given = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": styles[min(len(tokens), len(styles) - 1)][None],
            "speed": np.array([min(2.0, max(0.5, speed))], np.float32),
        }
        if tokens:
            parts.append(np.asarray(engine.session.run(None, given)[0], np.float32).ravel())
    if not parts:
        return b""
    # Declaring another rate than the true one is the pitch shift: finish() resamples to 8 kHz.
    return finish(np.concatenate(parts), round(_RATE * pitch))
