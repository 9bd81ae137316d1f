"""The clock of a call: the callee's local day and time, real or set by a rehearsal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from voicebot.dialogue.conversation.script_talk import REHEARSAL_TIME


def call_clock(
    timezone: str,
    rehearsal_day: date | None,
    *,
    wall: Callable[[], float],
    monotonic: Callable[[], float],
) -> Callable[[], datetime]:
    """Return a function that returns the callee's local date and time.

    Parameters
    ----------
    timezone
        IANA name.
    rehearsal_day
        The day on which the call takes place; ``None``: today.
    wall, monotonic
        ``time.time`` and ``time.monotonic``.
    """
    zone = ZoneInfo(timezone)
    if rehearsal_day is None:
        return lambda: datetime.fromtimestamp(wall(), zone)
    begun = monotonic()
    start = datetime.combine(rehearsal_day, REHEARSAL_TIME, zone)
    return lambda: start + timedelta(seconds=monotonic() - begun)
