"""What a call that was not answered means, and who says so. Pure; the one place for it.

The order in which the reports are believed:

1. The ring time was over: what was heard until then decides, for Asterisk's own CANCEL brings a meaningless 487.
2. SIP statuses that speak of our account and not of the callee (401, 402, 407, 488, a 3xx and the like).
3. A ``Reason: Q.850`` header (RFC 3326): the far network's own cause, which a gateway flattens into a status.
4. The SIP status. Asterisk maps dozens of them onto a few causes (483 and 485 become 1 and 3), so it goes first.
5. Asterisk's cause, where there is no status.
6. ``DIALSTATUS`` of Dial, where there is nothing else.

Having rung is weighed: what ends a call that rang is about the callee, whatever the carrier calls it, and what a
carrier says without having rung the phone may be about the trunk. A carrier at which the trunk is not registered may
not know us: its 404 or 480 says nothing of the number, unless the far network's own cause stands beside it.

Sources: causes, ITU-T Q.850; SIP statuses, RFC 3261 section 21 and the IANA registry of SIP response codes; cause to
status, RFC 3398; blocked by analytics, ATIS-1000099 (603) and RFC 8688 (608); unwanted, RFC 8197 (607).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from voicebot.agi.phone import Disposition, Origin


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a call, who says so, and one sentence for people."""

    disposition: Disposition
    origin: Origin
    explanation: str


def _busy(text: str) -> Verdict:
    return Verdict(Disposition.BUSY, Origin.CALLEE, text)


def _no_answer(text: str, origin: Origin = Origin.NETWORK) -> Verdict:
    return Verdict(Disposition.NO_ANSWER, origin, text)


def _rejected(text: str) -> Verdict:
    return Verdict(Disposition.REJECTED, Origin.CALLEE, text)


def _unreachable(text: str) -> Verdict:
    return Verdict(Disposition.UNREACHABLE_NUMBER, Origin.NETWORK, text)


def _congestion(text: str, origin: Origin = Origin.CARRIER) -> Verdict:
    return Verdict(Disposition.CONGESTION, origin, text)


def _failed(text: str, origin: Origin = Origin.CARRIER) -> Verdict:
    return Verdict(Disposition.FAILED, origin, text)


_CODECS: Final = "none of our codecs is taken"
_CREDENTIALS: Final = "the carrier refuses the trunk's credentials"
_MOVED: Final = Verdict(Disposition.MOVED, Origin.CARRIER, "the call is redirected to another number")
_RANG_THEN_MOVED: Final = Verdict(
    Disposition.MOVED, Origin.CALLEE, "it rang, then the call was redirected to another number"
)
_BLOCKED: Final = Verdict(
    Disposition.BLOCKED, Origin.NETWORK, "the network blocked the call as unwanted; the carrier can have that undone"
)

CAUSES: Final[dict[int, Verdict]] = {
    1: _unreachable("the number is not assigned"),
    2: _unreachable("there is no route to that network"),
    3: _unreachable("there is no route to that number"),
    17: _busy("the line was busy"),
    18: _no_answer("the phone did not respond"),
    19: _no_answer("nobody answered, or the phone was not available"),
    20: _no_answer("the subscriber is absent (phone off or out of reach)"),
    21: _rejected("the call was rejected"),
    22: _unreachable("the number has changed or is gone"),
    23: _MOVED,
    25: _congestion("the call went round in circles"),
    27: _congestion("the destination is out of order"),
    28: _unreachable("the number is not complete or not valid"),
    34: _congestion("no circuit was free"),
    38: _congestion("the network is out of order"),
    41: _congestion("the network has a temporary failure"),
    42: _congestion("the switching equipment is congested"),
    44: _congestion("the requested circuit is not available"),
    47: _congestion("no resource is available"),
    50: _failed("the trunk is not subscribed to what was asked for", Origin.TRUNK),
    52: _failed("the trunk may not make calls", Origin.TRUNK),
    57: _failed("the trunk may not make such calls", Origin.TRUNK),
    58: _failed(_CODECS),
    65: _failed(_CODECS),
    79: _failed("the carrier does not offer what was asked for"),
    88: _failed("the other side is not compatible"),
    102: _congestion("the network did not answer in time"),
}
"""Q.850 cause -> what it means. Causes that say nothing (0, 16, 31, 111, 127) are not here."""

