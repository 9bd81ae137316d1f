"""The turn machine's events and commands (``turns.py`` has the theory)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final, Literal

# ----------------------------------------------------------------------------------------------- events


class Meaning(enum.Enum):
    """What an utterance is to the turn, whatever it says."""

    ANSWER = "answer"
    BACK_CHANNEL = "back_channel"
    """"uh-huh", "okay": go on speaking."""
    UNCLEAR = "unclear"
    """Words that fit nothing: asked again when they answer a question, never kept for later."""
    STRAY = "stray"
    """Words that mean nothing in this call, over a line whose question has not been put: go on speaking, twice."""
    NOTHING = "nothing"
    """No words: noise, a cough, breath."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the mouth has to do next, as far as the machine must know.

    Parameters
    ----------
    lines
        One item a line: whether it is uninterruptible.
    expects
        What kind of answer is awaited; longer closing silence for numbers.
    no_input_seconds
        Silence after the last line that counts as no input.
    max_digits
        Keys that make an answer; 0: keys are ignored.
    ends
        After the last line the call ends (or is transferred).
    opens
        The first turn of a call: wait for the callee's greeting first.
    after_beep
        Wait for an answering machine's beep first.
    replies
        It answers words or keys: a callee who goes on as it begins had not finished.
    """

    lines: tuple[bool, ...]
    expects: Literal["words", "date", "amount", "digits"] = "words"
    no_input_seconds: float = 5.0
    max_digits: int = 1
    ends: bool = False
    opens: bool = False
    after_beep: bool = False
    replies: bool = False


NO_TURN: Final = Turn(lines=(), no_input_seconds=float("inf"), max_digits=0)
"""Placeholder while the next turn is not known yet."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The next turn is known."""

    at: float
    turn: Turn


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms went by: how long the running speech has lasted, or the silence since speech ended.

    ``wary``: it is not known what picked up, and more is to come of it.
    """

    at: float
    speech_ms: int
    silence_ms: int
    wary: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: the machine had asked to be woken. On a line that sends nothing, that is silence."""

    at: float


@dataclass(frozen=True, slots=True)
class Decided:
    """The words, the keys or the silence of a query have been understood, and the reply is ready to be spoken.

    ``complete``: the words answer the question. ``hesitant``: they leave the sentence open. ``value``: they name a day,
    an amount or the like, whose last word may not have been said. ``settled``: they are surely an answer, and all of
    it; where they are not, the callee may well go on. ``urgent``: honoured even when the call is ending.
    ``takes_back``: it answers again what the current turn had replied to too early.
    ``held``: it is not known yet whether a person said it; it counts once it comes again without that.
    """

    at: float
    query: int
    meaning: Meaning = Meaning.ANSWER
    complete: bool = True
    hesitant: bool = False
    value: bool = False
    settled: bool = True
    urgent: bool = False
    takes_back: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """A line was played to its end."""

    at: float
    line: int


@dataclass(frozen=True, slots=True)
class Digit:
    """A key was pressed."""

    at: float
    digit: str


@dataclass(frozen=True, slots=True)
class Machine:
    """What picked up turns out not to be a person."""

    at: float
    kind: Literal["voicemail", "screener"]


@dataclass(frozen=True, slots=True)
class Beep:
    """An answering machine's beep has ended."""

    at: float


Event = Begin | Frame | Tick | Decided | Played | Digit | Machine | Beep


# ---------------------------------------------------------------------------------------------- commands


@dataclass(frozen=True, slots=True)
class Play:
    """Start line number ``line`` of the turn."""

    line: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Stop sending speech; the line may go on later."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with the held line, a little before where it stopped."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Stop the line; the rest of the turn is not said."""


@dataclass(frozen=True, slots=True)
class Open:
    """Begin an utterance; what is heard from just before now on goes to the recogniser."""

    utterance: int


@dataclass(frozen=True, slots=True)
class Interim:
    """Ask for the words of the utterance so far, and what they mean.

    ``goes_on``: the callee goes on with the utterance that the bot has just begun to reply to.
    """

    utterance: int
    query: int
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """The utterance is over."""

    utterance: int


@dataclass(frozen=True, slots=True)
class DecideDigits:
    """Ask what the pressed keys mean.

    ``goes_on``: pressed as the reply to the question before has just begun, they belong to that question. Keys that
    mean nothing are ``UNCLEAR``.
    """

    query: int
    digits: str
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class DecideSilence:
    """Ask what to do about silence."""

    query: int


@dataclass(frozen=True, slots=True)
class DecideMachine:
    """Ask what to do about an answering machine or a screener."""

    query: int
    kind: Literal["voicemail", "screener"]


@dataclass(frozen=True, slots=True)
class Commit:
    """The turn has ended with what was decided about this query; ``Begin`` must follow."""

    query: int


@dataclass(frozen=True, slots=True)
class Finish:
    """The last line was said: hang up or transfer."""


Command = (
    Play
    | Hold
    | Resume
    | Drop
    | Open
    | Interim
    | Close
    | DecideDigits
    | DecideSilence
    | DecideMachine
    | Commit
    | Finish
)
