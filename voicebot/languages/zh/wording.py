"""Values in Mandarin words, as spoken on the mainland."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from voicebot.languages.grammar.calendar import is_next_such_day
from voicebot.languages.grammar.groups import cents, cut
from voicebot.languages.grammar.names import without_signs
from voicebot.languages.zh.numbers import digits as say_digits
from voicebot.languages.zh.numbers import number as say_number

_WEEKDAYS: Final = "一二三四五六日"
# Unit, tenth and hundredth; where there is no tenth, hundredths are counted.
_MONEY: Final = {
    "CNY": ("元", "角", "分"),
    "HKD": ("港元", "角", "分"),
    "SGD": ("新加坡元", "角", "分"),
    "USD": ("美元", "", "美分"),
    "EUR": ("欧元", "", "欧分"),
    "GBP": ("英镑", "", "便士"),
}
_SIGNS: Final = {"&": "和", "@": "艾特", "+": "加", "%": "百分号", "#": "号"}


def amount(value: Decimal, currency: str) -> str:
    """See ``Wording.amount``."""
    whole, rest = cents(value)
    code = currency.upper()
    if code not in _MONEY:
        point = f"点{say_digits(f'{rest:02d}'.rstrip('0'))}" if rest else ""
        return f"{say_number(whole)}{point} {' '.join(code)}"
    unit, tenth, hundredth = _MONEY[code]
    said = f"{_count(whole)}{unit}" if whole or not rest else ""
    if not rest:
        return said
    if not tenth:
        return f"{said}{_count(rest)}{hundredth}"
    tenths, hundredths = divmod(rest, 10)
    if tenths:
        said += f"{_count(tenths)}{tenth}"
    elif said:
        said += "零"
    if not hundredths:
        return said
    return f"{said}{say_number(hundredths)}{hundredth}" + ("" if said else "钱")  # 一分 alone is also a minute


def day(value: date, today: date) -> str:
    """See ``Wording.day``."""
    said = f"{say_number(value.month)}月{say_number(value.day)}号，星期{_WEEKDAYS[value.weekday()]}"
    return said if is_next_such_day(value, today) else f"{say_digits(str(value.year))}年{said}"


def clock(value: time) -> str:
    """See ``Wording.clock``."""
    if value.hour == 12:
        part, hour = "中午", 12
    else:
        part = next(
            name
            for limit, name in ((6, "凌晨"), (9, "早上"), (12, "上午"), (18, "下午"), (24, "晚上"))
            if value.hour < limit
        )
        hour = value.hour % 12 if value.hour > 12 else value.hour
    said = f"{part}{_count(hour)}点"
    if value.minute == 30:
        return f"{said}半"
    if 0 < value.minute < 10:
        return f"{said}零{say_number(value.minute)}分"
    return f"{said}{say_number(value.minute)}分" if value.minute else said


def moment(value: datetime, today: date) -> str:
    """See ``Wording.moment``."""
    near = {today: "今天", today + timedelta(days=1): "明天", today + timedelta(days=2): "后天"}
    said = near.get(value.date())
    return f"{said}{clock(value.time())}" if said else f"{day(value.date(), today)}，{clock(value.time())}"


def number(value: int) -> str:
    """See ``Wording.number``."""
    return say_number(value)


def digits(value: str) -> str:
    """See ``Wording.digits``."""
    spoken = ["".join(_character(character) for character in group) for group in cut(value)]
    return "，".join(spoken)


def name(value: str) -> str:
    """See ``Wording.name``."""
    for sign, word in _SIGNS.items():
        value = value.replace(sign, word)
    value = re.sub(r"\s*[,;:，；：]\s*", "，", value)
    value = re.sub(r"(?<=[A-Za-z])\.(?=[A-Za-z])", " ", value)
    return without_signs(value).strip("，、。 ")


def first_name(value: str) -> str:
    """See ``Wording.first_name``; nobody is called by half a name on the phone."""
    return value


def yes_no(value: bool, /) -> str:
    """See ``Wording.yes_no``."""
    return "是" if value else "不是"


def _count(value: int) -> str:
    return "两" if value == 2 else say_number(value)


def _character(character: str) -> str:
    if character.isdecimal():
        return "幺" if character == "1" else say_digits(character)
    return "加" if character == "+" else f" {character.upper()} "
