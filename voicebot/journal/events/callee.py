"""The callee's side: what picked up, keys, speech, and the words that were recognised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The bot pressed a key, because a call screener asked for it and the script allows that."""

    name: ClassVar[str] = "pressed"
    key: str = ""


@dataclass(frozen=True, slots=True)
class Digit:
    """The callee pressed a key."""

    name: ClassVar[str] = "digit"
    digit: str = ""


@dataclass(frozen=True, slots=True)
class Beep:
    """An answering machine's beep has ended."""

    name: ClassVar[str] = "beep"


@dataclass(frozen=True, slots=True)
class Greeting:
    """What picked up: a person, a machine, a screener."""

    name: ClassVar[str] = "greeting"
    verdict: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class NotAnAnswer:
    """Words of a query do not count as the callee's: a recording said them, or it is not known yet who did."""

    name: ClassVar[str] = "not_an_answer"
    query: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """An utterance was opened.

    Parameters
    ----------
    over
        What the bot was doing.
    began
        When the speech itself began, a little before it was noticed.
    """

    name: ClassVar[str] = "speech_started"
    utterance: int = 0
    over: str = ""
    began: float | None = None


@dataclass(frozen=True, slots=True)
class SpeechIgnored:
    """Speech that was not taken for the callee's: neither answered nor an interruption.

    Parameters
    ----------
    why
        ``room``: voices behind the callee; ``echo``: our own voice; ``no_answer``: it may have been the callee's by its
        level, and its words answered nothing.
    utterance
        Its number, if it was heard out; its words are under the same number.
    began, ended
        When it was heard.
    level
        How loud it was; this and the following in dBFS, upper levels (90th percentile) of speech.
    callee, room, floor
        The picture of the line: the callee, voices behind, and what is always there, as far as they were known.
    """

    name: ClassVar[str] = "speech_ignored"
    why: str = ""
    utterance: int = 0
    began: float | None = None
    ended: float | None = None
    level: float | None = None
    callee: float | None = None
    room: float | None = None
    floor: float | None = None


@dataclass(frozen=True, slots=True)
class Overheard:
    """Words that went on beneath the bot's voice before it was settled what picked up; only that is told from them.

    Parameters
    ----------
    run
        Number of the stretch of speech; later words of the same one repeat the earlier.
    """

    name: ClassVar[str] = "overheard"
    run: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class InterimAsked:
    """The words of the utterance so far were asked for, under the number of the query."""

    name: ClassVar[str] = "interim"
    utterance: int = 0
    query: int = 0


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """An utterance was closed; ``ended``: when the callee was last heard in it."""

    name: ClassVar[str] = "speech_ended"
    utterance: int = 0
    ended: float | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Other words that may have been said."""

    text: str
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Word:
    """One word and when it was said."""

    text: str
    begins: float
    ends: float
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Another recogniser listened to an utterance once more; if its words count, they follow as ``words``.

    Parameters
    ----------
    query
        The number under which its words were asked for.
    text
        What it heard; empty where it heard no words.
    waited_ms
        How long that took.
    counts
        Its words are the surer ones.
    """

    name: ClassVar[str] = "second_look"
    query: int = 0
    text: str = ""
    confidence: float = 0.0
    waited_ms: float = 0.0
    cpu_seconds: float = 0.0
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The words of an utterance so far.

    Parameters
    ----------
    query
        The number under which they were asked for.
    source
        ``free``: open vocabulary; ``hints``: chosen among the phrases that the step expects; ``second_ear``: another
        recogniser, which was surer.
    alternatives
        Best first.
    words
        Each word with its times, where the recogniser tells them.
    failed
        The recogniser failed.
    """

    name: ClassVar[str] = "words"
    utterance: int = 0
    query: int = 0
    text: str = ""
    confidence: float = 0.0
    source: str = ""
    alternatives: tuple[Alternative, ...] = ()
    words: tuple[Word, ...] = ()
    audio_seconds: float = 0.0
    cpu_seconds: float = 0.0
    failed: bool = False