STATUSES: Final[dict[int, Verdict]] = {
    401: _failed(_CREDENTIALS, Origin.TRUNK),
    402: _failed("the carrier wants to be paid", Origin.TRUNK),
    403: _failed("the carrier forbids the trunk this call (credit, caller's number, blocked account)"),
    404: _unreachable("the number does not exist"),
    407: _failed(_CREDENTIALS, Origin.TRUNK),
    408: _no_answer("the phone did not respond"),
    410: _unreachable("the number is gone"),
    416: _failed("the carrier does not understand the form of the number"),
    420: _failed("the carrier does not know an extension that our request asks for"),
    433: _rejected("calls without a caller's number are refused"),
    480: _no_answer("nobody answered, or the phone was not available"),
    482: _congestion("the carrier saw its own call come back (a routing loop)"),
    483: _congestion("the call went through too many hops (a routing loop)"),
    484: _unreachable("the number is not complete"),
    485: _unreachable("the number is ambiguous"),
    486: _busy("the line was busy"),
    487: _no_answer("the call was cancelled before it was answered"),
    488: _failed(_CODECS),
    500: _congestion("the carrier has an error"),
    502: _congestion("the carrier's gateway has an error"),
    503: _congestion("the carrier has no capacity"),
    504: _congestion("the carrier's network did not answer in time"),
    580: _congestion("the carrier could not reserve what the call needs"),
    600: _busy("busy everywhere"),
    603: _rejected("the call was declined"),
    604: _unreachable("the number does not exist anywhere"),
    606: _failed(_CODECS),
    607: _rejected("the callee does not want such calls"),
    608: _BLOCKED,
}
"""Final SIP status -> what it means when nothing rang."""

_ASTERISKS: Final = {480: 19, 500: 38, 502: 27, 503: 34, 504: 102, 603: 21}
"""Unspecific status -> the cause that Asterisk makes of it by itself (``ast_sip_hangup_sip2cause``).

Asterisk before 22.9 overwrites it by a ``Reason`` header (res_pjsip_rfc3326): another cause beside such a status is the
carrier's own. Later ones overwrite the header.
"""

_OF_OUR_ACCOUNT: Final = frozenset({401, 402, 407, 420, 482, 483, 488, 606})
"""Statuses that speak of our request or account: no ``Reason`` of a gateway makes them the callee's."""

_DIAL_STATUSES: Final[dict[str, Verdict]] = {
    "BUSY": _busy("the line was busy"),
    "CONGESTION": _congestion("the call did not get through"),
    "NOANSWER": _no_answer("nobody answered"),
    "CANCEL": _no_answer("the call was cancelled before it was answered"),
    "CHANUNAVAIL": _failed("the trunk's endpoint is not there, not registered or cannot be reached", Origin.OURS),
    "INVALIDARGS": _failed("Asterisk did not understand what to dial", Origin.OURS),
}

_RANG_OUT: Final = _no_answer("it rang and nobody answered in time", Origin.CALLEE)
_NOTHING_RANG: Final = _congestion("the carrier took the call and nothing rang in time")
_SILENCE: Final = _congestion("the carrier did not react at all", Origin.TRUNK)
_RANG_THEN_FAILED: Final = _no_answer("it rang, then the network ended the call", Origin.CALLEE)
_NOT_DIALLED: Final = _failed("nothing was dialled: Asterisk did not get through to voicebot's FastAGI", Origin.OURS)
_UNKNOWN: Final = _failed("the call failed and the network does not say why")

_REASON: Final = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^",])+')
_CAUSE: Final = re.compile(r"\s*Q\.850\s*(?:;[^;]*?)*?;\s*cause\s*=\s*([0-9]{1,3})", re.IGNORECASE)
_ANALYTICS: Final = re.compile(r"v\s*=\s*analytics\d*|network\s+blocked", re.IGNORECASE)


