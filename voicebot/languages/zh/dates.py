"""Dates in Mandarin speech. Rules match the canonical line (``line``); conventions stand in ``calendar``."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from voicebot.languages.grammar import calendar
from voicebot.languages.grammar.found import Match
from voicebot.languages.grammar.rules import Rules
from voicebot.languages.zh import numbers, past
from voicebot.languages.zh.line import Line
from voicebot.languages.zh.negation import WITHDRAWING
from voicebot.languages.zh.numbers import DIGIT, is_vague

_D: Final = r"(?P<n>[一二两三四五六七八九十廿\d]{1,3})"
_MONTH: Final = r"(?P<month>十[一二]?|[一二三四五六七八九]|1[0-2]|0?[1-9])月份?"
_YEAR: Final = rf"(?:(?P<year>20\d\d|[二两][零〇][{DIGIT}][零〇{DIGIT}])年|(?P<which>今年|明年|后年|去年))?的?"
_COUNT: Final = r"(?P<count>半|[一二两俩三四五六七八九十百廿\d]{1,5})"
_UNIT: Final = r"个?(?P<unit>工作日|天|日|周|星期|礼拜|月|年)"
_WEEK: Final = "(?:周|星期|礼拜)"
_WEEKDAY: Final = rf"{_WEEK}[一二三四五六日天]"
_INSIDE: Final = rf"[{DIGIT}十廿\d]"  # a numeral is never begun in its middle
_DAYS: Final = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6,
                "1": 0, "2": 1, "3": 2, "4": 3, "5": 4, "6": 5, "7": 6}  # fmt: skip
_NEAR: Final = {"大前": -3, "前": -2, "昨": -1, "今": 0, "当": 0, "明": 1, "后": 2, "大后": 3}
_MONTHS_AWAY: Final = {
    "这个": 0,
    "这": 0,
    "本": 0,
    "当": 0,
    "下个": 1,
    "下": 1,
    "下下个": 2,
    "下下": 2,
    "上个": -1,
    "上": -1,
}
_AWAY: Final = "(?P<away>" + "|".join(sorted(_MONTHS_AWAY, key=len, reverse=True)) + ")"
_YEARS_AWAY: Final = {"今年": 0, "明年": 1, "后年": 2, "去年": -1}
_HOLIDAYS: Final = {
    "元旦": (1, 1),
    "情人节": (2, 14),
    "劳动节": (5, 1),
    "双十一": (11, 11),
    "双十二": (12, 12),
    "国庆": (10, 1),
    "平安夜": (12, 24),
    "圣诞": (12, 25),
}

_RULES: Final[Rules[date]] = Rules(edge="")


def find(line: Line, now: datetime) -> list[Match[date]]:
    """All dates said in ``line``, in order."""
    matches = [past.put_back(line.line, match, now.date()) for match in _RULES.find(line.line, now)]
    return WITHDRAWING.drop(line.line, _same_week(line.line, matches, now))


def _same_week(line: str, matches: list[Match[date]], now: datetime) -> list[Match[date]]:
    """In "下周三或者周四" both days are of next week."""
    said: list[Match[date]] = []
    for match in matches:
        bare = re.fullmatch(rf"{_WEEK}[{''.join(_DAYS)}]", line[match.start : match.end])
        if said and bare and match.value:
            led = re.match(rf"(下下|下)个?{_WEEK}", line[said[-1].start : said[-1].end])
            if led and re.fullmatch("或者?|和|,|还是|到|或者是", line[said[-1].end : match.start]):
                day = calendar.of_week(now.date(), len(led[1]), match.value.weekday())
                said.append(Match(match.start, match.end, day))
                continue
        said.append(match)
    return said


def _number(text: str) -> int | None:
    value = numbers.parse(text)
    return None if value is None or value != int(value) else int(value)


# Days of months -----------------------------------------------------------------------------------------------


@_RULES.add(
    rf"(?:{_WEEKDAY},?)?{_YEAR}{_MONTH}的?{_D}[号日]?(?:,?{_WEEKDAY})?",
    not_after=_INSIDE,
    not_then=r"[块元百千万个点天周年%人次\d月]|,\d",
)
def _month_day(match: re.Match[str], now: datetime) -> date | None:
    month, number = _number(match["month"]), _number(match["n"])
    if month is None or number is None or not 1 <= month <= 12:
        return None
    if match["which"]:
        return calendar.make(now.year + _YEARS_AWAY[match["which"]], month, number)
    if match["year"]:
        return calendar.make(_number(match["year"].replace("两", "二")) or 0, month, number)
    return calendar.next_month_day(now.date(), month, number)


@_RULES.add(
    rf"{_AWAY}月的?{_D}[号日]",
    rf"{_AWAY}月的?{_D}(?![号日块元百千万个点天周年月次一二两三四五六七八九十\d])",
)
def _of_month(match: re.Match[str], now: datetime) -> date | None:
    number = _number(match["n"])
    return None if number is None else calendar.in_month(now.date(), _MONTHS_AWAY[match["away"]], number)


@_RULES.add(rf"{_AWAY}月的?今天")
def _same_day(match: re.Match[str], now: datetime) -> date | None:
    return calendar.in_month(now.date(), _MONTHS_AWAY[match["away"]], now.day)


@_RULES.add(
    rf"(?:(?:下下|下|这|本)?个?{_WEEKDAY}[,是]?(?:也?就是)?)?{_D}[号日](?:[,是]?(?:也?就是)?(?:下下|下|这|本)?个?{_WEEKDAY})?",
    not_after=rf"[第月零〇百千万亿.:/{DIGIT}十廿\d]",
    not_then="[线楼院门店员柜房床机码馆桌窗厅文球车]|文件|[前以之]?内|之?间|以?后[还再]?[一二两三四五六七八九十\\d]+天",
)
def _day(match: re.Match[str], now: datetime) -> date | None:
    number = _number(match["n"])
    return None if number is None or number > 31 else calendar.next_day(now.date(), number)


@_RULES.add(rf"[{DIGIT}十廿\d]{{1,3}}[号日]?[到至]{_D}[号日]之?间", not_after=rf"[第月{DIGIT}十廿\d]")
def _between(match: re.Match[str], now: datetime) -> date | None:
    number = _number(match["n"])
    return None if number is None or number > 31 else calendar.next_day(now.date(), number)


# Days of the lunar calendar are other days than those of the same number.
_RULES.refuse(
    rf"(?:农历|阴历|旧历){_MONTH}的?初?{_D}[号日]?",
    rf"(?:{_MONTH}|[正腊冬]月)(?:初|廿|二十|十)?[{DIGIT}十]*(?<=[初廿{DIGIT}十])(?![号日{DIGIT}十点块元百千万])(?<=初[{DIGIT}十])",
    rf"[正腊冬]月(?:初|廿)?[{DIGIT}十]{{1,3}}",
)
_RULES.refuse(rf"每个?月的?{_D}[号日]?", r"第[一二三四五六七八九十\d]+[天日号]")


@_RULES.add(rf"(?:{_AWAY}月|(?P<bare>月))的?(?P<part>月底|月末|底|末|初|中旬|中|上旬|下旬|最后一天|头一天|第一天)")
def _part_of_month(match: re.Match[str], now: datetime) -> date | None:
    months = _MONTHS_AWAY[match["away"]] if match["away"] else 0
    today, part = now.date(), match["part"]
    if "底" in part or "末" in part or "最后" in part:
        return calendar.month_end(today, months)
    number = 1 if part in ("初", "第一天", "头一天") else 15 if part in ("中", "中旬") else 0
    if not number:
        return None
    return calendar.in_month(today, months, number) if match["away"] else calendar.next_day(today, number)


@_RULES.add(rf"{_YEAR}{_MONTH}的?(?P<part>底|末|初|中旬|中|最后一天)")
def _part_of_named_month(match: re.Match[str], now: datetime) -> date | None:
    month = _number(match["month"])
    if month is None or not 1 <= month <= 12:
        return None
    today, part = now.date(), match["part"]
    year = now.year + _YEARS_AWAY[match["which"]] if match["which"] else None
    if part in ("初", "中", "中旬"):
        number = 1 if part == "初" else 15
        return calendar.make(year, month, number) if year else calendar.next_month_day(today, month, number)
    year = year or today.year + (month < today.month)
    return date(year, month, calendar.last_of(year, month))


@_RULES.add(rf"{_AWAY}月(?:之|以)?内")
def _within_month(match: re.Match[str], now: datetime) -> date:
    return calendar.month_end(now.date(), _MONTHS_AWAY[match["away"]])


@_RULES.add("(?P<which>今年|明年)?的?年底", "(?P<which>今年|明年)的?年?末", "今年内")
def _year_end(match: re.Match[str], now: datetime) -> date:
    return date(now.year + (match.groupdict().get("which") == "明年"), 12, 31)


# Weekdays -----------------------------------------------------------------------------------------------------


@_RULES.add(
    rf"(?:(?P<week>下下个?|下个?|这个?|本|上个?|上上个?){_WEEK}|"
    rf"{_WEEK})的?(?:{_WEEK})?(?P<day>[一二三四五六日天末1-7])",
    not_after=rf"[{DIGIT}十\d几多]个?|每个?|一个",
    not_then="(?:次|回(?![来去家复电话])|个?月|年|[天周日]内)",
)
def _weekday(match: re.Match[str], now: datetime) -> date:
    today, week = now.date(), (match["week"] or "").removesuffix("个")
    weeks = {"下": 1, "下下": 2, "上": -1, "上上": -2}.get(week, 0)
    if match["day"] == "末":
        return calendar.of_week(today, weeks, 5) if weeks else calendar.weekend(today)
    weekday = _DAYS[match["day"]]
    return calendar.of_week(today, weeks, weekday) if weeks else calendar.coming(today, weekday)


@_RULES.add(rf"(?P<week>这个?|本|下个?){_WEEK}(?:之|以)?内")
def _within_week(match: re.Match[str], now: datetime) -> date:
    return calendar.of_week(now.date(), int(match["week"].startswith("下")), 6)


_RULES.refuse(
    rf"每个?{_WEEK}[一二三四五六日天末]", rf"{_WEEK}[一二三四五六日天]到{_WEEK}[一二三四五六日天](?:都|每天|上班)"
)

# Distances ----------------------------------------------------------------------------------------------------


def _distance(today: date, match: re.Match[str], sign: int = 1) -> date | None:
    unit, written = match["unit"], match["count"]
    if written == "半":
        days = {"月": 15, "年": 0}.get(unit)
        if days is None:
            return None
        return today + timedelta(days=sign * days) if days else calendar.add_months(today, 6 * sign)
    count = None if is_vague(written) else _number(written)
    if count is None or count > 3660:
        return None
    if unit == "工作日":
        return calendar.add_business_days(today, count) if sign > 0 else None
    if unit in ("月", "年"):
        return calendar.add_months(today, sign * count * (1 if unit == "月" else 12)) if count <= 120 else None
    return today + timedelta(days=sign * count * (1 if unit in ("天", "日") else 7))


@_RULES.add(
    rf"(?:再?过|再等|再)?{_COUNT}{_UNIT}(?:的?时间)?(?:之后|以后|后|之内|以内|内|左右|吧)",
    rf"(?:再过|过|再等|再给我|给我|宽限我?|还要|还需要|需要|缓|延期?|推迟|晚|等我?|大概要?|大约要?|"
    rf"最多){_COUNT}{_UNIT}(?:的?时间)?(?:之后|以后|后|之内|以内|内|左右)?",
    not_after=rf"[第每这那{DIGIT}十百\d.]|已经|等了|拖了|过了",
    not_then="一次|了|前|之前|以前|期|假|的利息",
)
def _later(match: re.Match[str], now: datetime) -> date | None:
    return _distance(now.date(), match)


@_RULES.add(rf"(?:再?过)?(?P<count>[{DIGIT}])个半月(?:之后|以后|后|之内|以内|内)?")
def _month_and_half(match: re.Match[str], now: datetime) -> date | None:
    months = _number(match["count"])
    return None if months is None else calendar.add_months(now.date(), months) + timedelta(days=15)


@_RULES.add(
    r"(?:再?过|再等|等)?(?P<count>半|[一二两三四五六七八九十\d]{1,3})个?(?P<half>半)?(?P<unit>小时|钟头|分钟)(?:之后|以后|后|之内|以内|内)"
)
def _in_hours(match: re.Match[str], now: datetime) -> date | None:
    count = 0.5 if match["count"] == "半" else None if is_vague(match["count"]) else _number(match["count"])
    if count is None:
        return None
    count += 0.5 if match["half"] else 0
    return (now + timedelta(hours=count / 60 if match["unit"] == "分钟" else count)).date()


@_RULES.add(
    rf"{_COUNT}{_UNIT}",
    after=r"|[,|]|我?要|大概|大约|可能",
    then=r"$|[|,]|吧|行吗|可以吗|行不行",
    not_then="前|之前|以前|了",
)
def _bare_distance(match: re.Match[str], now: datetime) -> date | None:
    if match["unit"] in ("日", "年") or (match["unit"] == "月" and "个" not in match.group()):
        return None
    at = match.start()
    return _distance(now.date(), match) if at == 0 or match.string[at - 1] in ",|要概约能" else None


@_RULES.add(rf"{_COUNT}{_UNIT}(?:之前|以前|前)", not_after=rf"[第每{DIGIT}十百\d.]")
def _ago(match: re.Match[str], now: datetime) -> date | None:
    if match["unit"] == "日" or (match["unit"] == "月" and "个" not in match.group()):
        return None  # 五月前 is before May, 五日前 before the fifth
    return _distance(now.date(), match, -1)


# Words of their own -------------------------------------------------------------------------------------------


@_RULES.add(
    r"(?P<near>大前|大后|前|昨|今|明|后)(?:天|日|儿个?|晚上?|早上?)(?:晚上|早上|上午|下午|中午)?",
    not_after="[之以然最目从大]",
    not_then="性|起|面|来|儿子|子",
)
def _near(match: re.Match[str], now: datetime) -> date | None:
    if match["near"] in ("前", "后") and match.group()[1:2] in "日早晚":
        return None
    return now.date() + timedelta(days=_NEAR[match["near"]])


@_RULES.add("今明两?天|(?P<later>明后两?天)")
def _one_of_two(match: re.Match[str], now: datetime) -> date:
    return now.date() + timedelta(days=2 if match["later"] else 1)


@_RULES.add("(?:现在|马上|立刻|立马)(?:就|去|就去|来)?(?:还|付|转|打款|处理|存)", not_after="不能|没法|没办法|不|无法")
def _at_once(_match: re.Match[str], now: datetime) -> date:
    return now.date()


@_RULES.add("(?:等会|待会|晚点|等下)儿?今天", "今天之?内", "当天")
def _today(match: re.Match[str], now: datetime) -> date | None:
    return None if match.group() == "当天" else now.date()


@_RULES.add("|".join(f"{name}(?:节|那天)?" for name in _HOLIDAYS), r"五一(?=节|之前|前|假|以?后|放)")
def _holiday(match: re.Match[str], now: datetime) -> date | None:
    month, number = next((day for name, day in _HOLIDAYS.items() if match.group().startswith(name)), (5, 1))
    return calendar.next_month_day(now.date(), month, number)


@_RULES.add(r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})", r"(?<!\d)(?P<m>\d{1,2})/(?P<d>\d{1,2})(?!\d)")
def _written(match: re.Match[str], now: datetime) -> date | None:
    month, number = int(match["m"]), int(match["d"])
    if match.groupdict().get("y"):
        return calendar.make(int(match["y"]), month, number)
    return calendar.next_month_day(now.date(), month, number) if 1 <= month <= 12 else None
