"""Words into values in Mandarin; see ``language.Entities``."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from voicebot.languages.grammar.found import LONGEST, Found
from voicebot.languages.zh import amounts, dates, times
from voicebot.languages.zh.line import read


def find_dates(text: str, now: datetime) -> tuple[Found[date], ...]:
    """See ``Entities.find_dates``."""
    line = read(text[:LONGEST])
    return tuple(line.found(match) for match in dates.find(line, now))


def find_times(text: str, now: datetime) -> tuple[Found[datetime], ...]:
    """See ``Entities.find_times``."""
    line = read(text[:LONGEST])
    return tuple(line.found(match) for match in times.find(line, now))


def find_amounts(text: str, currency: str = "", *, owed: Decimal | None = None) -> tuple[Found[Decimal], ...]:
    """See ``Entities.find_amounts``; what is owed settles nothing here, since no two numbers stand in a row."""
    line = read(text[:LONGEST])
    return tuple(line.found(match) for match in amounts.find_amounts(line, currency))


def find_fractions(text: str) -> tuple[Found[Fraction], ...]:
    """See ``Entities.find_fractions``."""
    line = read(text[:LONGEST])
    return tuple(line.found(match) for match in amounts.find_fractions(line))


def find_digits(text: str, *, minimum: int = 2) -> tuple[Found[str], ...]:
    """See ``Entities.find_digits``."""
    line = read(text[:LONGEST])
    return tuple(line.found(match) for match in amounts.find_digits(line, minimum))
