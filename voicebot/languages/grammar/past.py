"""Days that a past tense puts in the past: "I already paid on Monday" is last Monday, not the coming one."""

from __future__ import annotations

from datetime import date

from voicebot.languages.grammar import calendar
from voicebot.languages.grammar.found import Match


def earlier(match: Match[date], today: date, *, by_year: bool) -> Match[date]:
    """Return the find with the last such day before ``today``: of the year, or of the month."""
    value = match.value
    assert value is not None  # noqa: S101
    months = 12 if by_year else 1
    for steps in range(1, 9):
        candidate = calendar.in_month(value, -months * steps, value.day)
        if candidate is not None and candidate <= today:
            return Match(match.start, match.end, candidate)
    return match
