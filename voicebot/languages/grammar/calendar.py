"""The conventions of dates, shared by all languages.

"Friday" is the coming Friday after today; "next Friday" the Friday of the next Monday–Sunday week; "the fifteenth"
the next 15th from today on; "end of the month" its last day; "in a month" the same day of the next month, or its
last day where it has no such day.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """Same day ``months`` later (or earlier), clamped to the month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, last_of(year, month + 1)))


def last_of(year: int, month: int) -> int:
    """Number of the last day of a month."""
    return calendar.monthrange(year, month)[1]


def month_end(day: date, months: int = 0) -> date:
    """Last day of the month that lies ``months`` after that of ``day``."""
    there = add_months(day.replace(day=1), months)
    return there.replace(day=last_of(there.year, there.month))


def in_month(day: date, months: int, number: int) -> date | None:
    """Day ``number`` of the month that lies ``months`` after that of ``day``; ``None`` where it has no such day."""
    there = add_months(day.replace(day=1), months)
    return there.replace(day=number) if 1 <= number <= last_of(there.year, there.month) else None


def next_day(today: date, number: int) -> date | None:
    """The next ``number``-th of a month from today on, today included."""
    for months in range(3):
        found = in_month(today, months, number)
        if found is not None and found >= today:
            return found
    return None


def next_month_day(today: date, month: int, number: int) -> date | None:
    """The next such day of the year from today on, today included; ``None`` where no year has it."""
    for year in range(today.year, today.year + 9):
        found = make(year, month, number)
        if found is not None and found >= today:
            return found
    return None


def make(year: int, month: int, number: int) -> date | None:
    """A date, or ``None`` where there is no such day."""
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= number <= last_of(year, month)):
        return None
    return date(year, month, number)


def coming(today: date, weekday: int) -> date:
    """The coming such weekday (0 = Monday), never today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def past(today: date, weekday: int) -> date:
    """The last such weekday before today."""
    return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)


def of_week(today: date, weeks: int, weekday: int) -> date:
    """The weekday of the Monday–Sunday week that lies ``weeks`` after today's."""
    return today + timedelta(days=weekday - today.weekday() + 7 * weeks)


def weekend(today: date) -> date:
    """Saturday of this week; on Saturday and Sunday, today."""
    return max(today, of_week(today, 0, 5))


def week_end(today: date) -> date:
    """Friday of this week; on Saturday and Sunday, today."""
    return max(today, of_week(today, 0, 4))


def add_business_days(today: date, number: int) -> date:
    """``number`` Mondays to Fridays later."""
    day = today
    while number > 0:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth such weekday of a month; the last for −1."""
    if nth < 0:
        last = date(year, month, last_of(year, month))
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def is_next_such_day(value: date, today: date) -> bool:
    """Whether month and day alone, heard today, mean ``value``: today or within less than a year from it."""
    if value < today:
        return False
    if value.month == 2 and value.day == 29:
        return value.year == today.year
    return (value.year, value.month, value.day) < (today.year + 1, today.month, today.day)
