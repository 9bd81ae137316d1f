"""Past tenses of Mandarin: a verb with 了 or 的 behind the day."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from voicebot.languages.grammar import calendar
from voicebot.languages.grammar.found import Match
from voicebot.languages.grammar.past import earlier

_PAST: Final = re.compile(r"(?:就|已经|刚|都)*(?:还|付|转|打|交|存|去世|走)(?:款|钱|过去)?(?:了|的|过了)(?![就再])")


def put_back(line: str, match: Match[date], today: date) -> Match[date]:
    """Move a day back that a verb with 了 or 的 follows."""
    if match.value is None or match.value <= today or not _PAST.match(line[match.end :]):
        return match
    said = line[match.start : match.end]
    if re.search("下|明|后|内|这|本|年", said):
        return match
    if re.fullmatch("(?:周|星期|礼拜).", said):
        return Match(match.start, match.end, calendar.past(today, match.value.weekday()))
    return earlier(match, today, by_year="月" in said) if re.search("[号日]$", said) else match
