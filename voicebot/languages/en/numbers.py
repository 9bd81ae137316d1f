"""Numbers in English words: one set of tables for hearing and saying, so that each undoes the other.

Our own code rather than ``inflect`` (1.4 s to import, one way only): hearing needs the tables anyway, and saying
is a dozen lines on top of them.
"""

from __future__ import annotations

from typing import Final

ONES: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
TEENS: Final = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
SCALES: Final = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
ORDINAL_ONES: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
}  # fmt: skip
ORDINALS: Final = {
    **ORDINAL_ONES,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40,
    "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90, "hundredth": 100,
}  # fmt: skip

_NAMES: Final = {number: word for table in (ONES, TEENS, TENS) for word, number in table.items()}
_ORDINAL_NAMES: Final = {number: word for word, number in ORDINALS.items()}
_LIMIT: Final = 10**12


def number(value: int) -> str:
    """``1250`` → "one thousand two hundred fifty"; 0 to below 10¹²."""
    if not 0 <= value < _LIMIT:
        raise ValueError(f"{value} is not a number from 0 to {_LIMIT - 1}")
    if value == 0:
        return "zero"
    words: list[str] = []
    for name, scale in sorted(SCALES.items(), key=lambda item: -item[1]):
        if value >= scale:
            words += [_below_thousand(value // scale), name]
            value %= scale
    if value:
        words.append(_below_thousand(value))
    return " ".join(words)


def ordinal(value: int) -> str:
    """``27`` → "twenty-seventh"; 1 to 31, the days of a month."""
    if not 1 <= value <= 31:
        raise ValueError(f"{value} is not a day of a month")
    if value in _ORDINAL_NAMES:
        return _ORDINAL_NAMES[value]
    return f"{_NAMES[value // 10 * 10]}-{_ORDINAL_NAMES[value % 10]}"


def year(value: int) -> str:
    """``2026`` → "twenty twenty-six"; 2005 → "two thousand five"."""
    if 2010 <= value <= 2099:
        return f"twenty {_below_thousand(value % 100)}"
    return number(value)


def _below_thousand(value: int) -> str:
    words = []
    if value >= 100:
        words += [_NAMES[value // 100], "hundred"]
        value %= 100
    if value in _NAMES:
        words.append(_NAMES[value])
    elif value:
        words.append(f"{_NAMES[value // 10 * 10]}-{_NAMES[value % 10]}")
    return " ".join(words)
