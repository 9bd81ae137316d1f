"""What a call that was not answered means. Pure; the one place for it.

Sources: causes and their names, ITU-T Q.850; SIP status to cause, RFC 3398 and what Asterisk's chan_pjsip does with
it (measured: ``docs/reference``, and the acceptance tests go through every row). A carrier that says more in a
``Reason: Q.850`` header (RFC 3326) than in its SIP status is believed: Asterisk puts it into the cause.
"""

from __future__ import annotations

from typing import Final

from voicebot.agi.phone import Disposition

_BUSY, _NO_ANSWER, _REJECTED = Disposition.BUSY, Disposition.NO_ANSWER, Disposition.REJECTED
_UNREACHABLE, _CONGESTION, _FAILED = Disposition.UNREACHABLE_NUMBER, Disposition.CONGESTION, Disposition.FAILED

CAUSES: Final[dict[int, tuple[Disposition, str]]] = {
    1: (_UNREACHABLE, "the number is not assigned"),
    2: (_UNREACHABLE, "there is no route to that network"),
    3: (_UNREACHABLE, "there is no route to that number"),
    17: (_BUSY, "the line was busy"),
    18: (_NO_ANSWER, "the phone did not respond"),
    19: (_NO_ANSWER, "nobody answered, or the phone was not available"),
    20: (_NO_ANSWER, "the subscriber is absent (phone off or out of reach)"),
    21: (_REJECTED, "the call was rejected"),
    22: (_UNREACHABLE, "the number has changed or is gone"),
    27: (_CONGESTION, "the destination is out of order"),
    28: (_UNREACHABLE, "the number is not complete or not valid"),
    34: (_CONGESTION, "no circuit was free, or the trunk is not available"),
    38: (_CONGESTION, "the network is out of order"),
    41: (_CONGESTION, "the network has a temporary failure"),
    42: (_CONGESTION, "the switching equipment is congested"),
    44: (_CONGESTION, "the requested circuit is not available"),
    47: (_CONGESTION, "no resource is available"),
    58: (_FAILED, "the other side takes none of our codecs"),
    88: (_FAILED, "the other side is not compatible"),
    102: (_CONGESTION, "the network did not answer in time"),
}
"""Q.850 cause -> what it means. Causes that say nothing (0, 16, 31, 127) are not here: the SIP status decides."""

STATUSES: Final[dict[int, tuple[Disposition, str]]] = {
    400: (_FAILED, "the carrier does not understand our request"),
    401: (_FAILED, "the carrier refuses the trunk's credentials"),
    402: (_FAILED, "the carrier wants to be paid"),
    403: (_REJECTED, "the carrier forbids the call"),
    404: (_UNREACHABLE, "the number does not exist"),
    407: (_FAILED, "the carrier refuses the trunk's credentials"),
    408: (_NO_ANSWER, "the phone did not respond"),
    410: (_UNREACHABLE, "the number is gone"),
    416: (_UNREACHABLE, "the carrier does not understand the form of the number"),
    433: (_REJECTED, "calls without a caller's number are refused"),
    480: (_NO_ANSWER, "nobody answered, or the phone was not available"),
    484: (_UNREACHABLE, "the number is not complete"),
    485: (_UNREACHABLE, "the number is ambiguous"),
    486: (_BUSY, "the line was busy"),
    487: (_NO_ANSWER, "the call was cancelled before it was answered"),
    488: (_FAILED, "the other side takes none of our codecs"),
    500: (_CONGESTION, "the carrier has an error"),
    502: (_CONGESTION, "the carrier's gateway has an error"),
    503: (_CONGESTION, "the carrier has no capacity"),
    504: (_CONGESTION, "the carrier's network did not answer in time"),
    600: (_BUSY, "busy everywhere"),
    603: (_REJECTED, "the call was declined"),
    604: (_UNREACHABLE, "the number does not exist anywhere"),
    606: (_FAILED, "the other side takes none of our codecs"),
    607: (_REJECTED, "the callee does not want such calls"),
    608: (_REJECTED, "an intermediary rejected the call"),
}
"""SIP status -> what it means, where the cause says nothing."""

_OURS: Final = frozenset({401, 402, 407})
"""Statuses that tell of our own trunk and not of the callee, whatever cause Asterisk makes of them."""

_DIAL_STATUSES: Final[dict[str, tuple[Disposition, str]]] = {
    "BUSY": (_BUSY, "the line was busy"),
    "CONGESTION": (_CONGESTION, "the call did not get through"),
    "NOANSWER": (_NO_ANSWER, "nobody answered"),
    "CANCEL": (_NO_ANSWER, "the call was cancelled before it was answered"),
    "CHANUNAVAIL": (_FAILED, "the trunk's endpoint is not there or cannot be reached"),
    "INVALIDARGS": (_FAILED, "Asterisk did not understand what to dial"),
}


_NO_SIGN: Final = (_CONGESTION, "the carrier did not react at all")


def classify(
    *, cause: int = 0, technical: int = 0, dial_status: str = "", rang_out: bool = False, sign_of_life: bool = True
) -> tuple[Disposition, str]:
    """Tell what became of a call that nobody answered.

    Parameters
    ----------
    cause
        Q.850 cause of the callee's channel, 0 when unknown.
    technical
        Final SIP status, 0 when unknown.
    dial_status
        ``DIALSTATUS`` of Asterisk's Dial, empty when unknown.
    rang_out
        The ring time was over; no status of the other side counts then.
    sign_of_life
        The other side said anything at all; when it did not, the fault is the carrier's and not the callee's.

    Returns
    -------
    tuple
        Disposition and one sentence for people.
    """
    if rang_out:
        return (_NO_ANSWER, "it rang and nobody answered in time") if sign_of_life else _NO_SIGN
    if dial_status == "CHANUNAVAIL" and not technical:
        # Asterisk gives cause 3 for this, which would blame the number.
        return _DIAL_STATUSES[dial_status]
    found = None
    if technical in _OURS:
        found = STATUSES[technical]
    found = found or CAUSES.get(cause) or STATUSES.get(technical)
    if found is None and 300 <= technical <= 699:
        found = _by_class(technical)
    return found or _DIAL_STATUSES.get(dial_status) or (_FAILED, "the call failed and the network does not say why")


def _by_class(technical: int) -> tuple[Disposition, str]:
    """Read an unusual SIP status by its first digit (RFC 3261, 8.1.3.2)."""
    if technical >= 600:
        return _REJECTED, f"the call was refused everywhere (SIP {technical})"
    if technical >= 500:
        return _CONGESTION, f"the carrier has an error (SIP {technical})"
    return _FAILED, f"the carrier did not take the call (SIP {technical})"
