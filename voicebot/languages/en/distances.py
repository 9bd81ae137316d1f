"""Dates in English speech that are a distance from today: "in two weeks", "three days ago"; rules of ``dates``.

A longer rule takes lengths of time that only look like one ("for three weeks", "a day or two"), and gives no date.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from voicebot.languages.grammar import calendar
from voicebot.languages.grammar.rules import Rules

_COUNT: Final = r"(?:#(?P<count>\d{1,3})|an?|(?P<half>half a))"
_UNIT: Final = r"(?P<unit>(?:business |working |work )?days?|weeks?|fortnights?|months?|years?)(?:'s?)?"

RULES: Final[Rules[date]] = Rules()


def _distance(today: date, count: int, unit: str) -> date | None:
    try:
        if "business" in unit or "work" in unit:
            return calendar.add_business_days(today, count)
        if unit.startswith("day"):
            return today + timedelta(days=count)
        if unit.startswith(("week", "fortnight")):
            return today + timedelta(days=count * (14 if unit[0] == "f" else 7))
        return calendar.add_months(today, count * (12 if unit.startswith("year") else 1))
    except (OverflowError, ValueError):
        return None


@RULES.add(
    rf"(?:in|within|in about|in like|within about|in around|in maybe|after|in the next|within the next|"
    rf"in another|in just|in just about|over the next|in at least) {_COUNT} (?:more |full |"
    rf"or so )?{_UNIT}(?: time| from now| from today| or so)?"
)
@RULES.add(rf"{_COUNT} {_UNIT} (?:from now|from today|time|out|hence|down the road|later)")
@RULES.add(
    rf"#(?P<count>\d{{1,3}}) (?:more )?{_UNIT}",
    not_after="for|past|last|every|these|those|been|over|since|took|the|each|than|per|"
    "for (?:about|like|over|almost|nearly)",
    not_then="ago|late|behind|overdue|passed|old|off|already|notice|vacation|of|before|back|from|after|on|earlier|long|past|per|"
    "or|to|free|ahead|worth|job|pay|in|interest|holiday|sick|a|straight|out of",
)
@RULES.add(
    rf"(?:an?|another|(?P<half>half a)) (?:more )?{_UNIT}",
    after="|(?:give me|gimme|need|want|about|maybe|another|like|probably|just|say|take)(?: just| about| like| maybe)?",
    not_then="ago|late|behind|overdue|old|off|of|before|back|from|after|on|earlier|or|to|in",
)
def _in_units(match: re.Match[str], now: datetime) -> date | None:
    groups = match.groupdict()
    count = int(groups.get("count") or 1)
    if groups.get("half"):
        if match["unit"].startswith("year"):
            return calendar.add_months(now.date(), 6)
        return now.date() + timedelta(days=15) if match["unit"].startswith("month") else None
    return _distance(now.date(), count, match["unit"])


@RULES.add(r"(?:in |within )?(?:an?|#1) week and a half(?: from now)?")
def _week_and_half(_match: re.Match[str], now: datetime) -> date:
    return now.date() + timedelta(days=11)


@RULES.add(r"(?:in |within |in about )?(?:an?|#1) month and a half(?: from now)?")
def _month_and_half(_match: re.Match[str], now: datetime) -> date:
    return calendar.add_months(now.date(), 1) + timedelta(days=15)


@RULES.add(
    r"(?:in|within|in about|within the next|in the next) (?:#(?P<count>\d{1,3}(?:\.\d)?)|(?P<half>half an?"
    r"|a half)|an?) "
    r"(?:more )?(?P<unit>hour|minute)s?(?P<more> and a half)?"
)
def _in_hours(match: re.Match[str], now: datetime) -> date:
    count = 0.5 if match["half"] else float(match["count"] or 1)
    count += 0.5 if match["more"] else 0
    return (now + timedelta(hours=count if match["unit"] == "hour" else count / 60)).date()


@RULES.add(rf"{_COUNT} {_UNIT} (?:ago|back|earlier)")
def _ago(match: re.Match[str], now: datetime) -> date | None:
    return _distance(now.date(), -int(match["count"] or 1), match["unit"]) if "b" not in match["unit"] else None


RULES.refuse(
    rf"(?:in )?(?:(?:the )?next )?(?:an?|#\d+) (?:{_UNIT.replace('unit', 'unit1')} )?(?:or|to) (?:so|#?\d+|"
    rf"a few|three|two)(?: {_UNIT})?"
)
RULES.refuse(
    rf"(?:for|past|last|these|those|been|over|since|took|every|each|than) (?:the |the past |the last |about |"
    rf"like |over |almost |nearly )?{_COUNT} {_UNIT}"
)
# "I've never been late in forty years", "I've lived here thirty years": as long as something has been so
RULES.refuse(r"(?:lived|had|been|worked|known|with|here|there)(?: \S+){0,4} #\d+ years")
RULES.refuse(
    rf"(?:never|late|missed|behind|been|once|first time|customer)(?: \S+){{0,4}} in "
    rf"(?:over |about |almost |nearly |all |the last |the past )?{_COUNT} {_UNIT}"
)
