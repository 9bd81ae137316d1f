"""Recogniser and policy in the calling thread: in told time nothing may wait for another thread or process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from voicebot.dialogue.talk import Question, Understanding
from voicebot.dialogue.understanding.local import LocalPolicy
from voicebot.speech.audio import FRAME_BYTES, FRAME_SECONDS
from voicebot.speech.recognition.engine import Engine, Stream
from voicebot.speech.recognition.recognizer import EngineInfo, Hints, Recognition


class InProcessPolicy:
    """A policy that decides in this thread.

    Parameters
    ----------
    local
        What decides.
    seconds
        How long that takes, in told time.
    """

    def __init__(self, local: LocalPolicy, seconds: float = 0.0) -> None:
        self._local, self._seconds = local, seconds
        self.name = local.name

    async def understand(self, question: Question) -> Understanding:
        """Understand what was heard."""
        await asyncio.sleep(self._seconds)
        return self._local.decide(question)


class InProcessSession:
    """A call's place at an engine in this process (``RecognizerSession``)."""

    def __init__(self, stream: Stream, on_words: Callable[[Recognition], None], seconds: float) -> None:
        self._stream, self._on_words, self._seconds = stream, on_words, seconds
        self._utterance = 0
        self._newest: int | None = None
        """Of the interim results asked for since the utterance began."""
        self._fed = 0

    def begin(self, utterance: int, hints: Hints) -> None:
        """Start an utterance."""
        self._stream.end()
        self._stream.begin(hints)
        self._utterance, self._fed, self._newest = utterance, 0, None

    def feed(self, pcm: bytes) -> None:
        """Hear."""
        self._fed += len(pcm)
        self._stream.feed(pcm)

    def interim(self, number: int) -> None:
        """Recognise now, and tell later."""
        begun = time.process_time()
        heard, self._newest = self._stream.interim(), number
        words = Recognition(
            self._utterance,
            number,
            heard.best,
            heard.alternatives,
            audio_seconds=self._fed / FRAME_BYTES * FRAME_SECONDS,
            cpu_seconds=time.process_time() - begun,
            words=heard.words,
        )
        asyncio.get_running_loop().call_later(self._seconds, self._tell, words)

    def _tell(self, words: Recognition) -> None:
        # As in the pool, an utterance that is over, or has begun again under its number, has no more words.
        if words.utterance == self._utterance and self._newest is not None and words.interim <= self._newest:
            self._on_words(words)

    def end(self) -> None:
        """Forget the utterance."""
        self._utterance = 0
        self._stream.end()

    def close(self) -> None:
        """Leave."""
        self.end()


@dataclass(frozen=True, slots=True)
class InProcessPool:
    """A pool (``RecognizerPool``) of one engine in this process.

    Parameters
    ----------
    engine, info
        What hears.
    seconds
        How long words take to come, in told time.
    """

    engine: Engine
    info: EngineInfo
    seconds: float

    async def start(self) -> None:
        """It is loaded."""

    def open(self, call: str, on_words: Callable[[Recognition], None]) -> InProcessSession:
        """Return a call's place."""
        del call
        return InProcessSession(self.engine.stream(), on_words, self.seconds)

    async def close(self) -> None:
        """Nothing to end."""
