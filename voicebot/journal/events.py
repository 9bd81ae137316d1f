"""What can happen in a call, one frozen data class each; ``name`` tells them apart in a journal.

Times within events are seconds on the journal's own clock, as is the ``at`` of every entry. Whoever changes or renames
a field raises ``SCHEMA`` and teaches ``reader.py`` to read the older form; a new event or a new field with a default
needs neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, get_args

SCHEMA: Final = 2
"""Version of what stands below; the first entry of a journal carries it. Journals without one are of version 1."""


# ------------------------------------------------------------------------------------- the call's frame


@dataclass(frozen=True, slots=True)
class Begun:
    """The journal was begun: always the first entry.

    Parameters
    ----------
    attempt
        Whose journal this is.
    wall
        Second 0 on the wall clock: ISO 8601, UTC.
    """

    name: ClassVar[str] = "begun"
    attempt: str = ""
    wall: str = ""
    schema: int = 1


@dataclass(frozen=True, slots=True)
class CallPlanned:
    """Who is called by what; ``engines`` names recogniser, policy and voice."""

    name: ClassVar[str] = "call"
    campaign: str = ""
    lead: int = 0
    script: str = ""
    script_hash: str = ""
    variant: str = ""
    variant_hash: str = ""
    trunk: str = ""
    rehearsal_day: str | None = None
    engines: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Originated:
    """Asterisk was told to call."""

    name: ClassVar[str] = "originate"
    ring_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class MediaUp:
    """The bot's leg carries audio."""

    name: ClassVar[str] = "media_up"


@dataclass(frozen=True, slots=True)
class Ringing:
    """The far side rings."""

    name: ClassVar[str] = "ringing"


@dataclass(frozen=True, slots=True)
class Answered:
    """The callee's leg was answered: the talk begins."""

    name: ClassVar[str] = "answered"


@dataclass(frozen=True, slots=True)
class RecordingStarted:
    """Asterisk was told to record.

    Parameters
    ----------
    path
        The file that Asterisk writes.
    starts_at
        When it was told so.
    """

    name: ClassVar[str] = "recording"
    path: str = ""
    starts_at: float | None = None


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """There is no recording of this call, or none of all of it, and why."""

    name: ClassVar[str] = "not_recorded"
    why: str = ""


@dataclass(frozen=True, slots=True)
class RecordingKept:
    """The recording as it is kept: a WAV file, the callee left and the bot right.

    Parameters
    ----------
    starts_at
        Time of its first sample, reckoned from its end: Asterisk begins to write when the first frame comes.
    """

    name: ClassVar[str] = "recording_kept"
    path: str = ""
    seconds: float = 0.0
    starts_at: float | None = None


@dataclass(frozen=True, slots=True)
class EndAsked:
    """The engine told the telephone to hang up."""

    name: ClassVar[str] = "end_asked"
    why: str = ""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The callee's leg ended.

    Parameters
    ----------
    origin
        Who it comes from: our side, the trunk, the network, the callee.
    rang
        The callee's phone rang, or the network played something.
    sip_call_id
        Finds the call in a trunk's traces.
    late_ticks
        Frames of 20 ms that the callee did not get in time, because the node was too busy.
    """

    name: ClassVar[str] = "hung_up"
    disposition: str = ""
    cause: int = 0
    technical: int = 0
    by_callee: bool = False
    explanation: str = ""
    origin: str = ""
    rang: bool = False
    sip_call_id: str = ""
    late_ticks: int = 0


@dataclass(frozen=True, slots=True)
class OutcomeReached:
    """What the call came to; only what becomes of its recording is told after it."""

    name: ClassVar[str] = "outcome"
    outcome: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    disposition: str = ""
    counts_as: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The call ended by a fault; ``fate`` tells whether somebody was called."""

    name: ClassVar[str] = "failed"
    explanation: str = ""
    fate: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The node gave the call up: it was told to stop at once."""

    name: ClassVar[str] = "cancelled"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something of the engine failed while the call went on, or was ended for it."""

    name: ClassVar[str] = "fault"
    where: str = ""
    error: str = ""


# ------------------------------------------------------------------------------------- the bot's side


@dataclass(frozen=True, slots=True)
class QuestionBegun:
    """A turn begins that ends with listening: at which step, under which cue, for what kind of answer."""

    name: ClassVar[str] = "listen"
    step: str = ""
    cue: str = ""
    expects: str = ""


