"""What can happen in a call, one frozen data class each; ``name`` tells them apart in a journal.

Times within events are seconds on the journal's own clock, as is the ``at`` of every entry. When a field is changed or
renamed, raise ``SCHEMA`` and teach ``reader.py`` to read the older form; a new event, or a new field with a default,
needs neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from voicebot.journal.events.bot import (
    EndingBegun,
    LineBegun,
    LineDropped,
    LineHeld,
    LineResumed,
    LineSaid,
    QuestionBegun,
    RenderedLate,
    RenderFailed,
    Sounding,
    TransferBegun,
    TransferFailed,
    Transferred,
    VoiceFailed,
)
from voicebot.journal.events.callee import (
    Alternative,
    Beep,
    Digit,
    Greeting,
    InterimAsked,
    KeyPressed,
    NotAnAnswer,
    Overheard,
    SecondLook,
    SpeechEnded,
    SpeechIgnored,
    SpeechStarted,
    Word,
    Words,
)
from voicebot.journal.events.deciding import (
    DecisionFailed,
    Turn,
    Understood,
)
from voicebot.journal.events.frame import (
    Answered,
    Begun,
    CallPlanned,
    Cancelled,
    EndAsked,
    Failed,
    Fault,
    HungUp,
    MediaUp,
    NotRecorded,
    Originated,
    OutcomeReached,
    RecordingKept,
    RecordingStarted,
    Ringing,
)

__all__ = [
    "BY_NAME",
    "SCHEMA",
    "Alternative",
    "Answered",
    "Beep",
    "Begun",
    "CallPlanned",
    "Cancelled",
    "DecisionFailed",
    "Digit",
    "EndAsked",
    "EndingBegun",
    "Entry",
    "Event",
    "Failed",
    "Fault",
    "Greeting",
    "HungUp",
    "InterimAsked",
    "KeyPressed",
    "LineBegun",
    "LineDropped",
    "LineHeld",
    "LineResumed",
    "LineSaid",
    "MediaUp",
    "NotAnAnswer",
    "NotRecorded",
    "Originated",
    "OutcomeReached",
    "Overheard",
    "QuestionBegun",
    "RecordingKept",
    "RecordingStarted",
    "RenderFailed",
    "RenderedLate",
    "Ringing",
    "SecondLook",
    "Sounding",
    "SpeechEnded",
    "SpeechIgnored",
    "SpeechStarted",
    "TransferBegun",
    "TransferFailed",
    "Transferred",
    "Turn",
    "Understood",
    "Unknown",
    "VoiceFailed",
    "Word",
    "Words",
]

SCHEMA: Final = 2
"""Version of these events; the first entry of a journal carries it. Journals without one are of version 1."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """An entry that this version cannot read: of a later version, or damaged. It is kept as it is."""

    name: str
    data: Mapping[str, Any] = field(default_factory=dict)


Event = (
    Begun | CallPlanned | Originated | MediaUp | Ringing | Answered | RecordingStarted | NotRecorded | RecordingKept
    | EndAsked | HungUp | OutcomeReached | Failed | Cancelled | Fault
    | QuestionBegun | EndingBegun | LineBegun | Sounding | LineSaid | LineHeld | LineResumed | LineDropped
    | RenderedLate | RenderFailed | VoiceFailed | TransferBegun | TransferFailed | Transferred
    | KeyPressed | Digit | Beep | Greeting | NotAnAnswer | SpeechStarted | InterimAsked | SpeechEnded | SpeechIgnored
    | Overheard | Words | SecondLook | Understood | DecisionFailed | Turn
)  # fmt: skip

BY_NAME: Final[Mapping[str, type[Event]]] = {kind.name: kind for kind in get_args(Event)}


@dataclass(frozen=True, slots=True)
class Entry:
    """An event and when it happened: seconds since the journal was begun."""

    at: float
    event: Event | Unknown
