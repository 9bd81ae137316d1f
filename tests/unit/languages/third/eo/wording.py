"""Values into words: hardly any."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal


def amount(value: Decimal, currency: str) -> str:
    """Say "30 zlotoj"."""
    return f"{value} {'zlotoj' if currency == 'PLN' else currency}"


def day(value: date, today: date) -> str:
    """Say "morgaŭ", or the date."""
    return "morgaŭ" if (value - today).days == 1 else value.isoformat()


def clock(value: time) -> str:
    """Say hours and minutes."""
    return f"{value:%H %M}"


def moment(value: datetime, today: date) -> str:
    """Say day and time."""
    return f"{day(value.date(), today)} je {clock(value.time())}"


def number(value: int) -> str:
    """Say a number."""
    return str(value)


def digits(value: str) -> str:
    """Say digits."""
    return " ".join(value)


def name(value: str) -> str:
    """Say a name."""
    return value


def first_name(value: str) -> str:
    """Say a first name."""
    return value.split(maxsplit=1)[0]


def yes_no(value: bool, /) -> str:
    """Say yes or no."""
    return "jes" if value else "ne"
