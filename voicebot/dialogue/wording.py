"""Values into words as they are said: nothing ambiguous, nothing that a synthesiser has to guess.

``entities`` reads each of these back to the same value.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, Protocol

from voicebot.languages.en import wording as english
from voicebot.languages.en.names import english_name
from voicebot.languages.zh import wording as chinese


class _Language(Protocol):
    def amount(self, value: Decimal, currency: str) -> str: ...
    def day(self, value: date, today: date) -> str: ...
    def clock(self, value: time) -> str: ...
    def moment(self, value: datetime, today: date) -> str: ...
    def number(self, value: int) -> str: ...
    def digits(self, value: str) -> str: ...
    def name(self, value: str) -> str: ...


class _English:
    amount = staticmethod(english.amount)
    day = staticmethod(english.day)
    clock = staticmethod(english.clock)
    moment = staticmethod(english.moment)
    number = staticmethod(english.number)
    digits = staticmethod(english.digits)
    name = staticmethod(english_name)


class _Chinese:
    amount = staticmethod(chinese.amount)
    day = staticmethod(chinese.day)
    clock = staticmethod(chinese.clock)
    moment = staticmethod(chinese.moment)
    number = staticmethod(chinese.number)
    digits = staticmethod(chinese.digits)
    name = staticmethod(chinese.name)


_LANGUAGES: Final[dict[str, _Language]] = {"en": _English(), "zh": _Chinese()}


def _of(language: str) -> _Language:
    found = _LANGUAGES.get(language.lower().split("-")[0])
    if found is None:
        raise ValueError(f"no wording for {language}; known are {', '.join(sorted(_LANGUAGES))}")
    return found


def amount(value: Decimal, currency: str, language: str) -> str:
    """Money: "one hundred twenty dollars and fifty cents", "一百二十元五角".

    Parameters
    ----------
    value
        Not negative, at most two decimals, below 10¹².
    currency
        ISO 4217 code; one without a name of its own is spelled.
    language
        BCP 47 tag, English or Chinese.

    Raises
    ------
    ValueError
        The value cannot be said exactly, or the language is not known (this holds for all of this package).
    """
    return _of(language).amount(value, currency)


def day(value: date, today: date, language: str) -> str:
    """A day with its weekday: "Friday, November twenty-seventh"; with the year where it is not the next such day."""
    return _of(language).day(value, today)


def clock(value: time | datetime, language: str) -> str:
    """Time of day to the minute: "three thirty in the afternoon", "下午三点半"."""
    return _of(language).clock(value.time() if isinstance(value, datetime) else value)


def moment(value: datetime, now: datetime, language: str) -> str:
    """Day and time of day: "tomorrow at nine in the morning", "Friday, November twenty-seventh at noon"."""
    return _of(language).moment(value, now.date())


def number(value: int, language: str) -> str:
    """A whole number from 0 to below 10¹²."""
    return _of(language).number(value)


def digits(value: str, language: str) -> str:
    """Something read out digit by digit, in groups: an account, a phone number; letters are spelled."""
    return _of(language).digits(value)


def name(value: str, language: str) -> str:
    """A person's or company's name with no sign a synthesiser might stumble over; no word is lost."""
    return _of(language).name(value)


__all__ = ["amount", "clock", "day", "digits", "moment", "name", "number"]
