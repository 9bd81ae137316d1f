"""Dates in English speech. Rules match the canonical line (``line``); conventions stand in ``calendar``.

Where the words only look like a date ("every Friday", "the second owner"), a longer rule takes them and gives none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from voicebot.languages.en import distances, past
from voicebot.languages.en.line import Line
from voicebot.languages.en.negation import WITHDRAWING
from voicebot.languages.grammar import calendar
from voicebot.languages.grammar.found import Match
from voicebot.languages.grammar.rules import Rules

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), 1)
    for name in names.split()
}  # fmt: skip
_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tues tue", "wednesday wed weds", "thursday thurs thur thu", "friday fri",
         "saturday sat", "sunday sun"))
    for name in names.split()
}  # fmt: skip
_HOLIDAYS: Final[dict[str, Callable[[int], date]]] = {
    "christmas": lambda year: date(year, 12, 25),
    "christmas day": lambda year: date(year, 12, 25),
    "christmas eve": lambda year: date(year, 12, 24),
    "new year's": lambda year: date(year, 1, 1),
    "new year's day": lambda year: date(year, 1, 1),
    "new years day": lambda year: date(year, 1, 1),
    "new year's eve": lambda year: date(year, 12, 31),
    "new years eve": lambda year: date(year, 12, 31),
    "valentine's day": lambda year: date(year, 2, 14),
    "halloween": lambda year: date(year, 10, 31),
    "thanksgiving": lambda year: calendar.nth_weekday(year, 11, 3, 4),
    "black friday": lambda year: calendar.nth_weekday(year, 11, 3, 4) + timedelta(days=1),
    "memorial day": lambda year: calendar.nth_weekday(year, 5, 0, -1),
    "labor day": lambda year: calendar.nth_weekday(year, 9, 0, 1),
    "new year": lambda year: date(year, 1, 1),
    "the new year": lambda year: date(year, 1, 1),
    "@1 of the year": lambda year: date(year, 1, 1),
    "independence day": lambda year: date(year, 7, 4),
}

_M: Final = "(?P<month>" + "|".join(_MONTHS) + ")"
_PLAIN_M: Final = "(?P<month>" + "|".join(name for name in _MONTHS if name not in ("may", "march", "mar")) + ")"
_WD: Final = "(?P<weekday>" + "|".join(name for name in _WEEKDAYS if name not in ("wed", "sat", "sun", "mon")) + ")"
_ANY_WD: Final = "(?P<weekday>" + "|".join(_WEEKDAYS) + ")"
_N: Final = r"[@#](?P<n>\d{1,2})"
_OTHER_UNITS: Final = (
    "dollars?|bucks?|cents?|percent|am|pm|o'clock|hundred|thousand|k|grand|days?|weeks?|months?|years?|hours?|minutes?"
)
_YEAR: Final = r"(?: (?:of )?(?:#(?P<year>(?:19|20)\d\d)|#(?P<century>19|20) #(?P<short>\d\d)))?"
_LEADS_DAY: Final = (
    "on|by|before|until|till|til|after|around|about|for|maybe|say|to|it|from|like|or|and|since|between|probably|than|"
    "is|be|then|pay|do|yes|yeah|ok|okay|no|but|well|actually|so|how about|what about|\\|"
)
_FOLLOWS_DAY: Final = (
    r"$|\||\$|[#@]\d+|of|is|would|will|works|work|then|please|and|or|but|if|when|because|for|at|in|i|i'll|i'm|i'd|i've|"
    "that|that's|sounds|should|it|it's|we|we'll|you|can|could|may|might|maybe|like|thanks|thank|okay|ok|no|"
    "not|yes|yeah|"
    "sure|sorry|too|also|so|actually|probably|definitely|after|before|by|to|right|good|fine|next|this|with|he|she|they|"
    "my|the|as|morning|afternoon|evening|around|instead|well|actually|today|wait|you're|he'll|she'll|they'll|there|now|what|which|"
    "until|let's|let|do|does|was|got|" + "|".join(_WEEKDAYS)
)
_NOUNS: Final = (
    "time|times|one|ones|person|people|party|owner|call|caller|calls|payment|payments|floor|half|part|thing|"
    "grade|place|"
    "street|st|avenue|ave|year|week|month|day|account|loan|card|letter|notice|bill|job|shift|number|quarter|option|"
    "choice|wife|husband|try|attempt|of (?:it|that|my|the balance|the amount|what|all)"
)
_MID: Final = "(?:mid|middle|the middle|middle of|the middle of|mid of)"
_EARLY: Final = (
    "(?:early|beginning of|the beginning of|start of|the start of|the first of|first of|first day of|the first day of)"
)
_LATE: Final = "(?:end of|the end of|end|last day of|the last day of|late)"

_RULES: Final[Rules[date]] = Rules()
_SHIFT: Final = re.compile(
    r"(?<= )(?:the |an? |#(?P<count>\d{1,2}) )?(?P<unit>days?|weeks?|fortnights?) (?P<way>from|after|before|following|"
    r"on)(?: this)? $"
)


def find(line: Line, now: datetime) -> list[Match[date]]:
    """All dates said in ``line``, in order."""
    today = now.date()
    matches = [_shifted(line.line, past.put_back(line.line, match, today)) for match in _RULES.find(line.line, now)]
    return WITHDRAWING.drop(line.line, _same_week(line.line, _beside(line.line, matches), now))


def _beside(line: str, matches: list[Match[date]]) -> list[Match[date]]:
    """In "the Friday before Christmas" the weekday is the one next to the other day."""
    said: list[Match[date]] = []
    for match in matches:
        led = said[-1] if said else None
        way = re.fullmatch(r" (before|after) (?:the )?", line[led.end : match.start]) if led else None
        if (
            led
            and led.value
            and match.value
            and way
            and re.fullmatch(rf"(?:the )?{_ANY_WD}", line[led.start : led.end])
        ):
            apart = (led.value.weekday() - match.value.weekday()) % 7
            days = (apart or 7) if way[1] == "after" else apart - 7
            said[-1] = Match(led.start, match.end, match.value + timedelta(days=days))
            continue
        said.append(match)
    return said


def _same_week(line: str, matches: list[Match[date]], now: datetime) -> list[Match[date]]:
    """In "next Tuesday or Wednesday" both days are of next week."""
    said: list[Match[date]] = []
    for match in matches:
        if said and match.value and line[match.start : match.end] in _WEEKDAYS:
            led = re.fullmatch(rf"next {_ANY_WD}", line[said[-1].start : said[-1].end])
            if led and re.fullmatch(" (?:or|and|to|or maybe|or even) ", line[said[-1].end : match.start]):
                day = calendar.of_week(now.date(), 1, match.value.weekday())
                said.append(Match(match.start, match.end, day))
                continue
        said.append(match)
    return said


def _shifted(line: str, match: Match[date]) -> Match[date]:
    """ "A week from" or "the day after" before a date moves it."""
    shift = _SHIFT.search(line, 0, match.start)
    if shift is None or match.value is None:
        return match
    sign = -1 if shift["way"] == "before" else 1
    days = int(shift["count"] or 1) * {"w": 7, "f": 14}.get(shift["unit"][0], 1)
    return Match(shift.start(), match.end, match.value + timedelta(days=sign * days))


# Written dates ------------------------------------------------------------------------------------------------


@_RULES.add(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
def _iso(match: re.Match[str], _now: datetime) -> date | None:
    return calendar.make(int(match["y"]), int(match["m"]), int(match["d"]))


@_RULES.add(rf"(?:{_ANY_WD} (?:the )?)?(?P<a>\d{{1,2}})[/-](?P<b>\d{{1,2}})(?:[/-](?P<y>\d{{2,4}}))?(?! of)")
def _slashed(match: re.Match[str], now: datetime) -> date | None:
    first, second = int(match["a"]), int(match["b"])
    month, number = (second, first) if first > 12 else (first, second)
    if match["y"]:
        year = int(match["y"])
        return calendar.make(year + 2000 if year < 100 else year, month, number)
    return calendar.next_month_day(now.date(), month, number) if 1 <= month <= 12 else None


@_RULES.add(r"#(?P<a>1?\d) slash #(?P<b>[1-3]?\d)")
def _spoken_slash(match: re.Match[str], now: datetime) -> date | None:
    return calendar.next_month_day(now.date(), int(match["a"]), int(match["b"])) if 1 <= int(match["a"]) <= 12 else None


# Month and day ------------------------------------------------------------------------------------------------


@_RULES.add(rf"(?:(?:this |next )?{_ANY_WD} )?(?:the )?{_M} (?:the )?{_N}{_YEAR}", not_then=_OTHER_UNITS)
@_RULES.add(rf"(?:(?:this |next )?{_ANY_WD} )?(?:the )?{_N} (?:day )?of {_M}{_YEAR}")
@_RULES.add(rf"(?:(?:this |next )?{_ANY_WD} )?(?:the )?{_N} {_PLAIN_M}{_YEAR}")
def _month_day(match: re.Match[str], now: datetime) -> date | None:
    month, number = _MONTHS[match["month"]], int(match["n"])
    year = match["year"] or (f"{match['century']}{match['short']}" if match["short"] else None)
    if year:
        return calendar.make(int(year), month, number)
    return calendar.next_month_day(now.date(), month, number)


@_RULES.add(rf"{_MID} (?:of )?{_M}")
@_RULES.add(rf"{_EARLY} {_M}")
@_RULES.add(rf"{_LATE} (?:of )?{_M}")
def _part_of_month(match: re.Match[str], now: datetime) -> date | None:
    today, month = now.date(), _MONTHS[match["month"]]
    said = match.group()
    if said.startswith(("mid", "the mid")):
        return calendar.next_month_day(today, month, 15)
    if said.startswith("late"):
        return None
    if said.startswith(("end", "the end", "last", "the last")):
        year = today.year + (month < today.month)
        return date(year, month, calendar.last_of(year, month))
    return calendar.next_month_day(today, month, 1)


# Days of a month without its name -----------------------------------------------------------------------------


@_RULES.add(rf"(?:the )?{_N} (?:day )?(?:of )?(?:the |(?P<which>this|next|last|following|coming) )month")
@_RULES.add(
    rf"(?P<which>this|next|last|following) month (?:on )?(?:the )?(?:{_ANY_WD} the )?{_N}", not_then=_OTHER_UNITS
)
def _of_month(match: re.Match[str], now: datetime) -> date | None:
    which = match.groupdict().get("which")
    if not which or which == "coming":
        return calendar.next_day(now.date(), int(match["n"]))
    months = {"this": 0, "last": -1}.get(which, 1)
    return calendar.in_month(now.date(), months, int(match["n"]))


@_RULES.add(rf"(?:this |next )?{_ANY_WD} (?:the )?@(?P<n>\d{{1,2}})", not_then=_NOUNS)
@_RULES.add(rf"(?:this |next )?{_ANY_WD} the {_N}", not_then=f"{_OTHER_UNITS}|{_NOUNS}")
@_RULES.add(rf"the @(?P<n>[5-9]|[1-3]\d)(?: {_ANY_WD})?", not_then=_NOUNS)
@_RULES.add(r"the @(?P<n>4)", not_then=_NOUNS)
@_RULES.add(r"the #(?P<n>\d{1,2})", after="on|by|until|till|before|for", then=_FOLLOWS_DAY)
@_RULES.add(r"(?:the )?@(?P<n>\d{1,2})", after="on|by|until|till|before", then=f"{_FOLLOWS_DAY}|only|itself")
@_RULES.add(r"the @(?P<n>[1-3])", after=_LEADS_DAY, then=_FOLLOWS_DAY, not_then=_NOUNS)
@_RULES.add(r"(?:the )?@(?P<n>[4-9]|[1-3]\d)", after=_LEADS_DAY, then=_FOLLOWS_DAY, not_then=_NOUNS)
@_RULES.add(r"the @(?P<n>[1-3])", after="", then=r"(?:and|or|through|thru) (?:the )?@\d+")
@_RULES.add(
    r"(?:the )?@(?P<n>[4-9]|[1-3]\d)",
    r"the @(?P<n>[1-3])",
    after=r"|(?:(?:maybe|probably|say|like|i'd say|i think|i guess|yes|yeah|okay|ok) ?)*",
    then=r"(?:(?:please|maybe|probably|then|i guess|i think|is fine|works|\|) ?)*$",
)
def _day(match: re.Match[str], now: datetime) -> date | None:
    return calendar.next_day(now.date(), int(match["n"]))


_RULES.refuse(
    r"(?:on )?(?:the )?@\d+ (?:day )?of (?:every|each) month|(?:every|each) month (?:on )?(?:the )?@\d+",
    r"@\d+ (?:of all|things?)",
    r"(?:the |an? |my |your |his |her |our )@\d+ "
    r"(?:owner|party|person|time|one|half|call|notice|payment|floor|name|job|opinion|language|of (?:it|that|"
    r"my|the balance|the amount|what))",
)

# Weekdays -----------------------------------------------------------------------------------------------------


@_RULES.add(_WD)
@_RULES.add(rf"(?:this coming|this|coming|the coming|upcoming|this upcoming) {_ANY_WD}")
@_RULES.add(r"(?P<weekday>mon|wed|sat|sun)", after="by|on|until|till|til|before|after")
def _weekday(match: re.Match[str], now: datetime) -> date:
    return calendar.coming(now.date(), _WEEKDAYS[match["weekday"]])


@_RULES.add(rf"next {_ANY_WD}")
@_RULES.add(rf"(?:the )?following {_ANY_WD}")
@_RULES.add(rf"{_ANY_WD} (?:of |in |the )?(?:next|following|the following) week")
@_RULES.add(rf"next week (?:on |by |maybe |like |say |maybe on |probably |probably on |before )?{_ANY_WD}")
def _next_week(match: re.Match[str], now: datetime) -> date:
    return calendar.of_week(now.date(), 1, _WEEKDAYS[match["weekday"]])


@_RULES.add(rf"(?:the )?{_ANY_WD} after next")
@_RULES.add(rf"{_ANY_WD} (?:of )?(?:the )?week after next")
@_RULES.add(rf"(?:the )?week after next (?:on )?{_ANY_WD}")
def _after_next(match: re.Match[str], now: datetime) -> date:
    return calendar.of_week(now.date(), 2, _WEEKDAYS[match["weekday"]])


@_RULES.add(rf"{_ANY_WD} (?:of )?this week")
@_RULES.add(rf"this week (?:on )?{_ANY_WD}")
def _this_week(match: re.Match[str], now: datetime) -> date:
    return calendar.of_week(now.date(), 0, _WEEKDAYS[match["weekday"]])


@_RULES.add(rf"(?:last|this past|the past|past) {_ANY_WD}")
def _last_weekday(match: re.Match[str], now: datetime) -> date:
    return calendar.past(now.date(), _WEEKDAYS[match["weekday"]])


@_RULES.add(rf"{_ANY_WD} (?:of )?last week")
@_RULES.add(rf"last week (?:on )?{_ANY_WD}")
def _weekday_of_last_week(match: re.Match[str], now: datetime) -> date:
    return calendar.of_week(now.date(), -1, _WEEKDAYS[match["weekday"]])


@_RULES.add(rf"{_ANY_WD} week")
@_RULES.add(rf"a week (?:on )?{_ANY_WD}")
def _weekday_week(match: re.Match[str], now: datetime) -> date:
    return calendar.coming(now.date(), _WEEKDAYS[match["weekday"]]) + timedelta(days=7)


@_RULES.add(
    r"(?:the )?(?:next #1|#1 after(?: that| next)?|following #1)",
    after=rf"{_ANY_WD}(?: \||,)?(?: but| i mean)?",
)
def _one_after(match: re.Match[str], now: datetime) -> date:
    said = re.findall(_ANY_WD, match.string[: match.start()])
    return calendar.coming(now.date(), _WEEKDAYS[said[-1]]) + timedelta(days=7)


@_RULES.add(rf"#(?P<count>[2-4]) {_ANY_WD}s from (?:now|today)")
def _weekdays_away(match: re.Match[str], now: datetime) -> date:
    return calendar.coming(now.date(), _WEEKDAYS[match["weekday"]]) + timedelta(days=7 * (int(match["count"]) - 1))


@_RULES.add(rf"(?P<order>first|last|@\d) {_ANY_WD} (?:of|in) (?:the |(?P<which>this|next) )?(?:month|{_M})")
def _nth(match: re.Match[str], now: datetime) -> date | None:
    today, weekday = now.date(), _WEEKDAYS[match["weekday"]]
    nth = -1 if match["order"] == "last" else int(match["order"][1:])
    if not -1 <= nth <= 4:
        return None
    for months in range(13):
        there = calendar.add_months(today.replace(day=1), months)
        if (match["month"] and there.month != _MONTHS[match["month"]]) or (match["which"] == "next" and months < 1):
            continue
        day = calendar.nth_weekday(there.year, there.month, weekday, nth)
        if day >= today:
            return day
    return None


@_RULES.add(rf"the @(?P<order>[1-4]) {_ANY_WD}", rf"the (?P<order>first) {_ANY_WD}", not_then="of|in|this|next")
def _nth_alone(match: re.Match[str], now: datetime) -> date | None:
    today, nth = now.date(), 1 if match["order"] == "first" else int(match["order"])
    months = (calendar.add_months(today.replace(day=1), ahead) for ahead in range(2))
    days = (calendar.nth_weekday(there.year, there.month, _WEEKDAYS[match["weekday"]], nth) for there in months)
    return next((day for day in days if day >= today), None)


_RULES.refuse(rf"(?:every|each|on a|most|any|a) (?:other )?{_ANY_WD}")
_RULES.refuse(rf"(?:{_ANY_WD}) (?:night football|times|the bank)")

# Weeks, months ------------------------------------------------------------------------------------------------


@_RULES.add(r"(?:this |the |on the |for the |this coming |the coming |coming )weekend")
def _weekend(_match: re.Match[str], now: datetime) -> date:
    return calendar.weekend(now.date())


@_RULES.add(r"(?:the )?next weekend|(?:the )?weekend after this")
def _next_weekend(_match: re.Match[str], now: datetime) -> date:
    return calendar.of_week(now.date(), 1, 5)


@_RULES.add(r"(?:the )?end of (?:the |this )?(?:work |working |business )?week|week's end|later this week|end of week")
def _week_end(match: re.Match[str], now: datetime) -> date | None:
    return None if match.group().startswith("later") else calendar.week_end(now.date())


@_RULES.add(
    r"(?P<part>(?:the )?end of|(?:the )?beginning of|(?:the )?start of|early|(?:the )?middle of|mid|"
    r"late) (?:in )?next week"
)
def _part_of_next_week(match: re.Match[str], now: datetime) -> date:
    part = match["part"]
    weekday = 0 if "beg" in part or "sta" in part or "ear" in part else 2 if "mid" in part else 4
    return calendar.of_week(now.date(), 1, weekday)


@_RULES.add(
    r"(?:(?:the )?end of|(?:the )?last day (?:of|in)|last of|late) (?P<which>the|this|next|last|each|every|"
    r"following|the following) month"
)
@_RULES.add(
    r"(?P<which>this|the|next) (?:months? end|month's end)|month's end|months? end|"
    r"before the month(?: is|'s) (?:out|over|up)|end of month|end of the months|"
    r"end the month|the end the month"
)
def _month_end(match: re.Match[str], now: datetime) -> date:
    months = {"next": 1, "following": 1, "the following": 1, "last": -1}.get(match.groupdict().get("which") or "", 0)
    return calendar.month_end(now.date(), months)


@_RULES.add(
    r"(?:(?:the )?(?:beginning|start|first|@1|first day|@1 day) of|early|early in) (?P<which>the|next|"
    r"following|the following|this|the new|each) month"
)
def _month_start(match: re.Match[str], now: datetime) -> date | None:
    if match["which"] in ("the", "the new", "each"):
        return calendar.next_day(now.date(), 1)
    return calendar.in_month(now.date(), 0 if match["which"] == "this" else 1, 1)


@_RULES.add(r"(?:mid|(?:the )?middle of)(?: (?P<which>the|this|next|following|the following))? months?")
def _month_middle(match: re.Match[str], now: datetime) -> date | None:
    if match["which"] in ("next", "following", "the following"):
        return calendar.in_month(now.date(), 1, 15)
    return calendar.next_day(now.date(), 15)


@_RULES.add(r"(?:the )?end of (?:the |this )?year|year end")
def _year_end(_match: re.Match[str], now: datetime) -> date:
    return date(now.year, 12, 31)


_RULES.include(distances.RULES)

# Words of their own -------------------------------------------------------------------------------------------


@_RULES.add("(?:later |earlier )?today|tonight|this (?:morning|afternoon|evening)|close of business")
@_RULES.add(
    "(?:the )?end of (?:the |business |the business )?day",
    not_then=rf"(?:on |this |next )?(?:tomorrow|{'|'.join(_WEEKDAYS)})",
)
@_RULES.add(
    "(?:pay|do|take care of|handle|settle|send|make) (?:(?:it|that|this|you|all of it|the payment|a payment) )?"
    "(?:right now|now|right away|immediately|straight away)",
    not_after="can't|cannot|not|don't|couldn't|won't|unable to|able to|not going to|what to|gonna|how to",
)
def _today(_match: re.Match[str], now: datetime) -> date:
    return now.date()


@_RULES.add("an? week (?:from )?today|today week")
def _week_from_today(_match: re.Match[str], now: datetime) -> date:
    return now.date() + timedelta(days=7)


@_RULES.add("tomorrow|tomorrow's|the next day")
def _tomorrow(_match: re.Match[str], now: datetime) -> date:
    return now.date() + timedelta(days=1)


@_RULES.add(r"(?:the )?(?:day after tomorrow|day after tomorrow's|overmorrow)|(?:in )?#2 days' time")
def _day_after_tomorrow(_match: re.Match[str], now: datetime) -> date:
    return now.date() + timedelta(days=2)


@_RULES.add(r"yesterday|last night")
def _yesterday(_match: re.Match[str], now: datetime) -> date:
    return now.date() - timedelta(days=1)


@_RULES.add(r"(?:the )?day before yesterday")
def _day_before_yesterday(_match: re.Match[str], now: datetime) -> date:
    return now.date() - timedelta(days=2)


_RULES.refuse(
    r"in an? (?:second|minute|moment|bit|sec)",
    r"as of today|these days|one day|#1 day|some day|day to day|until today|how are you today|"
    r"how are you doing today|doing today|calling (?:me )?today|call(?:ing)? (?:about )?today",
)


@_RULES.add("|".join(re.escape(name) for name in sorted(_HOLIDAYS, key=len, reverse=True)))
def _holiday(match: re.Match[str], now: datetime) -> date:
    name = match.group()
    return next(day for year in (now.year, now.year + 1) if (day := _HOLIDAYS[name](year)) >= now.date())
