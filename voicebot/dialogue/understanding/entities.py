"""Words into values: dates, call-back times, amounts, fractions and digits in what a recogniser wrote.

Pure: the reference time is an argument. The conventions stand in ``calendar`` and ``daytime``; why these are rules of
our own is told in docs/decisions/0011.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from voicebot.languages.en import amounts as english_amounts
from voicebot.languages.en import dates as english_dates
from voicebot.languages.en import times as english_times
from voicebot.languages.en.line import read as read_english
from voicebot.languages.grammar import phone_numbers
from voicebot.languages.grammar.found import Found
from voicebot.languages.zh import amounts as chinese_amounts
from voicebot.languages.zh import dates as chinese_dates
from voicebot.languages.zh import times as chinese_times
from voicebot.languages.zh.line import read as read_chinese

_LONGEST = 1000  # characters; nobody says more in one breath


def find_dates(text: str, language: str, now: datetime) -> tuple[Found[date], ...]:
    """Dates in ``text``, in order.

    Parameters
    ----------
    text
        As recognised; punctuation and capitals may be there or not.
    language
        BCP 47 tag, English or Chinese.
    now
        The callee's local date and time. A date in the past is found where the words say so ("last Friday").
    """
    if _is_chinese(language):
        line = read_chinese(text[:_LONGEST])
        return tuple(line.found(match) for match in chinese_dates.find(line, now))
    english = read_english(text[:_LONGEST])
    return tuple(english.found(match) for match in english_dates.find(english, now))


def find_times(text: str, language: str, now: datetime) -> tuple[Found[datetime], ...]:
    """Times to call back in ``text``, in order; they carry the time zone of ``now``.

    A time without "am" or "pm" is the one that lies within 8:00–20:59. A part of the day stands for one time
    (``english_times.PARTS``), a day without any for ten o'clock. "After five" is five.
    """
    if _is_chinese(language):
        line = read_chinese(text[:_LONGEST])
        return tuple(line.found(match) for match in chinese_times.find(line, now))
    english = read_english(text[:_LONGEST])
    return tuple(english.found(match) for match in english_times.find(english, now))


def find_amounts(
    text: str, language: str, currency: str = "USD", *, owed: Decimal | None = None
) -> tuple[Found[Decimal], ...]:
    """Amounts of money in ``text``, in order.

    Parameters
    ----------
    text, language
        See ``find_dates``.
    currency
        ISO 4217 code of what is owed; amounts named in another currency are left out.
    owed
        What is owed. It settles what two numbers in a row mean: "twelve fifty" is 1250, as instalments are spoken
        of, or 12.50 where 1250 is more than is owed.
    """
    if _is_chinese(language):
        line = read_chinese(text[:_LONGEST])
        return tuple(line.found(match) for match in chinese_amounts.find_amounts(line, currency))
    english = read_english(text[:_LONGEST])
    return tuple(english.found(match) for match in english_amounts.find_amounts(english, currency, owed))


def find_fractions(text: str, language: str) -> tuple[Found[Fraction], ...]:
    """Parts of the amount owed: "half of it", "a third", "fifty percent"; "all of it" is 1."""
    if _is_chinese(language):
        line = read_chinese(text[:_LONGEST])
        return tuple(line.found(match) for match in chinese_amounts.find_fractions(line))
    english = read_english(text[:_LONGEST])
    return tuple(english.found(match) for match in english_amounts.find_fractions(english))


def find_digits(text: str, language: str, *, minimum: int = 2) -> tuple[Found[str], ...]:
    """Rows of at least ``minimum`` digits read out: "four five oh six", "double two", "一三八"."""
    if _is_chinese(language):
        line = read_chinese(text[:_LONGEST])
        return tuple(line.found(match) for match in chinese_amounts.find_digits(line, minimum))
    english = read_english(text[:_LONGEST])
    return tuple(english.found(match) for match in english_amounts.find_digits(english, minimum))


def find_phones(text: str, language: str) -> tuple[Found[str], ...]:
    """Telephone numbers in ``text``, read out or written, as E.164; whether they exist is not looked at.

    A number without its country code is one of the language's country.
    """
    text = text[:_LONGEST]
    rows = find_digits(text, language, minimum=1)
    return tuple(phone_numbers.joined(rows, text, phone_numbers.region_of(language)))


def _is_chinese(language: str) -> bool:
    code = language.lower().split("-")[0]
    if code not in ("en", "zh"):
        raise ValueError(f"no entities for {language}; known are en, zh")
    return code == "zh"


__all__ = ["Found", "find_amounts", "find_dates", "find_digits", "find_fractions", "find_phones", "find_times"]