def reason_cause(reason: str) -> int:
    """Return the Q.850 cause of a ``Reason`` header (RFC 3326), 0 where it names none.

    Parameters
    ----------
    reason
        The header's value; several are separated by commas.
    """
    for value in _REASON.findall(reason):
        found = _CAUSE.match(value)
        if found and 0 < int(found[1]) <= 127:
            return int(found[1])
    return 0


def classify(
    *,
    cause: int = 0,
    technical: int = 0,
    phrase: str = "",
    reason: str = "",
    dial_status: str = "",
    dialled: bool = True,
    rang: bool = False,
    early: bool = False,
    rang_out: bool = False,
    sign_of_life: bool = True,
    registered: bool = True,
) -> Verdict:
    """Tell what became of a call that nobody answered.

    Parameters
    ----------
    cause
        Q.850 cause of the callee's channel as Asterisk tells it, 0 when unknown.
    technical
        Final SIP status, 0 when unknown.
    phrase
        Words beside the status ("Network Blocked").
    reason
        Value of the ``Reason`` headers beside it, empty when there were none.
    dial_status
        ``DIALSTATUS`` of Asterisk's Dial, empty when unknown.
    dialled
        Dial was ever run.
    rang
        The phone rang (180); a 100 is not ringing.
    early
        The network played something (183): a ring tone where time ran out, else perhaps an announcement of its own
        ("your credit is used up"), which says nothing about the callee.
    rang_out
        The ring time was over; no status of the other side counts then.
    sign_of_life
        The other side said anything at all, if only 100 Trying.
    registered
        The trunk is registered at its carrier, or need not be.
    """
    if rang_out:
        return _RANG_OUT if rang or early else _NOTHING_RANG if sign_of_life else _SILENCE
    if not dialled and not technical and not cause:
        return _NOT_DIALLED
    if 300 <= technical <= 399:
        return _RANG_THEN_MOVED if rang else _MOVED
    said = reason_cause(reason)
    if not said and cause != _ASTERISKS.get(technical, cause):
        said = cause
    if technical == 608 or (technical == 603 and _ANALYTICS.search(f"{phrase} {reason}")):
        return _BLOCKED
    if dial_status == "CHANUNAVAIL" and not technical:
        # Asterisk gives cause 3 or 21 for this, which would blame the number.
        return _DIAL_STATUSES[dial_status]
    found = _weighed(_found(said, cause, technical, dial_status), technical, said or cause, rang=rang)
    if not registered and not rang and not said and found.origin is Origin.NETWORK:
        return _failed(f"the trunk is not registered at its carrier, which says: {found.explanation}", Origin.TRUNK)
    return found


def _found(said: int, cause: int, technical: int, dial_status: str) -> Verdict:
    if technical in _OF_OUR_ACCOUNT:
        return STATUSES[technical]
    believed = CAUSES.get(said)
    if technical == 403 and said in {0, 21}:
        believed = None  # RFC 3398 makes a 403 of cause 21 and back again: gateways write it without being told
    found = believed or STATUSES.get(technical)
    if found is None and 300 <= technical <= 699:
        # An unusual status with Asterisk's cause beside it says less than its class does.
        return _by_class(technical)
    return found or CAUSES.get(cause) or _DIAL_STATUSES.get(dial_status) or _UNKNOWN


def _weighed(found: Verdict, technical: int, cause: int, *, rang: bool) -> Verdict:
    """Weigh what was found against whether it rang."""
    if not rang or found.origin.asked or found.disposition is Disposition.MOVED:
        return found
    if technical == 403 or (not technical and cause == 21):
        return _rejected("it rang and the call was refused")
    if found.origin is Origin.CARRIER:
        return _RANG_THEN_FAILED
    return found


def _by_class(technical: int) -> Verdict:
    """Read an unusual SIP status by its first digit (RFC 3261, 8.1.3.2)."""
    if technical >= 600:
        return _rejected(f"the call was refused everywhere (SIP {technical})")
    if technical >= 500:
        return _congestion(f"the carrier has an error (SIP {technical})")
    return _failed(f"the carrier did not take the call (SIP {technical})")
