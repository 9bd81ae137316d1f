"""What runs inside a recognition worker: one engine, many streams, one thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from voicebot.speech.recognition.recognizer import Hints, Hypothesis, TimedWord

EngineName = Literal["vosk", "moonshine", "whisper"]
NOTHING = Hypothesis("", 0.0)


@dataclass(frozen=True, slots=True)
class Heard:
    """Words of a stream so far, best first; ``words`` with their times where the engine tells them."""

    best: Hypothesis
    alternatives: tuple[Hypothesis, ...] = ()
    words: tuple[TimedWord, ...] = ()


class Stream(Protocol):
    """One call's stream in a worker, one utterance after another."""

    def begin(self, hints: Hints) -> None:
        """Start an utterance."""

    def feed(self, pcm: bytes) -> None:
        """Hear 8 kHz 16-bit PCM, a whole number of samples."""

    def interim(self) -> Heard:
        """Return the words of everything fed of this utterance."""

    def end(self) -> None:
        """Forget the utterance; may be called at any time."""


class Engine(Protocol):
    """A loaded model."""

    @property
    def details(self) -> dict[str, str]:
        """Facts for people: version, what hints do."""

    def stream(self) -> Stream:
        """Return a stream for one call."""
