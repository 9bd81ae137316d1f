"""The few AMI events by which calls are followed, read into small types. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class DialBegin:
    """``channel`` began to dial ``target``."""

    linked_id: str
    unique_id: str
    channel: str
    target_id: str
    target_channel: str


@dataclass(frozen=True, slots=True)
class DialState:
    """The far side said something short of an answer: RINGING, PROGRESS, PROCEEDING."""

    linked_id: str
    target_id: str
    status: str


@dataclass(frozen=True, slots=True)
class DialEnd:
    """A dial ended: ANSWER, BUSY, CONGESTION, NOANSWER, CANCEL, CHANUNAVAIL; ``moved``: the far side redirected it."""

    linked_id: str
    unique_id: str
    target_id: str
    status: str
    moved: bool = False


@dataclass(frozen=True, slots=True)
class ChannelEnded:
    """A channel was hung up; ``technical`` is the SIP status, 0 when there is none."""

    linked_id: str
    unique_id: str
    cause: int
    technical: int


@dataclass(frozen=True, slots=True)
class OriginateAnswer:
    """What became of an order to originate; ``unique_id`` is empty when nothing was made."""

    action_id: str
    unique_id: str
    success: bool
    reason: int


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The far side of a channel pressed a key."""

    linked_id: str
    unique_id: str
    digit: str


AmiEvent = DialBegin | DialState | DialEnd | ChannelEnded | OriginateAnswer | KeyPressed


def sip_status(text: str) -> int:
    """Return the SIP status in ``480`` or ``SIP 480 Temporarily Unavailable``, 0 when there is none."""
    for word in text.split()[:2]:
        if word.isascii() and word.isdigit() and 100 <= int(word) <= 699:
            return int(word)
    return 0


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _dial_begin(event: Mapping[str, str]) -> AmiEvent:
    linked = event.get("linkedid", "") or event.get("destlinkedid", "")
    return DialBegin(
        linked,
        event.get("uniqueid", ""),
        event.get("channel", ""),
        event.get("destuniqueid", ""),
        event.get("destchannel", ""),
    )


def _dial_state(event: Mapping[str, str]) -> AmiEvent:
    linked = event.get("linkedid", "") or event.get("destlinkedid", "")
    return DialState(linked, event.get("destuniqueid", ""), event.get("dialstatus", "").upper())


def _dial_end(event: Mapping[str, str]) -> AmiEvent:
    linked = event.get("linkedid", "") or event.get("destlinkedid", "")
    status = event.get("dialstatus", "").upper()
    moved = bool(event.get("forward", ""))
    return DialEnd(linked, event.get("uniqueid", ""), event.get("destuniqueid", ""), status, moved)


def _hangup(event: Mapping[str, str]) -> AmiEvent:
    return ChannelEnded(
        event.get("linkedid", ""),
        event.get("uniqueid", ""),
        _number(event.get("cause", "")),
        sip_status(event.get("techcause", "")),
    )


def _dtmf_end(event: Mapping[str, str]) -> AmiEvent | None:
    if event.get("direction", "") != "Received":  # what Asterisk itself sends out on the other leg
        return None
    return KeyPressed(event.get("linkedid", ""), event.get("uniqueid", ""), event.get("digit", "").upper())


def _originate_response(event: Mapping[str, str]) -> AmiEvent:
    unique_id = event.get("uniqueid", "")
    return OriginateAnswer(
        event.get("actionid", ""),
        "" if unique_id == "<null>" else unique_id,
        event.get("response", "") == "Success",
        _number(event.get("reason", "")),
    )


_READERS: Final[dict[str, Callable[[Mapping[str, str]], AmiEvent | None]]] = {
    "DialBegin": _dial_begin,
    "DialState": _dial_state,
    "DialEnd": _dial_end,
    "Hangup": _hangup,
    "OriginateResponse": _originate_response,
    "DTMFEnd": _dtmf_end,
}


def read_event(headers: Mapping[str, object]) -> AmiEvent | None:
    """Read one event.

    Parameters
    ----------
    headers
        Name -> value as they came; a repeated header is a list, of which the first counts.

    Returns
    -------
    AmiEvent or None
        ``None`` for events that nobody here follows.
    """
    reader = _READERS.get(str(headers.get("Event", "")))
    if reader is None:
        return None
    plain: dict[str, str] = {}
    for name, value in headers.items():
        plain[name.lower()] = str(value[0]) if isinstance(value, list) else str(value)
    return reader(plain)