@dataclass(frozen=True, slots=True)
class EndingBegun:
    """A turn begins that ends the talk."""

    name: ClassVar[str] = "ending"
    outcome: str = ""
    action: str = "hang_up"
    extension: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineBegun:
    """A line begins to be said.

    Parameters
    ----------
    line
        Where it stands in the script.
    disclosure
        Name of the disclosure that it makes, or empty.
    voice
        Who says it; empty while it is still being rendered.
    """

    name: ClassVar[str] = "say"
    line: str = ""
    text: str = ""
    disclosure: str = ""
    voice: str = ""


@dataclass(frozen=True, slots=True)
class Sounding:
    """A reply is on the wire, so long after the callee was last heard speaking."""

    name: ClassVar[str] = "sounding"
    since_speech_ms: int = 0


@dataclass(frozen=True, slots=True)
class LineSaid:
    """A line was said to its end."""

    name: ClassVar[str] = "said"
    line: str = ""


@dataclass(frozen=True, slots=True)
class LineHeld:
    """The line was stopped; it may go on."""

    name: ClassVar[str] = "held"


@dataclass(frozen=True, slots=True)
class LineResumed:
    """The held line goes on."""

    name: ClassVar[str] = "resumed"


@dataclass(frozen=True, slots=True)
class LineDropped:
    """The line was stopped for good, after ``progress`` (0 to 1) of it."""

    name: ClassVar[str] = "dropped"
    progress: float = 0.0


@dataclass(frozen=True, slots=True)
class RenderedLate:
    """A line that could not be known before the call was rendered while it waited."""

    name: ClassVar[str] = "rendered_late"
    seconds: float = 0.0
    voice: str = ""


@dataclass(frozen=True, slots=True)
class RenderFailed:
    """A line could not be rendered ahead."""

    name: ClassVar[str] = "render_failed"
    error: str = ""


@dataclass(frozen=True, slots=True)
class VoiceFailed:
    """A line could not be spoken at all."""

    name: ClassVar[str] = "voice_failed"
    error: str = ""


@dataclass(frozen=True, slots=True)
class TransferBegun:
    """The callee is to be handed to a human."""

    name: ClassVar[str] = "transfer"
    extension: str = ""


@dataclass(frozen=True, slots=True)
class TransferFailed:
    """The transfer could not be asked for."""

    name: ClassVar[str] = "transfer_failed"
    error: str = ""


@dataclass(frozen=True, slots=True)
class Transferred:
    """A human took the call, or did not; from here to ``hung_up`` people talk, on the same recording."""

    name: ClassVar[str] = "transferred"
    extension: str = ""
    answered: bool = False


# ----------------------------------------------------------------------------------- the callee's side


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
class Words:
    """The words of an utterance so far.

    Parameters
    ----------
    query
        The number under which they were asked for.
    source
        ``free``: open vocabulary; ``hints``: chosen among the phrases that the step expects.
    alternatives
        Best first.
    words
        Each word with its times, where the recogniser tells them.
    failed
        The recogniser could not be asked.
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


# ------------------------------------------------------------------------------------------- deciding


@dataclass(frozen=True, slots=True)
class Understood:
    """What words, keys or silence mean; nothing is decided yet.

    Parameters
    ----------
    goes_on
        The whole that was understood, where these words continue those that were replied to.
    nothing_new
        It changes nothing of the reply that was given.
    """

    name: ClassVar[str] = "understood"
    query: int = 0
    intent: str = ""
    confidence: float = 1.0
    slots: Mapping[str, Any] = field(default_factory=dict)
    policy: str = ""
    ranking: tuple[tuple[str, float], ...] = ()
    also: tuple[str, ...] = ()
    recognition: float = 1.0
    decision_ms: float = 0.0
    goes_on: str = ""
    nothing_new: bool = False


@dataclass(frozen=True, slots=True)
class DecisionFailed:
    """What was said could not be understood by whoever decides; it counts as silence."""

    name: ClassVar[str] = "decision_failed"
    query: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn ended: what was understood under ``query`` is now what counts.

    Parameters
    ----------
    step
        Where the conversation stands now.
    taken
        How the script's table led here.
    outcome_so_far, counts_as, slots
        What the call would have come to if it had ended here: all that a crash leaves.
    takes_back
        It replaces the reply that was given last.
    """

    name: ClassVar[str] = "turn"
    query: int = 0
    intent: str = ""
    step: str = ""
    taken: tuple[str, ...] = ()
    ending: str = ""
    outcome_so_far: str = "hung_up"
    slots: Mapping[str, Any] = field(default_factory=dict)
    takes_back: bool = False
    counts_as: str = ""


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
