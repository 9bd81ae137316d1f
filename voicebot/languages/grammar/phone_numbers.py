"""Telephone numbers in words or keys. Numbers are E.164 text ("+12125550123"); numbering plans are phonenumbers'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import phonenumbers

from voicebot.languages.grammar.found import Found

SHORTEST: Final = 7
"""Digits; fewer are no telephone number in any plan that is called here."""
LONGEST: Final = 15


def region_of(language: str) -> str:
    """Return the country whose numbers are said without a country code: ``US`` of ``en-US``."""
    return language.partition("-")[2].upper() or "ZZ"


def phone_in(digits: str, region: str) -> str | None:
    """Return digits as they are dialled in a country as a number, valid or not; ``None``: they cannot be one."""
    if not SHORTEST <= len(digits) <= LONGEST:
        return None
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_phone(value: str) -> bool:
    """Whether a number exists by its country's numbering plan."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(value))
    except phonenumbers.NumberParseException:
        return False


def as_read_out(value: str) -> str:
    """Return the digits that people of the number's country read out, the country code left off."""
    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(value))
    except phonenumbers.NumberParseException:
        return value


def joined(rows: tuple[Found[str], ...], text: str, region: str, between: re.Pattern[str]) -> Iterator[Found[str]]:
    """Put groups of digits that follow each other together and yield those that can be a number.

    Parameters
    ----------
    rows
        Digits as they were found, in order ("212", "555", "0123").
    between
        What may stand between two groups of one number.
    """
    waiting = list(rows)
    while waiting:
        group = [waiting.pop(0)]
        while waiting and between.fullmatch(text[group[-1].end : waiting[0].start]):
            group.append(waiting.pop(0))
        value = phone_in("".join(row.value for row in group), region)
        if value:
            start, end = group[0].start, group[-1].end
            yield Found(value, start, end, text[start:end])
