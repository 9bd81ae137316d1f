"""The values of one lead: what each may be, and what to do when it is not. Pure.

Refused everywhere: control characters and line breaks, which would end a header of the protocols that a value
travels through, and ``${``, which begins an expression in Asterisk's dialplan. Everything else, commas, quotes and
semicolons among it, stays as it is.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import zoneinfo
from datetime import date
from decimal import Decimal
from typing import Final

import phonenumbers
import phonenumbers.timezone
from phonenumbers import PhoneNumberFormat, ValidationResult

from voicebot.campaign.currencies import MINOR_DIGITS

LONGEST: Final = {"name": 80, "company": 120, "reference": 64, "timezone": 64}
LONGEST_OTHER: Final = 200
"""Characters of a value."""
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)

_PHONE: Final = re.compile(r"\+?[0-9 ()./-]+")
_PUNCTUATION: Final = re.compile(r"[ ()./-]")
_ROUNDED: Final = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+")
_AMOUNT: Final = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,4}))?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_JOINERS: Final = "\u200c\u200d"
"""Written inside names of several scripts; all other invisible format characters are refused."""
_POSSIBLE: Final = {
    ValidationResult.INVALID_COUNTRY_CODE: "there is no such country code",
    ValidationResult.TOO_SHORT: "it is too short",
    ValidationResult.TOO_LONG: "it is too long",
    ValidationResult.INVALID_LENGTH: "no number there has this length",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "the area code is missing",
}
_UNREADABLE: Final = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "there is no such country code",
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "it is too short",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "it is too short",
    phonenumbers.NumberParseException.TOO_LONG: "it is too long",
}


NOTHING: Final = frozenset(
    {"n/a", "#n/a", "#value!", "#ref!", "#null!", "#div/0!", "null", "(null)", "<null>", "none", "nan", "nil"}
    | {"undefined", "unknown", "(blank)"}
)
"""What databases and spreadsheets write for a value that is missing; as a person's whole name it is nobody's."""


class RefusedValue(Exception):  # noqa: N818 - not an error of the program
    """A value cannot be taken.

    Parameters
    ----------
    what
        What is wrong, without the field's name.
    cure
        What to do.
    """

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what)
        self.what, self.cure = what, cure


def text(field: str, value: str) -> str:
    """Return a value without the space around it.

    Raises
    ------
    RefusedValue
        It holds what could not travel to the call and back unharmed, or is too long.
    """
    value = value.strip(" \t")
    longest = LONGEST.get(field, LONGEST_OTHER)
    if len(value) > longest:
        raise RefusedValue(f"is {len(value)} characters long", f"at most {longest} are taken")
    if field == "name" and "?" in value:
        raise RefusedValue("has a question mark, which programs write for letters that they lost", "enter it again")
    if field == "name" and value.casefold() in NOTHING:
        raise RefusedValue(
            f"is {value!r}, which programs write where there is none", "fill it in, or leave out the line"
        )
    if value.isascii() and value.isprintable() and "${" not in value:
        return value
    for place, character in enumerate(value, 1):
        kind = unicodedata.category(character)
        if character in "\r\n\u2028\u2029\x85":
            raise RefusedValue(f"has a line break (character {place})", "write it on one line")
        if kind in {"Cc", "Cs"} or (kind == "Cf" and character not in _JOINERS):
            raise RefusedValue(f"has a control character (U+{ord(character):04X}, character {place})", "remove it")
    if "${" in value:
        raise RefusedValue("has ${…}, which Asterisk would read as an expression", "remove it")
    if "\ufffd" in value:
        place = value.index("\ufffd") + 1
        raise RefusedValue(
            f"has a character that an earlier conversion lost (U+FFFD, character {place})", "enter it again"
        )
    if _is_garbled(value):
        raise RefusedValue(
            f"{_shown(value)} is UTF-8 that was read as another encoding", "export it once more as UTF-8"
        )
    return value


def _is_garbled(value: str) -> bool:
    """Whether a text is UTF-8 that some program read as Windows-1252 ("MÃ¼ller")."""
    try:
        return not value.encode("cp1252").decode("utf-8").isascii()
    except UnicodeError:
        return False


def phone(value: str, region: str) -> str:
    """Return a number in E.164: the same for each way of writing it.

    Parameters
    ----------
    value
        International with ``+``, or national; spaces, brackets, dots, dashes and slashes are ignored.
    region
        The country whose national numbers are meant where there is no ``+`` (ISO 3166, two letters); empty where
        it was not given. A number without ``+`` is never read by what it happens to look like: 13800138002 is a mobile
        number in China and looks like a 1 and ten digits; 2127365000 is in New York and begins like Morocco's.

    Raises
    ------
    RefusedValue
        It is not a possible number, or it is national and the country is not known.
    """
    if not _PHONE.fullmatch(value):
        if _ROUNDED.fullmatch(value):
            raise RefusedValue(
                f"{_shown(value)} was rounded by a spreadsheet", "format the column as text and fill it again"
            )
        raise RefusedValue(f"{_shown(value)} is not a phone number", "write it like +14155550100")
    plain = _PUNCTUATION.sub("", value)
    international = plain.startswith("+")
    if not international and not region:
        raise RefusedValue(
            f"{_shown(value)} does not say its country",
            "write it like +14155550100 (plus, country code, number), or name the country of the file's national "
            "numbers with --region or the trunk's region",
        )
    cure = "write it like +14155550100: plus, country code, number"
    try:
        parsed = phonenumbers.parse(plain, None if international else region)
    except phonenumbers.NumberParseException as error:
        why = _UNREADABLE.get(error.error_type, "it cannot be read")
        raise RefusedValue(f"{_shown(value)} is not a possible number: {why}", cure) from error
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason != ValidationResult.IS_POSSIBLE:
        raise RefusedValue(
            f"{_shown(value)} is not a possible number: {_POSSIBLE.get(reason, 'it cannot be dialled')}", cure
        )
    if not international and not phonenumbers.is_valid_number(parsed):
        raise RefusedValue(f"{_shown(value)} is not a valid number in {region}", cure)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def amount(value: str, currency_code: str) -> Decimal:
    """Return an amount of money greater than 0, with no more digits than the currency has.

    Raises
    ------
    RefusedValue
        It is not written as plain digits with a decimal point.
    """
    found = _AMOUNT.fullmatch(value)
    if found is None:
        raise RefusedValue(f"{_shown(value)} is not an amount", "write digits and a decimal point only, like 1200.50")
    minor = MINOR_DIGITS.get(currency_code, 4)
    if len(found[2] or "") == 3 and minor != 3:
        raise RefusedValue(
            f"{value} is ambiguous: three digits after a point are thousands to some and decimals to others",
            f"write {(found[1] + found[2]).lstrip('0')} or {found[1]}.{found[2][:minor]}".rstrip("."),
        )
    if len(found[2] or "") > minor and (found[2] or "").rstrip("0")[minor:]:
        raise RefusedValue(f"{value} has more decimals than {currency_code} has", f"write {minor} decimals at most")
    money = Decimal(value)
    if not money:
        raise RefusedValue("is 0", "leave out leads that owe nothing")
    return money


def currency(value: str) -> str:
    """Return an ISO 4217 code; raises RefusedValue for others."""
    if value not in MINOR_DIGITS:
        code = value.upper() if value.upper() in MINOR_DIGITS else "the ISO 4217 code, like USD"
        raise RefusedValue(f"{_shown(value)} is not a currency", f"write {code}")
    return value


def day(value: str) -> date:
    """Return a date written as YYYY-MM-DD; raises RefusedValue for anything else and for dates that are not."""
    cure = "write it as YEAR-MONTH-DAY, like 2026-12-01"
    if not _DATE.fullmatch(value):
        raise RefusedValue(f"{_shown(value)} is not a date", cure)
    try:
        found = date.fromisoformat(value)
    except ValueError as error:
        raise RefusedValue(f"there is no {value}", cure) from error
    if not EARLIEST <= found <= LATEST:
        raise RefusedValue(f"{value} is not between {EARLIEST} and {LATEST}", cure)
    return found


def zone(value: str, number: str | None) -> str:
    """Return an IANA time zone; if none is given, that of the number if it has only one.

    Raises
    ------
    RefusedValue
        There is no such zone, or the number does not imply one.
    """
    if value:
        if value not in _zones():
            raise RefusedValue(f"{_shown(value)} is not a time zone", "write the IANA name, like America/New_York")
        return value
    zones = phonenumbers.timezone.time_zones_for_number(phonenumbers.parse(number)) if number else ()
    if len(zones) != 1 or zones[0] not in _zones():
        raise RefusedValue("is missing, and the number does not imply it", "write the IANA name, like America/New_York")
    return str(zones[0])


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - {"Factory", "localtime"})


def _shown(value: str) -> str:
    shown = "".join(character if character.isprintable() else "�" for character in value[:40])
    return f"'{shown}{'…' if len(value) > 40 else ''}'"
