"""The call itself: planned, dialled, answered, recorded, ended, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


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
    """The lead, the script and the trunk of the call; ``engines`` names recogniser, policy and voice."""

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
        When it was told to.
    """

    name: ClassVar[str] = "recording"
    path: str = ""
    starts_at: float | None = None


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """The call was not recorded, or not all of it, and why."""

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
    """The outcome of the call; only what becomes of its recording is noted after it."""

    name: ClassVar[str] = "outcome"
    outcome: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    disposition: str = ""
    counts_as: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """A fault ended the call; ``fate``: ``not_asked``, or ``unknown`` if the callee may have been called."""

    name: ClassVar[str] = "failed"
    explanation: str = ""
    fate: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The node abandoned the call because it was told to stop at once."""

    name: ClassVar[str] = "cancelled"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the engine failed; the call went on, or was ended because of it."""

    name: ClassVar[str] = "fault"
    where: str = ""
    error: str = ""
