"""Days that a past tense puts behind us: "I already paid on Monday" is last Monday, not the coming one."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from voicebot.languages.grammar import calendar
from voicebot.languages.grammar.found import Match

_ENGLISH_PAST: Final = re.compile(
    r" (?:already (?:paid|sent|mailed|made|did|took)|(?:i|we|he|she|they|it|that|you|wife|husband) (?:just )?"
    r"(?:paid|sent|mailed|made|passed|died|lost|called|was|were|did|took care)|passed away|was (?:paid|sent|born)|died)"
    r"(?! (?:going|supposed|told|hoping|planning|thinking|wondering|looking))"
    r"(?: (?!but|will|i'll|can|could|so|then|going|next|until|due|by|\|)\S+){0,7}(?<! for) $"
)
_MONTH: Final = re.compile("/|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec")
_CHINESE_PAST: Final = re.compile(
    r"(?:就|已经|刚|都)*(?:还|付|转|打|交|存|去世|走)(?:款|钱|过去)?(?:了|的|过了)(?![就再])"
)


def english(line: str, match: Match[date], today: date) -> Match[date]:
    """Move a day back that follows a verb in the past tense."""
    if match.value is None or match.value <= today or not _ENGLISH_PAST.search(line[: match.start]):
        return match
    said = line[match.start : match.end]
    if re.search(r"next|this|from|in |week|tomorrow|#(?:19|20)\d\d|#20 #\d\d|-\d|/\d+/", said):
        return match
    if re.search(r"[@#/]\d", said):
        return _earlier(match, today, by_year=_MONTH.search(said) is not None)
    return Match(match.start, match.end, calendar.past(today, match.value.weekday())) if said[-3:] == "day" else match


def chinese(line: str, match: Match[date], today: date) -> Match[date]:
    """Move a day back that a verb with 了 or 的 follows."""
    if match.value is None or match.value <= today or not _CHINESE_PAST.match(line[match.end :]):
        return match
    said = line[match.start : match.end]
    if re.search("下|明|后|内|这|本|年", said):
        return match
    if re.fullmatch("(?:周|星期|礼拜).", said):
        return Match(match.start, match.end, calendar.past(today, match.value.weekday()))
    return _earlier(match, today, by_year="月" in said) if re.search("[号日]$", said) else match


def _earlier(match: Match[date], today: date, *, by_year: bool) -> Match[date]:
    """The last such day before ``today``: of the year, or of the month."""
    value = match.value
    assert value is not None  # noqa: S101
    months = 12 if by_year else 1
    for steps in range(1, 9):
        candidate = calendar.in_month(value, -months * steps, value.day)
        if candidate is not None and candidate <= today:
            return Match(match.start, match.end, candidate)
    return match
