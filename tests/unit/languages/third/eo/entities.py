"""Words into values: tomorrow, and zlotys in digits."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from voicebot.languages.grammar.found import Found


def find_dates(text: str, now: datetime) -> tuple[Found[date], ...]:
    """Find "morgaŭ"."""
    day = now.date() + timedelta(days=1)
    return tuple(Found(day, one.start(), one.end(), one.group()) for one in re.finditer("morgaŭ", text))


def find_times(text: str, now: datetime) -> tuple[Found[datetime], ...]:
    """Find none."""
    return ()


def find_amounts(text: str, currency: str = "", *, owed: Decimal | None = None) -> tuple[Found[Decimal], ...]:
    """Find "30 zlotoj"."""
    found = re.finditer(r"(\d+) zlotoj", text)
    return tuple(Found(Decimal(one[1]), one.start(), one.end(), one.group()) for one in found)


def find_fractions(text: str) -> tuple[Found[Fraction], ...]:
    """Find none."""
    return ()


def find_digits(text: str, *, minimum: int = 2) -> tuple[Found[str], ...]:
    """Find rows in digits."""
    found = (one for one in re.finditer(r"\d+", text) if len(one.group()) >= minimum)
    return tuple(Found(one.group(), one.start(), one.end(), one.group()) for one in found)
