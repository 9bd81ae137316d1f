"""Times to call back in Mandarin speech."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from voicebot.languages.grammar.daytime import Clock, after
from voicebot.languages.grammar.found import Match
from voicebot.languages.grammar.pieces import Piece, moments
from voicebot.languages.grammar.rules import Rules
from voicebot.languages.zh import dates, numbers
from voicebot.languages.zh.line import Line
from voicebot.languages.zh.negation import WITHDRAWING
from voicebot.languages.zh.numbers import DIGIT, is_vague

_PART_NAMES: Final = {
    "凌晨": "early morning", "清晨": "morning", "早晨": "morning", "早上": "morning", "一早": "morning",
    "上午": "morning",
    "中午": "noon", "正午": "noon", "午饭后": "after lunch", "饭后": "after lunch", "下午": "afternoon",
    "傍晚": "early evening", "晚上": "evening", "今晚": "evening", "明晚": "evening", "后晚": "evening",
    "今早": "morning",
    "明早": "morning", "夜里": "night", "午夜": "midnight", "半夜": "midnight", "下班后": "after work",
    "下班以后": "after work",
    "下班之后": "after work",
}  # fmt: skip
_PART: Final = "(?P<part>" + "|".join(sorted(_PART_NAMES, key=len, reverse=True)) + ")"
_DAY_OF_PART: Final = {"今": 0, "明": 1, "后": 2}
_H: Final = rf"(?P<h>十[{DIGIT}]?|二十[一二三四]?|[零〇{DIGIT}]|1?\d|2[0-4])"
_MIN: Final = (
    r"(?P<m>[二三四五]?十[一二三四五六七八九]?|零[一二三四五六七八九]|[二三四五][一二三四五六七八九]|0?\d|[1-5]\d)"
)
_MINUTES: Final = rf"(?:(?P<half>半)|(?P<quarter>[一三])刻|过?{_MIN}分?(?!块|元|万|千|百|个)|整)?钟?"
_COUNT: Final = r"(?P<n>[一二两俩三四五六七八九十\d]{1,3}(?:\.\d)?)"
_HOUR: Final = "(?:小时|钟头)"
_LATER: Final = "(?:之后|以后|后|之内|以内|内)"

_CLOCKS: Final[Rules[Clock]] = Rules(edge="")
_PARTS: Final[Rules[str]] = Rules(edge="")
_DISTANCES: Final[Rules[timedelta]] = Rules(edge="")
_CONNECTS: Final = re.compile(
    r"^(?:的|,|在|大概|大约|差不多|左右|之后|以后|之前|再|那天|吧|时候|可能|那个|我|你|就|是|应该|给|打|个|电话|过来|联系|回电?)*$"
)


def find(line: Line, now: datetime) -> list[Match[datetime]]:
    """All times said in ``line``; see ``Entities.find_times``."""
    text = line.line
    distances = _DISTANCES.find(text, now)
    pieces: list[Piece] = []
    for clock in _CLOCKS.find(text, now):
        pieces.append(Piece(clock.start, clock.end, clock=clock.value))
    for part in _PARTS.find(text, now):
        said = text[part.start]
        days = _DAY_OF_PART.get(said)
        day = None if days is None else now.date() + timedelta(days=days)
        pieces.append(Piece(part.start, part.end, part=part.value or "", day=day))
    pieces += [_without_part(text, match) for match in dates.find(line, now)]
    matches = [Match(match.start, match.end, after(now, match.value)) for match in distances if match.value]
    matches += moments(text, pieces, [(match.start, match.end) for match in distances], _CONNECTS, now)
    return WITHDRAWING.drop(text, sorted(matches, key=lambda match: match.start))


def _without_part(text: str, match: Match[date]) -> Piece:
    """A day whose words may run on into a part of the day ("明天晚上")."""
    end = match.end
    for name in ("早上", "上午", "中午", "下午", "晚上"):
        if text[match.start : end].endswith(name):
            end -= len(name)
    return Piece(match.start, end, day=match.value)


def _clock_of(match: re.Match[str]) -> Clock | None:
    groups = match.groupdict()
    hour = numbers.parse(groups["h"])
    if hour is None:
        return None
    minute = 0
    if groups.get("half"):
        minute = 30
    elif groups.get("quarter"):
        minute = 15 if groups["quarter"] == "一" else 45
    elif groups.get("m"):
        minute = int(numbers.parse(groups["m"].removeprefix("零")) or 0)
    return Clock(int(hour), minute)


@_CLOCKS.add(r"(?<!\d)(?P<h>\d{1,2}):(?P<m>\d\d)(?!\d)")
@_CLOCKS.add(
    rf"{_H}[点时]{_MINUTES}",
    not_after=rf"[{DIGIT}十百千万第差\d.]",
    not_then=rf"[{DIGIT}零]*[万千百块元]|[间候刻]|五[万千]|意见|建议|要求",
)
def _clock(match: re.Match[str], _now: datetime) -> Clock | None:
    said = match.group()
    if re.fullmatch("一点|1点", said):
        before = match.string[: match.start()]
        following = match.string[match.end() : match.end() + 1]
        if not re.search("[午晨在]$|早上|晚上|今晚|明晚|夜里|凌晨", before[-2:]) or re.match("[都也儿钱]", following):
            return None  # 一点 is also "a little"
    return _clock_of(match)


@_CLOCKS.add(rf"{_H}点差(?P<to>一刻|[{DIGIT}十\d]{{1,3}})分?", rf"差(?P<to>一刻|[{DIGIT}十\d]{{1,3}})分?{_H}点")
def _before(match: re.Match[str], _now: datetime) -> Clock | None:
    hour = numbers.parse(match["h"])
    minutes = 15 if match["to"] == "一刻" else numbers.parse(match["to"])
    if hour is None or not minutes or not 0 < minutes < 60:
        return None
    return Clock(int(hour) - 1 or 12, 60 - int(minutes))


@_PARTS.add(_PART, not_after="每天", not_then="好")
def _part(match: re.Match[str], _now: datetime) -> str:
    return _PART_NAMES[match["part"]]


_PARTS.refuse("(?:早上|上午|中午|下午|晚上)好", "每天(?:早上|上午|中午|下午|晚上)")


@_DISTANCES.add(
    rf"(?:再?过|再等|等)?{_COUNT}个?(?P<half>半)?{_HOUR}{_LATER}",
    rf"(?:再?过|再等|等我?|给我){_COUNT}个?(?P<half>半)?{_HOUR}{_LATER}?",
)
def _hours(match: re.Match[str], _now: datetime) -> timedelta | None:
    count = None if is_vague(match["n"]) else numbers.parse(match["n"])
    if count is None or count > 72:
        return None
    return timedelta(hours=float(count) + (0.5 if match["half"] else 0))


@_DISTANCES.add(rf"(?:再?过|再等|等我?)?半个?{_HOUR}{_LATER}", rf"(?:再?过|再等|等我?|给我)半个?{_HOUR}")
@_DISTANCES.add(rf"半个?{_HOUR}", after="^", then="$|[|,吧]")
def _half_hour(_match: re.Match[str], _now: datetime) -> timedelta:
    return timedelta(minutes=30)


@_DISTANCES.add(rf"(?:再?过|再等|等)?{_COUNT}分钟{_LATER}", rf"(?:再?过|再等|等我?|给我){_COUNT}分钟{_LATER}?")
@_DISTANCES.add(rf"(?:再?过|再等|等)?{_COUNT}刻钟{_LATER}")
def _minutes(match: re.Match[str], _now: datetime) -> timedelta | None:
    count = None if is_vague(match["n"]) else numbers.parse(match["n"])
    if count is None:
        return None
    minutes = float(count) * (15 if "刻钟" in match.group() else 1)
    return timedelta(minutes=minutes) if minutes > 2 else None
