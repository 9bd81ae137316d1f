"""Times to call back in English speech: days from ``dates``, times of day, and distances in hours."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from voicebot.languages.en import dates
from voicebot.languages.en.line import Line
from voicebot.languages.en.negation import WITHDRAWING
from voicebot.languages.grammar.daytime import Clock, after
from voicebot.languages.grammar.found import Match
from voicebot.languages.grammar.pieces import Piece, moments
from voicebot.languages.grammar.rules import Rules

_H: Final = r"#(?P<h>1?\d|2[0-4])"
_HOUR: Final = r"#(?P<h>[1-9]|1[0-2])"
_M: Final = r"(?: (?:#(?P<m>[1-5]\d)|(?:oh|o|#0) #?(?P<o>[1-9])))?"
_DAYS: Final = "today|tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_LEADS: Final = (
    f"at|after|before|by|around|about|until|till|til|from|between|past|say|at like|at about|at around|like|"
    f"maybe|{_DAYS}|"
    "morning|afternoon|evening|anytime|any time|closer to|or|and|toward|towards|"
    "call (?:me )?(?:back )?a"  # "at", as recognisers hear it
)
_NO_CLOCK: Final = (
    "percent|days?|weeks?|months?|years?|hours?|minutes?|times?|people|dollars?|bucks?|cents?|grand|k|hundred|"
    "of|thirds?|"
    r"quarters?|kids|more|or #\d+ (?:days|weeks|months|minutes|hours)|january|february|march|april|may|june|"
    r"july|august|"
    r"september|october|november|december|business|working|[#@]\S+"
)
_NAMED_PARTS: Final = {
    "morning": "morning", "afternoon": "afternoon", "evening": "evening", "night": "night", "tonight": "night",
    "noon": "noon", "midday": "noon", "midnight": "midnight", "lunch": "lunch", "lunchtime": "lunch",
}  # fmt: skip

_CLOCKS: Final[Rules[Clock]] = Rules()
_PARTS: Final[Rules[tuple[str, int | None]]] = Rules()
_DISTANCES: Final[Rules[timedelta]] = Rules()
_CONNECTS: Final = re.compile(
    r"^ (?:(?:at|on|in|the|around|about|by|after|before|like|maybe|say|sometime|some time|between|from|for|"
    r"any ?time|probably|"
    r"is|would be|it's|of|early|late|or so|just|right|this|then|please|and|,|call me|call me back|call back|"
    r"i'm free|works|works for me|(?:would be|is|works) (?:better|best|good|fine|great)|would work) )*$"
)


def find(line: Line, now: datetime) -> list[Match[datetime]]:
    """All times said in ``line``; see ``Entities.find_times``."""
    text = line.line
    distances = _DISTANCES.find(text, now)
    pieces = [Piece(clock.start, clock.end, clock=clock.value) for clock in _CLOCKS.find(text, now)]
    for part in _PARTS.find(text, now):
        name, days = part.value or ("", None)
        pieces.append(Piece(part.start, part.end, part=name, day=None if days is None else _later(now, days)))
    pieces += [Piece(found.start, found.end, day=found.value) for found in dates.find(line, now)]
    matches = [Match(match.start, match.end, after(now, match.value)) for match in distances if match.value]
    matches += moments(text, pieces, [(match.start, match.end) for match in distances], _CONNECTS, now)
    return WITHDRAWING.drop(text, sorted(matches, key=lambda match: match.start))


def _later(now: datetime, days: int) -> date:
    return now.date() + timedelta(days=days)


# Times of day -------------------------------------------------------------------------------------------------


def _clock(match: re.Match[str]) -> Clock:
    groups = match.groupdict()
    return Clock(int(groups["h"]), int(groups.get("m") or groups.get("o") or 0), groups.get("half") or "")


@_CLOCKS.add(r"(?P<h>\d{1,2}):(?P<m>\d\d)(?: (?P<half>am|pm))?")
@_CLOCKS.add(rf"{_H}{_M} (?P<half>am|pm)")
@_CLOCKS.add(rf"{_H} (?:o'clock|oclock|o clock)(?: (?P<half>am|pm))?")
@_CLOCKS.add(rf"{_H}{_M}", after=_LEADS, not_then=_NO_CLOCK)
@_CLOCKS.add(
    rf"{_H}{_M}",
    then=rf"(?:in the|this) (?:morning|afternoon|evening)|at night|{_DAYS}|on (?:{_DAYS})|next (?:{_DAYS})",
)
@_CLOCKS.add(
    rf"(?!#1 ){_HOUR}{_M}",
    r"#(?P<h>1[3-9]|2[0-3]) #(?P<m>[1-5]\d)",
    r"a #(?P<h>1?\d) #(?P<m>[1-5]\d)",
    after=r"|(?:(?:maybe|probably|say|like|about|around|yes|yeah|okay|ok|how|let's say|i'd say|make it) ?)+",
    then=r"(?:(?:please|maybe|probably|then|is fine|works|would work|is good|sharp|or so|ish|\|) ?)*$",
)
def _said(match: re.Match[str], _now: datetime) -> Clock:
    return _clock(match)


@_CLOCKS.add(
    rf"(?:(?P<past>half past|(?:a )?quarter (?:past|after)|#(?P<min>5|10|20|25) (?:minutes )?(?:past|after))"
    rf"|(?:a )?(?:quarter|#(?P<to>5|10|20|25)(?: minutes)?) (?:to|till|til|of|before)) {_H}(?: (?P<half>am|pm))?",
    not_then=_NO_CLOCK,
)
def _relative(match: re.Match[str], _now: datetime) -> Clock:
    hour = int(match["h"])
    if match["past"]:
        minute = 30 if match["past"].startswith("half") else int(match["min"] or 15)
        return Clock(hour, minute, match["half"] or "")
    return Clock(hour - 1 or 12, 60 - int(match["to"] or 15), match["half"] or "")


# Parts of the day ---------------------------------------------------------------------------------------------


@_PARTS.add(
    r"(?:in |for |during )?(?P<this>this )?(?:the )?(?P<shade>early|late|mid)? ?(?P<part>morning|afternoon|evening)"
)
@_PARTS.add(
    r"(?P<part>tonight|noon|midday|midnight|lunchtime)",
    r"(?:my |the )?(?P<part>lunch) (?:time|hour|break)",
    r"at (?P<part>night|lunch)",
)
@_PARTS.add(r"(?P<part>night)", after=_DAYS.replace("tonight|", ""))
def _part(match: re.Match[str], _now: datetime) -> tuple[str, int | None]:
    groups = match.groupdict()
    part = _NAMED_PARTS[match["part"]]
    if groups.get("shade") in ("early", "late"):
        part = f"{groups['shade']} {part}"
        part = "evening" if part == "late evening" else part
    return part, 0 if groups.get("this") or match["part"] == "tonight" else None


@_PARTS.add(r"(?P<which>after|before) (?:lunch|dinner|work)", r"after (?:i get )?(?:off |home from )work")
def _meal(match: re.Match[str], _now: datetime) -> tuple[str, int | None]:
    said = match.group()
    if "lunch" in said:
        return ("before lunch" if match.groupdict().get("which") == "before" else "after lunch"), None
    if "dinner" in said:
        return ("evening" if "before" in said else "night"), None
    return ("early morning" if "before" in said else "after work"), None


@_PARTS.add(r"(?:the )?end of (?:the )?(?:business |work )?day|close of business")
def _day_end(_match: re.Match[str], _now: datetime) -> tuple[str, int | None]:
    return "day's end", 0


@_PARTS.add(r"(?:first|@1) thing(?: in the morning)?")
def _first_thing(_match: re.Match[str], _now: datetime) -> tuple[str, int | None]:
    return "morning", None


_PARTS.refuse(
    "good (?:morning|afternoon|evening|night)",
    "every (?:morning|afternoon|evening|night)",
    "last night",
    "morning shift",
    "night shift",
)

# Distances ----------------------------------------------------------------------------------------------------

_LEADING: Final = (
    "(?:in|within|in about|in like|in maybe|in around|in another|in the next|give me|give me about|give me like|after"
    "|after about)"
)


@_DISTANCES.add(
    rf"{_LEADING} (?P<n>an?|#\d+(?:\.\d+)?) (?P<unit>hour|minute)s?(?P<half> and a half)?(?: from now| time|"
    rf" or so| or two)?",
    r"(?P<n>an|#\d+(?:\.\d+)?) (?P<unit>hour|minute)s?(?P<half> and a half)? (?:from now|later|time)",
)
@_DISTANCES.add(
    r"(?P<n>an|#\d+(?:\.\d+)?) (?P<unit>hour|minute)s?(?P<half> and a half)?",
    after="|(?:maybe|about|like|probably|call (?:me )?back|back|another) ?",
    not_then="ago|late|long|of|per|early|away",
)
def _hours(match: re.Match[str], _now: datetime) -> timedelta | None:
    count = 1.0 if match["n"] in ("a", "an") else float(match["n"][1:])
    if match["unit"] == "minute":
        return timedelta(minutes=count) if count > 2 else None  # "a minute" is not an appointment
    count += 0.5 if match["half"] else 0
    return timedelta(hours=count) if count <= 72 else None


@_DISTANCES.add(
    rf"(?:{_LEADING} )?(?:a )?half (?:an |a )?hour(?: from now| or so)?",
    not_then="ago|late|long",
    not_after="for|and a|every|past|last",
)
@_DISTANCES.add(rf"(?:{_LEADING}) #30 minutes")
def _half_hour(_match: re.Match[str], _now: datetime) -> timedelta:
    return timedelta(minutes=30)


@_DISTANCES.add(rf"{_LEADING} (?:a|#1|#3) (?:quarter|quarters) of an hour")
def _quarter_hour(match: re.Match[str], _now: datetime) -> timedelta:
    return timedelta(minutes=45 if "#3" in match.group() else 15)
