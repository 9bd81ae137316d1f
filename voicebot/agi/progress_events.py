"""What a call's machine (:mod:`voicebot.agi.progress`) is told, and what it tells and orders. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voicebot.agi.ami_events import AmiEvent
from voicebot.agi.phone import HangUp

# ------------------------------------------------------------------------------------------------ in


@dataclass(frozen=True, slots=True)
class MediaUp:
    """The call's AudioSocket is there."""


@dataclass(frozen=True, slots=True)
class MediaDown:
    """It is gone."""


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A FastAGI session works for this call."""


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """It is gone."""


@dataclass(frozen=True, slots=True)
class DialDone:
    """The session's Dial of the callee returned; empty and 0 where the session could not ask.

    Parameters
    ----------
    phrase
        Words beside the SIP status.
    reason
        The ``Reason`` header beside it.
    registered
        The trunk is registered at its carrier, or need not be.
    """

    status: str = ""
    cause: int = 0
    technical: int = 0
    phrase: str = ""
    reason: str = ""
    registered: bool = True


@dataclass(frozen=True, slots=True)
class TransferDone:
    """The session's Dial of the human returned."""

    status: str = ""


@dataclass(frozen=True, slots=True)
class AmiLost:
    """The AMI connection is gone."""


@dataclass(frozen=True, slots=True)
class AmiBack:
    """It is there again; ``channels`` are this call's: unique id -> (name, state)."""

    channels: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class HangUpWanted:
    """The owner wants it to end."""


@dataclass(frozen=True, slots=True)
class TransferWanted:
    """The owner wants the callee handed over."""

    extension: str


@dataclass(frozen=True, slots=True)
class RedirectFailed:
    """Asterisk did not move the callee's channel."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passes; ``heard_at`` is when audio came last."""

    heard_at: float


Input = (
    MediaUp
    | MediaDown
    | SessionOpened
    | SessionClosed
    | DialDone
    | TransferDone
    | AmiLost
    | AmiBack
    | HangUpWanted
    | TransferWanted
    | RedirectFailed
    | Tick
    | AmiEvent
)


# ----------------------------------------------------------------------------------------------- out


@dataclass(frozen=True, slots=True)
class TellMediaUp:
    """Tell the owner."""


@dataclass(frozen=True, slots=True)
class TellRinging:
    """Tell the owner."""


@dataclass(frozen=True, slots=True)
class TellAnswered:
    """Tell the owner."""


@dataclass(frozen=True, slots=True)
class TellTransferred:
    """Tell the owner."""

    extension: str
    answered: bool


@dataclass(frozen=True, slots=True)
class TellHungUp:
    """Tell the owner; the last output of all."""

    hang_up: HangUp


@dataclass(frozen=True, slots=True)
class EndChannels:
    """Have Asterisk hang up these channels, by unique id."""

    unique_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Redirect:
    """Have Asterisk send this channel to the transfer's dialplan."""

    channel: str


@dataclass(frozen=True, slots=True)
class CloseMedia:
    """Close the call's AudioSocket."""


Output = TellMediaUp | TellRinging | TellAnswered | TellTransferred | TellHungUp | EndChannels | Redirect | CloseMedia
