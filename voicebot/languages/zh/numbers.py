"""Numbers in Chinese characters, both ways from one set of tables, so that each way undoes the other.

Our own code rather than ``cn2an``, which rejects what people say around the numeral.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_LIMIT: Final = 10**12

DIGITS: Final = {
    "零": 0, "〇": 0, "一": 1, "幺": 1, "壹": 1, "二": 2, "两": 2, "俩": 2, "贰": 2, "三": 3, "仨": 3, "叁": 3,
    "四": 4, "肆": 4, "五": 5, "伍": 5, "六": 6, "陆": 6, "七": 7, "柒": 7, "八": 8, "捌": 8, "九": 9, "玖": 9,
}  # fmt: skip
UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
SCALES: Final = {"万": 10_000, "亿": 100_000_000}
DIGIT: Final = "一二两三四五六七八九"
"""Digits that a numeral of several characters is made of, for patterns."""
NUMERAL: Final = (
    r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[十百千万亿]+(?:零?[零一二两三四五六七八九十百千\d]+)?)?"
    r"|廿[一二三四五六七八九]?"
    r"|[零〇一二两三四五六七八九十百千万亿幺俩仨壹贰叁肆伍陆柒捌玖拾佰仟]+(?:点[零〇一二两三四五六七八九幺]+)?万?)"
)
"""Regular expression of a Chinese numeral, written in characters, digits or both."""
_SAID: Final = "零一二三四五六七八九"


def number(value: int) -> str:
    """``2250`` → "两千两百五十"; 0 to below 10¹²."""
    if not 0 <= value < _LIMIT:
        raise ValueError(f"{value} is not a number from 0 to {_LIMIT - 1}")
    if value == 0:
        return "零"
    parts: list[str] = []
    gap = False
    for name, scale in (("亿", 100_000_000), ("万", 10_000), ("", 1)):
        group, value = divmod(value, scale)
        if group:
            if parts and (gap or group < 1000):
                parts.append("零")
            said = "两" if group == 2 and name else _below_ten_thousand(group, first=not parts)
            parts.append(said + name)
            gap = False
        elif parts:
            gap = True
    return "".join(parts)


def _below_ten_thousand(value: int, *, first: bool) -> str:
    text = ""
    gap = False
    for name, unit in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, value = divmod(value, unit)
        if not digit:
            gap = bool(text)
            continue
        if gap:
            text += "零"
            gap = False
        if unit == 10 and digit == 1 and not text and first:
            text += "十"  # fifteen on its own is 十五, in a larger number 一十五
        elif digit == 2 and unit >= 100:
            text += "两" + name
        else:
            text += _SAID[digit] + name
    return text


def digits(value: str) -> str:
    """Digit by digit: "2026" → "二零二六"."""
    return "".join(_SAID[int(character)] if character.isdecimal() else character for character in value)


def parse(text: str) -> Decimal | None:
    """Value of a numeral as people say it, ``None`` where it is none.

    "三百五" is 350 and "一万二" 12000: a last digit without unit counts tenths of the unit before it. A row of bare
    digits ("一二零") is read digit by digit.
    """
    text = text.replace(",", "").replace("廿", "二十")
    whole, _, fraction = text.partition("点") if "点" in text else (text, "", "")
    tail = ""
    if fraction and fraction[-1] in SCALES:
        fraction, tail = fraction[:-1], fraction[-1]
    if re.fullmatch(r"\d+(?:\.\d+)?", whole) and not fraction:
        return Decimal(whole)
    value = _parse_whole(whole)
    if value is None:
        return None
    if fraction:
        digits = "".join(str(DIGITS.get(character, character)) for character in fraction)
        if not digits.isdecimal():
            return None
        value += Decimal(f"0.{digits}")
    return value * SCALES[tail] if tail else value


def is_vague(text: str) -> bool:
    """Whether a numeral is a guess: "两三", "七八" (two or three, seven or eight)."""
    return re.search(rf"[{DIGIT}]{{2}}", text) is not None


def _parse_whole(text: str) -> Decimal | None:
    tokens = re.findall(r"\d+(?:\.\d+)?|\D", text)
    if not tokens:
        return None
    if len(tokens) > 1 and all(token in DIGITS for token in tokens):
        return Decimal("".join(str(DIGITS[token]) for token in tokens))
    total = Decimal(0)  # finished 亿 and 万
    section = Decimal(0)
    digit: Decimal | None = None
    unit = 0  # unit that the next bare digit counts tenths of; 0 where it does not
    for token in tokens:
        if token in ("零", "〇"):
            if digit is not None:
                return None
            unit = 0
            digit = None if tokens != [token] else Decimal(0)
        elif token in DIGITS or token[0].isdigit():
            if digit is not None:
                return None
            digit = Decimal(DIGITS[token]) if token in DIGITS else Decimal(token)
        elif token in UNITS:
            unit = UNITS[token]
            section += (Decimal(1) if digit is None else digit) * unit
            digit = None
        elif token in SCALES:
            section += digit or 0
            if not section and not total:
                return None
            scale = SCALES[token]
            total = (total + section) * scale if total and scale > total else total + section * scale
            section, digit, unit = Decimal(0), None, scale
        else:
            return None
    if digit is not None:
        bare = unit >= 100 and digit < 10
        section += digit * (unit // 10) if bare else digit
    return total + section
