"""Values in US English words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from voicebot.languages.en import names
from voicebot.languages.en.numbers import number as say_number
from voicebot.languages.en.numbers import ordinal, year
from voicebot.languages.grammar.calendar import is_next_such_day
from voicebot.languages.grammar.groups import cents, cut

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

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
    """See ``Wording.amount``."""
    whole, rest = cents(value)
    code = currency.upper()
    if code not in _MONEY:
        said = say_number(whole)
        if rest:
            said += " point " + " ".join(say_number(int(digit)) for digit in f"{rest:02d}".rstrip("0"))
        return f"{said} {_WHOLE.get(code) or ' '.join(code)}"
    one, many, hundredth, hundredths = _MONEY[code]
    units = f"{say_number(whole)} {one if whole == 1 else many}"
    parts = f"{say_number(rest)} {hundredth if rest == 1 else hundredths}"
    if not rest:
        return units
    return f"{units} and {parts}" if whole else parts


def day(value: date, today: date) -> str:
    """See ``Wording.day``."""
    said = f"{_WEEKDAYS[value.weekday()]}, {_MONTHS[value.month - 1]} {ordinal(value.day)}"
    return said if is_next_such_day(value, today) else f"{said}, {year(value.year)}"


def clock(value: time) -> str:
    """See ``Wording.clock``."""
    if (value.hour, value.minute) in {(0, 0), (12, 0)}:
        return "noon" if value.hour else "midnight"
    said = say_number(value.hour % 12 or 12)
    if 0 < value.minute < 10:
        said += f" oh {say_number(value.minute)}"
    elif value.minute:
        said += f" {say_number(value.minute)}"
    if value.hour < 12:
        return f"{said} in the morning"
    if value.hour < 18:
        return f"{said} in the afternoon"
    return f"{said} in the evening"


def moment(value: datetime, today: date) -> str:
    """See ``Wording.moment``."""
    if value.date() == today:
        said = "today"
    elif value.date() == today + timedelta(days=1):
        said = "tomorrow"
    else:
        said = day(value.date(), today)
    return f"{said} at {clock(value.time())}"


def number(value: int) -> str:
    """See ``Wording.number``."""
    return say_number(value)


def digits(value: str) -> str:
    """See ``Wording.digits``."""
    return ", ".join(" ".join(_character(character) for character in group) for group in cut(value))


def name(value: str) -> str:
    """See ``Wording.name``."""
    return names.name(value)


def first_name(value: str) -> str:
    """See ``Wording.first_name``."""
    return names.first_name(value)


def yes_no(value: bool, /) -> str:
    """See ``Wording.yes_no``."""
    return "yes" if value else "no"


def _character(character: str) -> str:
    if character.isdecimal():
        return say_number(int(character))
    return "plus" if character == "+" else character.upper()
