"""What people type to find calls, leads and numbers: checked, with suggestions for unknown words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from voicebot.errors import ConfigurationError, Problem
from voicebot.suggestions import meant

_PUNCTUATION: Final = re.compile(r"[ ()./-]")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{4,15}")
_DAYS: Final = {"today": 0, "yesterday": -1}
_HOW: Final = "write a day (2026-11-26, today, yesterday) or a day and a time (2026-11-26T15:00)"


def phone(value: str) -> str:
    """Return the number, or the last digits of one (at least four), that a person looks for."""
    plain = _PUNCTUATION.sub("", value)
    if not _NUMBER.fullmatch(plain):
        raise ConfigurationError(
            f"--phone: {value[:40]!r} is not a number",
            cure="write it like +14155550100, or its last digits, at least four",
        )
    return plain if plain.startswith("+") else plain.lstrip("0") or plain


def words(option: str, given: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the words if all are known; ConfigurationError with similar words otherwise."""
    found, problems = tuple(given), []
    for word in found:
        if word not in known:
            problems.append(Problem(f"{option}: there is no {word[:40]!r}", meant(word, known, most=3)))
    if problems:
        raise ConfigurationError(problems)
    return found


def moment(option: str, value: str, now: datetime, *, end: bool = False) -> float | None:
    """Return the time that a person means, in seconds since the epoch; ``None`` for an empty value.

    Parameters
    ----------
    now
        In the zone that applies to days and times without one.
    end
        A day means its end, not its beginning.
    """
    if not value:
        return None
    zone: tzinfo | None = now.tzinfo
    try:
        if value in _DAYS:
            day = now.date() + timedelta(days=_DAYS[value])
        elif len(value) == 10:
            day = datetime.strptime(value, "%Y-%m-%d").date()
        else:
            found = datetime.fromisoformat(value)
            return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).timestamp()
        return datetime.combine(day + timedelta(days=end), time(), zone).timestamp()
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(f"{option}: {value[:40]!r} is not a time", cure=_HOW) from error
