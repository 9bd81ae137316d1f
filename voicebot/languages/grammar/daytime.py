"""The conventions of times of day, shared by all languages: which call-back time is meant.

A time without "am" or "pm" is the one within 8:00–20:59, when people are called; with no day said, the next such
time. A part of the day stands for one time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

PARTS: Final = {
    "early morning": time(9), "morning": time(9), "late morning": time(11), "before lunch": time(11),
    "noon": time(12), "lunch": time(12), "after lunch": time(13), "early afternoon": time(13), "afternoon": time(14),
    "late afternoon": time(16), "day's end": time(17), "early evening": time(17), "after work": time(18),
    "evening": time(18), "night": time(19), "midnight": time(0),
}  # fmt: skip
"""What a part of the day stands for."""
DEFAULT: Final = time(10)
"""What a day without any time stands for."""
_FIRST_HOUR: Final = 8
_LAST_HOUR: Final = 20


@dataclass(frozen=True, slots=True)
class Clock:
    """A time as it was said.

    Parameters
    ----------
    hour
        0 to 24.
    minute
        0 to 59.
    half
        ``am``, ``pm`` or empty where it was not said.
    """

    hour: int
    minute: int = 0
    half: str = ""


def half_of(part: str) -> str:
    """Which half of the day a part of it lies in."""
    return "am" if "morning" in part else "pm" if part else ""


def resolve(now: datetime, day: date | None, clock: Clock | None, part: str) -> datetime | None:
    """The moment that is meant.

    Parameters
    ----------
    now
        The callee's local time.
    day
        As said, or ``None``.
    clock
        As said, or ``None``.
    part
        A key of ``PARTS`` or empty.
    """
    if clock is not None:
        return _at_clock(now, day, clock, part)
    if part:
        return _at_part(now, day, part)
    if day is None:
        return None
    if day == now.date():
        return (
            min(_next_hour(now + timedelta(hours=1)), _join(day, time(_LAST_HOUR), now))
            if now.hour < _LAST_HOUR
            else now
        )
    return _join(day, DEFAULT, now)


def after(now: datetime, distance: timedelta) -> datetime:
    """``now`` and ``distance`` of real time, in the zone of ``now`` (clocks may change on the way)."""
    if now.tzinfo is None:
        return now + distance
    return (now.astimezone(UTC) + distance).astimezone(now.tzinfo)


def _at_clock(now: datetime, day: date | None, clock: Clock, part: str) -> datetime | None:
    if clock.hour > 24 or clock.minute > 59:
        return None
    half = clock.half or half_of(part)
    if part == "night" and clock.hour in (12, 1, 2, 3, 4, 5) and not clock.half:
        half = "am"
    if clock.hour > 12 or (clock.hour == 0):
        hours = [clock.hour % 24]
    elif half:
        hours = [clock.hour % 12 + (12 if half == "pm" else 0)]
    else:
        hours = sorted({clock.hour % 12, clock.hour % 12 + 12})
    moments = [time(hour, clock.minute) for hour in hours]
    decent = [moment for moment in moments if _FIRST_HOUR <= moment.hour <= _LAST_HOUR] or moments[-1:]
    if day is not None and day != now.date():
        return _join(day, decent[0], now)
    for moment in decent:
        if _join(now.date(), moment, now) > now:
            return _join(now.date(), moment, now)
    later = now.date() if day is not None else now.date() + timedelta(days=1)
    return _join(later, decent[0], now)


def _at_part(now: datetime, day: date | None, part: str) -> datetime:
    moment = PARTS[part]
    if day is None:
        today = _join(now.date(), moment, now)
        return today if today > now else _join(now.date() + timedelta(days=1), moment, now)
    there = _join(day, moment, now)
    # "This afternoon", said in the afternoon, is the next full hour.
    return _next_hour(now) if day == now.date() and there <= now and now.hour < _LAST_HOUR else there


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _join(day: date, moment: time, now: datetime) -> datetime:
    return datetime.combine(day, moment, tzinfo=now.tzinfo)
