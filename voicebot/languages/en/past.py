"""Past tenses of English: "I already paid on Monday" is last Monday."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from voicebot.languages.grammar import calendar
from voicebot.languages.grammar.found import Match
from voicebot.languages.grammar.past import earlier

_PAST: Final = re.compile(
    r" (?:already (?:paid|sent|mailed|made|did|took)|(?:i|we|he|she|they|it|that|you|wife|husband) (?:just )?"
    r"(?:paid|sent|mailed|made|passed|died|lost|called|was|were|did|took care)|passed away|was (?:paid|sent|born)|died)"
    r"(?! (?:going|supposed|told|hoping|planning|thinking|wondering|looking))"
    r"(?: (?!but|will|i'll|can|could|so|then|going|next|until|due|by|\|)\S+){0,7}(?<! for) $"
)
_MONTH: Final = re.compile("/|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec")


def put_back(line: str, match: Match[date], today: date) -> Match[date]:
    """Move a day back that follows a verb in the past tense."""
    if match.value is None or match.value <= today or not _PAST.search(line[: match.start]):
        return match
    said = line[match.start : match.end]
    if re.search(r"next|this|from|in |week|tomorrow|#(?:19|20)\d\d|#20 #\d\d|-\d|/\d+/", said):
        return match
    if re.search(r"[@#/]\d", said):
        return earlier(match, today, by_year=_MONTH.search(said) is not None)
    return Match(match.start, match.end, calendar.past(today, match.value.weekday())) if said[-3:] == "day" else match
