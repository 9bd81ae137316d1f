"""US English."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from voicebot.languages.grammar.groups import cents, cut
from voicebot.languages.grammar.number_words import english_number, english_ordinal, english_year

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# unit and its hundredth, singular and plural
_MONEY: Final = {
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "HKD": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
    "SGD": ("Singapore dollar", "Singapore dollars", "cent", "cents"),
    "AUD": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "CAD": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
}
_WHOLE: Final = {"CNY": "yuan"}  # said with a decimal point


def amount(value: Decimal, currency: str) -> str:
    """See ``wording.amount``."""
    whole, rest = cents(value)
    code = currency.upper()
    if code not in _MONEY:
        said = english_number(whole)
        if rest:
            said += " point " + " ".join(english_number(int(digit)) for digit in f"{rest:02d}".rstrip("0"))
        return f"{said} {_WHOLE.get(code) or ' '.join(code)}"
    one, many, hundredth, hundredths = _MONEY[code]
    units = f"{english_number(whole)} {one if whole == 1 else many}"
    parts = f"{english_number(rest)} {hundredth if rest == 1 else hundredths}"
    if not rest:
        return units
    return f"{units} and {parts}" if whole else parts


def day(value: date, today: date) -> str:
    """See ``wording.day``."""
    said = f"{WEEKDAYS[value.weekday()]}, {MONTHS[value.month - 1]} {english_ordinal(value.day)}"
    return said if is_next_such_day(value, today) else f"{said}, {english_year(value.year)}"


def is_next_such_day(value: date, today: date) -> bool:
    """Whether month and day alone, heard today, mean ``value``: today or within less than a year from it."""
    if value < today:
        return False
    if value.month == 2 and value.day == 29:
        return value.year == today.year
    return (value.year, value.month, value.day) < (today.year + 1, today.month, today.day)


def clock(value: time) -> str:
    """See ``wording.clock``."""
    if (value.hour, value.minute) in {(0, 0), (12, 0)}:
        return "noon" if value.hour else "midnight"
    said = english_number(value.hour % 12 or 12)
    if 0 < value.minute < 10:
        said += f" oh {english_number(value.minute)}"
    elif value.minute:
        said += f" {english_number(value.minute)}"
    if value.hour < 12:
        return f"{said} in the morning"
    if value.hour < 18:
        return f"{said} in the afternoon"
    return f"{said} in the evening"


def moment(value: datetime, today: date) -> str:
    """See ``wording.moment``."""
    if value.date() == today:
        said = "today"
    elif value.date() == today + timedelta(days=1):
        said = "tomorrow"
    else:
        said = day(value.date(), today)
    return f"{said} at {clock(value.time())}"


def number(value: int) -> str:
    """See ``wording.number``."""
    return english_number(value)


def digits(value: str) -> str:
    """See ``wording.digits``."""
    return ", ".join(" ".join(_character(character) for character in group) for group in cut(value))


def _character(character: str) -> str:
    if character.isdecimal():
        return english_number(int(character))
    return "plus" if character == "+" else character.upper()
