"""Amounts of money, parts of an amount and rows of digits in Mandarin speech."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from voicebot.languages.grammar.found import Match
from voicebot.languages.grammar.money import ANY_TIME, Said, amounts
from voicebot.languages.grammar.rules import Rules
from voicebot.languages.zh import dates, numbers
from voicebot.languages.zh.line import Line
from voicebot.languages.zh.negation import WITHDRAWING
from voicebot.languages.zh.numbers import DIGIT, is_vague

_CURRENCIES: Final = {
    "美元": "USD", "美金": "USD", "美刀": "USD", "港币": "HKD", "港元": "HKD", "港纸": "HKD", "欧元": "EUR",
    "英镑": "GBP",
    "新加坡元": "SGD", "新加坡币": "SGD", "新币": "SGD", "坡币": "SGD", "人民币": "CNY",
    "rmb": "CNY", "usd": "USD", "cny": "CNY",
    "hkd": "HKD", "sgd": "SGD", "eur": "EUR", "gbp": "GBP", "$": "USD HKD SGD", "€": "EUR", "£": "GBP",
}  # fmt: skip
_NAMED: Final = "(?P<unit>" + "|".join(re.escape(name) for name in sorted(_CURRENCIES, key=len, reverse=True)) + ")"
_N: Final = f"(?P<n>{numbers.NUMERAL})"
_SMALL: Final = rf"[{DIGIT}\d]"
_YUAN: Final = "(?:块钱|元钱|块|元|圆)"
_PARTS: Final = rf"(?:零?(?P<jiao>{_SMALL})[毛角])?(?:零?(?P<fen>{_SMALL})分)?钱?"
_MEASURES: Final = (
    r"月(?![底初末中])|[天周年日号点分个次人岁期遍句名楼层位小秒米斤公里只张本条块元圆毛角美港欧英新r]"
    r"|[成%倍度路室班级毫多几来\d.:/]|礼拜|星期|以?上|以?内|夜|刻"
)
_VERBS: Final = (
    "还|付|给|交|打|转|存|最多|只有|只能|就|能|先|凑|拿|出|缴|汇|只|大概|差不多|大约|至少|欠|是"
    "|还了|还你们|给你们|或者|或|到|成"
)
_ENDS: Final = (
    r"$|[|,整吧吗呢嘛啊了可行的左先就好是也不没我你他剩另其余今明后下这周月]|或|到|怎么|应该|够|以?后|之?前"
    "|为止|对|ok|现在"
)
_AWAY: Final = (
    rf"[第点{DIGIT}零〇十百千万亿幺\d.年:/]|星期|礼拜|尾号|号码|账号|卡号|电话|密码|号是|码是"
    "|房间|分之|今年|我|是第"
)

_MONEY: Final[Rules[Said]] = Rules(edge="")
_BARE: Final[Rules[Said]] = Rules(edge="")
_FRACTIONS: Final[Rules[Fraction]] = Rules(edge="")


def find_amounts(line: Line, currency: str) -> list[Match[Decimal]]:
    """All amounts said in ``line``; see ``Entities.find_amounts``."""
    named, bare = _MONEY.find(line.line, ANY_TIME), _BARE.find(line.line, ANY_TIME)
    found = amounts(named, bare, dates.find(line, ANY_TIME), _CURRENCIES, currency)
    return WITHDRAWING.drop(line.line, found)


def find_fractions(line: Line) -> list[Match[Fraction]]:
    """All parts said in ``line``; see ``Entities.find_fractions``."""
    return WITHDRAWING.drop(line.line, _FRACTIONS.find(line.line, ANY_TIME))


def find_digits(line: Line, minimum: int) -> list[Match[str]]:
    """All rows of digits said in ``line``; see ``Entities.find_digits``."""
    found = []
    for match in re.finditer(
        r"[零〇一幺二三四五六七八九\d](?:-?[零〇一幺二两三四五六七八九\d])*+(?![十百千万亿块元月号点年%个])", line.line
    ):
        row = "".join(str(numbers.DIGITS.get(character, character)) for character in match.group() if character != "-")
        if len(row) >= minimum:
            found.append(Match(match.start(), match.end(), row))
    return found


def _value(text: str) -> Decimal | None:
    """Value of a numeral; none for a guess ("两三百") and for a scale alone ("万一")."""
    if re.match(rf"[{DIGIT}]{{2}}[十百千万]", text) or re.match("[百千万亿零]", text):
        return None
    if is_vague(text) and not re.search(r"[十百千万零〇幺]", text) and len(text) == 2:
        return None
    return numbers.parse(text)


def _small(text: str | None) -> Decimal:
    return Decimal(0) if not text else Decimal(numbers.DIGITS.get(text, text))


@_MONEY.add(
    rf"{_N}{_YUAN}{_PARTS}", not_after=rf"[第点{DIGIT}零〇十百千万亿\d.]|一大", not_then="(?:石|头|儿|地|旦|宵|素|件)"
)
@_MONEY.add(
    rf"{_N}{_NAMED}{_PARTS}",
    rf"{_N}块{_NAMED}{_PARTS}",
    rf"{_N}元{_NAMED}{_PARTS}",
    rf"{_NAMED}{_N}{_YUAN}?{_PARTS}",
    rf"¥{_N}{_PARTS}",
)
def _named(match: re.Match[str], _now: datetime) -> Said | None:
    value = _value(match["n"])
    if value is None:
        return None
    value += _small(match["jiao"]) / 10 + _small(match["fen"]) / 100
    return value, match.groupdict().get("unit") or ""


@_MONEY.add(
    rf"{_N}{_YUAN}(?P<tenth>{_SMALL})(?P<hundredth>{_SMALL})?",
    not_then=r"月(?![底初末中])|[天周年日号点分个次人岁期毛角百千万十块元]",
    not_after=rf"[点{DIGIT}十百千万\d.]",
)
@_MONEY.add(rf"{_N}{_YUAN}(?P<tenth>{_SMALL})[毛角](?P<hundredth>{_SMALL})", not_then="[分天个月号]")
def _block_five(match: re.Match[str], _now: datetime) -> Said | None:
    value = _value(match["n"])
    return None if value is None else (value + _small(match["tenth"]) / 10 + _small(match["hundredth"]) / 100, "")


@_MONEY.add(
    rf"{_N}(?P<unit>美元|美金|欧元|英镑)零?(?P<cents>[{DIGIT}十\d]{{1,3}})(?:美分|欧分|便士|分)",
    rf"{_N}(?P<unit>新加坡元|新币|港币|港元){_PARTS}",
)
def _foreign(match: re.Match[str], _now: datetime) -> Said | None:
    value, groups = _value(match["n"]), match.groupdict()
    if value is None:
        return None
    cents = numbers.parse(groups["cents"]) if groups.get("cents") else Decimal(0)
    value += (cents or Decimal(0)) / 100 + _small(groups.get("jiao")) / 10 + _small(groups.get("fen")) / 100
    return value, match["unit"]


@_MONEY.add(
    rf"(?P<jiao>{_SMALL})[毛角](?:(?P<fen>{_SMALL})分?)?钱?",
    not_after=rf"[块元圆{DIGIT}零十百千万\d.]",
    not_then="[度落色]",
)
@_MONEY.add(
    rf"(?P<hundredths>[{DIGIT}十\d]{{1,3}})(?:美分|欧分|便士|分钱)",
    not_after=rf"[毛角元块零{DIGIT}十百千万\d.]|美元|欧元|英镑",
)
def _only_parts(match: re.Match[str], _now: datetime) -> Said | None:
    groups = match.groupdict()
    if groups.get("hundredths"):
        value = numbers.parse(groups["hundredths"])
        return None if value is None else (value / 100, "")
    return _small(groups.get("jiao")) / 10 + _small(groups.get("fen")) / 100, ""


_MONEY.refuse(
    "一(?:分|毛|块|角)钱?[都也]",
    rf"{_N}{_YUAN}(?:石头|地)",
    r"[一二三四五六七八九两十]多[块元]",
    rf"{_N}(?:多|几|来){_YUAN}",
)


@_BARE.add(_N, not_after=_AWAY, then=_ENDS, not_then=_MEASURES)
def _round(match: re.Match[str], _now: datetime) -> Said | None:
    written = match["n"]
    value = _value(written)
    if value is None or value < 10 or re.fullmatch(rf"[{DIGIT}零〇幺]+", written):
        return None
    digits = written.partition(".")[0]
    if digits.isdecimal() and len(digits) >= 6 and not digits.endswith("00"):
        return None  # an account or a phone number
    led = re.search(rf"(?:{_VERBS})$", match.string[: match.start()]) is not None
    alone = match.start() == 0 or match.string[match.start() - 1] in ",|"
    return (value, "") if led or alone or value >= 100 else None


# Parts --------------------------------------------------------------------------------------------------------


@_FRACTIONS.add("一半儿?|百分之五十|半数|对半", not_after="[另大小]|多", not_then="[天年月]|小时|个月|路|会")
def _half(_match: re.Match[str], _now: datetime) -> Fraction:
    return Fraction(1, 2)


@_FRACTIONS.add(rf"(?P<under>百|[{DIGIT}十\d]{{1,3}})分之(?P<over>{numbers.NUMERAL})")
def _over(match: re.Match[str], _now: datetime) -> Fraction | None:
    under = Decimal(100) if match["under"] == "百" else numbers.parse(match["under"])
    over = Decimal(100) if match["over"] == "百" else numbers.parse(match["over"])
    if not under or not over or over > under:
        return None
    return Fraction(over) / Fraction(under)


_FRACTIONS.refuse("百分之百(?:确|肯|放|相|是|会|可|没)", "百分之一百(?:确|肯|放|相|是|会)")


@_FRACTIONS.add(r"(?P<n>\d+(?:\.\d+)?)%", not_then="的?利")
def _percent(match: re.Match[str], _now: datetime) -> Fraction | None:
    value = Fraction(match["n"]) / 100
    return value if 0 < value <= 1 else None


@_FRACTIONS.add(rf"(?P<n>[{DIGIT}])成", not_after=f"[{DIGIT}十]", not_then="[功为立本交年绩员长熟把]")
def _tenths(match: re.Match[str], _now: datetime) -> Fraction:
    return Fraction(numbers.DIGITS[match["n"]], 10)


@_FRACTIONS.add(
    "全部|全额|全款|所有的?钱|一次性还清|一次性付清|一次还清",
    not_after="不了|不能|没法|不|没",
    not_then="还完了|还清了|都?忘",
)
def _whole(_match: re.Match[str], _now: datetime) -> Fraction:
    return Fraction(1)
