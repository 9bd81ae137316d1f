"""One phone call as the rest of voicebot sees it: who rings, when it was answered, frames in and out, how it ended.

The first leg is the bot's own AudioSocket channel; the dialplan's FastAGI session dials the callee from it, so
that early media is heard and the true time of answer is known.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


class Disposition(enum.StrEnum):
    """How an attempt to reach somebody ended, as the network tells it."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE_NUMBER = "unreachable_number"
    MOVED = "moved"
    """The far side named another number (a 3xx); it is never dialled."""
    BLOCKED = "blocked"
    """The network blocked the call as unwanted (a 603 of call analytics, a 608); the caller can have that undone."""
    CONGESTION = "congestion"
    INTERRUPTED = "interrupted"
    """Asterisk went away while the call was being dialled: the phone may have rung, nobody answered."""
    FAILED = "failed"


class Origin(enum.StrEnum):
    """Who the end of a call comes from. Only the last two say anything about the number that was called."""

    OURS = "ours"
    """Our side or this node's Asterisk failed; nobody was asked."""
    TRUNK = "trunk"
    """The trunk refuses us as a customer, or does not react; nobody was asked."""
    CARRIER = "carrier"
    """The carrier took the order and did not carry the call; nobody was asked, perhaps only at this number."""
    NETWORK = "network"
    """The network's answer about the number."""
    CALLEE = "callee"
    """The callee's own answer, or their phone's."""

    @property
    def asked(self) -> bool:
        """Somebody was asked: the attempt counts as a try."""
        return self in {Origin.NETWORK, Origin.CALLEE}


@dataclass(frozen=True, slots=True)
class CallRequest:
    """What to dial.

    Parameters
    ----------
    attempt
        Id of the committed attempt; becomes the channel's unique id and the AudioSocket id.
    number
        E.164 or national digits, checked against the trunk's allow-list before anything is sent.
    trunk
        Name of a configured trunk.
    ring_seconds
        How long to let it ring.
    caller_id
        Number to show, or empty for the trunk's own.
    recording
        File that Asterisk writes both sides to; empty: the call is not recorded. Its folder must be there.
    """

    attempt: UUID
    number: str
    trunk: str
    ring_seconds: float = 25.0
    caller_id: str = ""
    recording: str = ""


@dataclass(frozen=True, slots=True)
class HangUp:
    """The end of the callee's leg.

    Parameters
    ----------
    disposition
        Class of what happened.
    cause
        Q.850 cause, 0 when unknown.
    technical
        The SIP status code, 0 when unknown.
    by_callee
        The other side hung up (meaningful for answered calls).
    explanation
        One sentence for people.
    origin
        Who it comes from.
    rang
        The callee's phone rang, or the network played something (180, 183).
    sip_call_id
        Call-ID of the callee's leg (RFC 3261, 20.8): finds the call in a trunk's own traces.
    late_ticks
        Frames of 20 ms that the callee did not get in time, because this process was too busy.
    """

    disposition: Disposition
    cause: int = 0
    technical: int = 0
    by_callee: bool = False
    explanation: str = ""
    origin: Origin = Origin.CALLEE
    rang: bool = False
    sip_call_id: str = ""
    late_ticks: int = 0


@dataclass(frozen=True, slots=True)
class Recording:
    """Where Asterisk writes the recording of a call.

    Parameters
    ----------
    path
        The file, readable where Asterisk runs.
    started_at
        ``time.monotonic()`` seconds of its first sample.
    details
        Its form: ``encoding``, ``rate``, ``channels``, and who is ``left`` and ``right``.
    """

    path: str
    started_at: float
    details: Mapping[str, str] = field(default_factory=dict)


class PhoneEvents(Protocol):
    """What a call tells its owner; called in the event loop's thread. ``at`` is ``time.monotonic()`` seconds."""

    def media_up(self, at: float) -> None:
        """The bot's leg carries audio; early media, if any, arrives from here on."""

    def ringing(self, at: float) -> None:
        """The far side rings."""

    def answered(self, at: float) -> None:
        """The callee's leg was answered (the 200 OK); called once."""

    def recording(self, recording: Recording) -> None:
        """Asterisk took the order to record; told before the callee is dialled, the file is whole at ``hung_up``."""

    def frame(self, pcm: bytes, at: float) -> None:
        """One 20 ms frame from the callee; before ``answered`` early media, or Asterisk's own ring tone."""

    def digit(self, digit: str, at: float) -> None:
        """The callee pressed a key: one of ``0-9 * #``."""

    def next_frame(self) -> bytes | None:
        """The frame to send in this 20 ms tick, or ``None`` for silence. Asked once a tick while media is up."""

    def transferred(self, extension: str, answered: bool, at: float) -> None:
        """A transfer was taken by a human (or not)."""

    def hung_up(self, hang_up: HangUp, at: float) -> None:
        """The call is over; the last event."""


class PhoneCall(Protocol):
    """A call under way."""

    @property
    def attempt(self) -> UUID:
        """Id of the attempt."""

    def hang_up(self) -> None:
        """End the call; ``hung_up`` follows."""

    def press(self, key: str) -> None:
        """Press a key for the callee's side to hear: one of ``0-9 * #``. A failure is logged, the call goes on."""

    def transfer(self, extension: str) -> None:
        """Hand the callee to ``extension`` (digits, checked) and leave; ``transferred`` and ``hung_up`` follow."""


class Phone(Protocol):
    """Asterisk as something that can be told to call."""

    @property
    def connection(self) -> int:
        """Number of the present connection to Asterisk, growing with each reconnect; 0 while there is none."""

    async def start(self) -> None:
        """Listen, connect and log in. Raises UnavailableError or ConfigurationError."""

    async def call(self, request: CallRequest, events: PhoneEvents, variables: Mapping[str, str] = ...) -> PhoneCall:
        """Originate; returns when Asterisk has taken the order.

        Raises
        ------
        ConfigurationError
            The number or trunk is not allowed; nothing was sent.
        UnavailableError
            Asterisk certainly did not take the order.
        UncertainError
            The order was sent and no answer came: somebody may be called.
        """

    async def open_attempts(self) -> frozenset[UUID]:
        """Attempts that have a channel in Asterisk now, whoever started them. Raises UnavailableError."""

    async def end_attempt(self, attempt: UUID) -> None:
        """Hang up whatever channel an attempt has."""

    async def close(self) -> None:
        """Stop listening and log out; calls under way are hung up."""
