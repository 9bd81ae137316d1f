"""What can happen in a call, one frozen data class each; ``name`` tells them apart in a journal.

Times within events are seconds on the journal's own clock, as is the ``at`` of every entry. Whoever changes or renames
a field raises ``SCHEMA`` and teaches ``reader.py`` to read the older form; a new event or a new field with a default
needs neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from voicebot.journal.events.bot import (
    EndingBegun as EndingBegun,
)
from voicebot.journal.events.bot import (
    LineBegun as LineBegun,
)
from voicebot.journal.events.bot import (
    LineDropped as LineDropped,
)
from voicebot.journal.events.bot import (
    LineHeld as LineHeld,
)
from voicebot.journal.events.bot import (
    LineResumed as LineResumed,
)
from voicebot.journal.events.bot import (
    LineSaid as LineSaid,
)
from voicebot.journal.events.bot import (
    QuestionBegun as QuestionBegun,
)
from voicebot.journal.events.bot import (
    RenderedLate as RenderedLate,
)
from voicebot.journal.events.bot import (
    RenderFailed as RenderFailed,
)
from voicebot.journal.events.bot import (
    Sounding as Sounding,
)
from voicebot.journal.events.bot import (
    TransferBegun as TransferBegun,
)
from voicebot.journal.events.bot import (
    TransferFailed as TransferFailed,
)
from voicebot.journal.events.bot import (
    Transferred as Transferred,
)
from voicebot.journal.events.bot import (
    VoiceFailed as VoiceFailed,
)
from voicebot.journal.events.callee import (
    Alternative as Alternative,
)
from voicebot.journal.events.callee import (
    Beep as Beep,
)
from voicebot.journal.events.callee import (
    Digit as Digit,
)
from voicebot.journal.events.callee import (
    Greeting as Greeting,
)
from voicebot.journal.events.callee import (
    InterimAsked as InterimAsked,
)
from voicebot.journal.events.callee import (
    KeyPressed as KeyPressed,
)
from voicebot.journal.events.callee import (
    SpeechEnded as SpeechEnded,
)
from voicebot.journal.events.callee import (
    SpeechStarted as SpeechStarted,
)
from voicebot.journal.events.callee import (
    Word as Word,
)
from voicebot.journal.events.callee import (
    Words as Words,
)
from voicebot.journal.events.deciding import (
    DecisionFailed as DecisionFailed,
)
from voicebot.journal.events.deciding import (
    Turn as Turn,
)
from voicebot.journal.events.deciding import (
    Understood as Understood,
)
from voicebot.journal.events.frame import (
    Answered as Answered,
)
from voicebot.journal.events.frame import (
    Begun as Begun,
)
from voicebot.journal.events.frame import (
    CallPlanned as CallPlanned,
)
from voicebot.journal.events.frame import (
    Cancelled as Cancelled,
)
from voicebot.journal.events.frame import (
    EndAsked as EndAsked,
)
from voicebot.journal.events.frame import (
    Failed as Failed,
)
from voicebot.journal.events.frame import (
    Fault as Fault,
)
from voicebot.journal.events.frame import (
    HungUp as HungUp,
)
from voicebot.journal.events.frame import (
    MediaUp as MediaUp,
)
from voicebot.journal.events.frame import (
    NotRecorded as NotRecorded,
)
from voicebot.journal.events.frame import (
    Originated as Originated,
)
from voicebot.journal.events.frame import (
    OutcomeReached as OutcomeReached,
)
from voicebot.journal.events.frame import (
    RecordingKept as RecordingKept,
)
from voicebot.journal.events.frame import (
    RecordingStarted as RecordingStarted,
)
from voicebot.journal.events.frame import (
    Ringing as Ringing,
)

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
    | KeyPressed | Digit | Beep | Greeting | SpeechStarted | InterimAsked | SpeechEnded | Words
    | Understood | DecisionFailed | Turn
)  # fmt: skip

BY_NAME: Final[Mapping[str, type[Event]]] = {kind.name: kind for kind in get_args(Event)}


@dataclass(frozen=True, slots=True)
class Entry:
    """An event and when it happened: seconds since the journal was begun."""

    at: float
    event: Event | Unknown
