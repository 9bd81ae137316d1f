"""What every recogniser does, whichever engine is behind it.

A pool owns the worker processes; a session is one call's place in it. Within a session there is one utterance
at a time: ``begin``, any number of ``feed`` and ``interim``, then ``end``. ``interim`` asks for the words of all that
was fed so far; it is asked for as soon as the closing silence begins and again only if speech goes on, so the
words are there when the turn ends. Results come by callback in the event loop's thread, in order within a
session; they carry the number of the interim result, so a result that speech has overtaken is told by its number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Hints:
    """What a step expects to hear. Open vocabulary is always heard beside it.

    Parameters
    ----------
    phrases
        Likely answers, in plain lower-case words: a grammar for Vosk, candidates for the other engines.
        May be empty.
    """

    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One thing that may have been said.

    Parameters
    ----------
    text
        Words as the engine writes them; empty when nothing was understood.
    confidence
        0 (a guess) to 1 (certain), comparable within one engine.
    source
        ``free``: open vocabulary; ``hints``: chosen among the hinted phrases.
    """

    text: str
    confidence: float
    source: Literal["free", "hints"] = "free"


@dataclass(frozen=True, slots=True)
class TimedWord:
    """One word and when it was said.

    Parameters
    ----------
    begins, ends
        Seconds since the first sample that was fed of the utterance.
    confidence
        0 to 1.
    """

    text: str
    begins: float
    ends: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Recognition:
    """The words of one interim result.

    Parameters
    ----------
    utterance, interim
        The numbers given to ``begin`` and ``interim``.
    best
        What was most likely said, open vocabulary and hints weighed together.
    alternatives
        Other hypotheses, best first.
    audio_seconds, cpu_seconds
        How much was heard, and what it cost.
    words
        Of open vocabulary, in order, with their times, where the engine tells them.
    failed
        The engine could not be asked in time (worker lost twice, overload); ``best`` is empty then.
    """

    utterance: int
    interim: int
    best: Hypothesis
    alternatives: tuple[Hypothesis, ...] = ()
    audio_seconds: float = 0.0
    cpu_seconds: float = 0.0
    words: tuple[TimedWord, ...] = ()
    failed: bool = False


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Which engine hears, and why it was chosen: shown by every run.

    Parameters
    ----------
    engine
        ``vosk``, ``moonshine`` or ``whisper``.
    model
        Name of the installed model.
    language
        BCP 47 tag, ``en-US`` or ``zh-CN``.
    why
        One sentence.
    """

    engine: str
    model: str
    language: str
    why: str
    details: dict[str, str] = field(default_factory=dict)


class RecognizerSession(Protocol):
    """One call's place in a recogniser. No method blocks or raises on an engine's failure."""

    def begin(self, utterance: int, hints: Hints) -> None:
        """Start utterance number ``utterance`` (growing within the session)."""

    def feed(self, pcm: bytes) -> None:
        """Add speech, 8 kHz 16-bit PCM, any length; only what the voice activity detector took for speech."""

    def interim(self, number: int) -> None:
        """Ask for the words of all that was fed of this utterance so far."""

    def end(self) -> None:
        """Forget the utterance."""

    def close(self) -> None:
        """Leave the pool; no callback comes after this."""


class RecognizerPool(Protocol):
    """Worker processes that recognise for many calls; one crashing or freezing disturbs none of the others."""

    @property
    def info(self) -> EngineInfo:
        """Which engine this is and why."""

    async def start(self) -> None:
        """Load the model in every worker; returns when all can hear. Raises UnavailableError."""

    def open(self, call: str, on_words: Callable[[Recognition], None]) -> RecognizerSession:
        """Give a call a session on the least busy worker; ``call`` is for logs."""

    async def close(self) -> None:
        """End all workers."""
