"""What may be dialled, and how a trunk wants it written. Nothing reaches a channel string without passing here. Pure.

A person's number is its E.164 number (ITU-T E.164: plus, country code, national number): allow-lists match that one,
limits and do-not-call count that one, and only the last step renders it in the form that the trunk wants. Digits are
the ten of ASCII everywhere; ``\\d`` would let the digits of other scripts through.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType

from voicebot.config import TrunkSection
from voicebot.errors import ConfigurationError, Problem
from voicebot.masking import E164, mask_number

KEYS: Final = frozenset("0123456789*#")
"""Of a telephone's keypad."""
_EXTENSION: Final = re.compile(r"[0-9]{2,10}")
_DIALLABLE: Final = re.compile(r"\+?[0-9]{2,25}")
"""Hold whatever the allow-list says: a wrong pattern there cannot let a comma, an ampersand or ``${`` through."""
_ENDPOINT: Final = re.compile(r"[A-Za-z0-9_.-]+")

_COSTLY: Final = {
    PhoneNumberType.PREMIUM_RATE: "a premium-rate number",
    PhoneNumberType.SHARED_COST: "a shared-cost number",
    PhoneNumberType.PERSONAL_NUMBER: "a personal number that may lead anywhere",
    PhoneNumberType.PAGER: "a pager",
}
_COSTLY_CODES: Final = {
    808: "a shared-cost number",
    870: "a satellite number",
    878: "a personal number that may lead anywhere",
    881: "a satellite number",
    882: "a number of an international network, satellites among them",
    883: "a number of an international network, satellites among them",
    979: "a premium-rate number",
}
"""Country codes that are no country's. Source: ITU-T E.164 assigned country codes."""

_SHORT_EMERGENCY: Final = (
    "000 001 002 003 011 019 022 033 050 060 065 066 068 080 085 088 100 101 102 103 104 105 106 107 108 110 111 112 "
    "113 114 115 116 117 118 119 120 122 123 124 125 127 128 129 130 131 132 133 140 144 150 151 152 153 154 155 156 "
    "157 158 159 160 166 170 171 172 175 177 180 188 190 191 192 193 194 195 197 198 199 211 311 333 355 511 555 666 "
    "819 888 901 902 903 911 912 913 917 919 922 933 939 955 977 990 991 992 993 994 995 996 997 998 999"
)
"""Emergency numbers of three digits in any country, for trunks that don't say theirs (phonenumbers' short numbers)."""
_EVERYWHERE: Final = frozenset({"112", "911"})
"""Source: ITU-T E.161.1; mobile networks take both as emergency calls wherever they are."""
_OUTSIDE_LINE: Final = ("0", "9")
"""Digits that many exchanges take for an outside line: 9-911 reaches the emergency services as well."""
_NEVER_MATCHES: Final = re.compile(r"\^?(?:[0-9]|\\d|\[[0-9])")
"""How a pattern begins that no number with a plus can match."""


def check_number(number: str, trunk: str, section: TrunkSection) -> str:
    """Return ``number`` when the trunk may dial it.

    Parameters
    ----------
    number
        E.164 with its plus.
    trunk, section
        The trunk's name and settings.

    Raises
    ------
    ConfigurationError
        It is not an E.164 number, no pattern of the trunk's ``numbers`` matches the whole of it, or it is of a range
        that costs more than a call (premium-rate, satellite, personal).
    """
    shown = mask_number(number[:20])
    if not E164.fullmatch(number):
        what = f"{shown!r} is not an international telephone number"
        raise ConfigurationError(Problem(what, "write it like +14155550100: plus, country code, number"))
    if not _allowed(number, section.numbers, f"trunks.{trunk}.numbers"):
        raise ConfigurationError(
            Problem(f"trunk {trunk!r} may not dial {shown}", f"add a pattern for it to trunks.{trunk}.numbers")
        )
    if (kind := costly(number)) and not section.premium_numbers:
        raise ConfigurationError(
            Problem(
                f"trunk {trunk!r} may not dial {shown}: it is {kind}",
                f"leave it out, or set premium_numbers = true in trunks.{trunk}",
            )
        )
    return number


def costly(number: str) -> str:
    """Say what makes a call to an E.164 number cost more than a call to a person, empty where nothing does."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    return _COSTLY_CODES.get(parsed.country_code or 0) or _COSTLY.get(phonenumbers.number_type(parsed), "")


def rendered(number: str, section: TrunkSection) -> str:
    """Return a checked E.164 number as the trunk wants it: its ``dial_prefix`` in the place of the plus."""
    return section.dial_prefix + number.removeprefix("+")


def check_extension(extension: str, trunk: str, section: TrunkSection) -> str:
    """Return ``extension`` when callees may be transferred to it over the trunk.

    Raises
    ------
    ConfigurationError
        It is not made of digits, may reach an emergency service, or is not on the trunk's list.
    """
    if not _EXTENSION.fullmatch(extension):
        raise ConfigurationError(Problem(f"{extension[:20]!r} is not an extension", "use digits only"))
    if _is_emergency(extension, section.region):
        cure = "transfer to another extension"
        if not section.region:
            cure += f", or name the trunk's country (trunks.{trunk}.region), so that only its emergency numbers count"
        raise ConfigurationError(Problem(f"{extension} is an emergency number", cure))
    if not _allowed(extension, section.transfer_extensions, f"trunks.{trunk}.transfer_extensions"):
        raise ConfigurationError(
            Problem(
                f"trunk {trunk!r} may not transfer to {extension}",
                f"add a pattern for it to trunks.{trunk}.transfer_extensions",
            )
        )
    return extension


def _is_emergency(extension: str, region: str) -> bool:
    forms = {extension} | ({extension[1:]} if extension.startswith(_OUTSIDE_LINE) else set())
    if forms & _EVERYWHERE:
        return True
    if region:
        return any(phonenumbers.is_emergency_number(form, region) for form in forms)
    return not forms.isdisjoint(_SHORT_EMERGENCY.split())


def channel(digits: str, endpoint: str) -> str:
    """Return the channel string for checked digits on a trunk's endpoint."""
    if not _DIALLABLE.fullmatch(digits) or not _ENDPOINT.fullmatch(endpoint):
        raise ValueError("unchecked digits or endpoint")
    return f"PJSIP/{digits}@{endpoint}"


def check_region(region: str, where: str) -> str:
    """Return a two-letter region such as US that phone numbers can belong to; ConfigurationError for others."""
    if region.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise ConfigurationError(
            Problem(
                f"{where}: {region[:20]!r} is not a country", "write the two letters of ISO 3166, like US, GB or CN"
            )
        )
    return region.upper()


def check_patterns(name: str, section: TrunkSection) -> list[Problem]:
    """Return what is wrong with a trunk's own patterns and its region."""
    problems = []
    for field in ("numbers", "transfer_extensions"):
        for pattern in getattr(section, field):
            try:
                re.compile(pattern)
            except re.error as error:
                problems.append(Problem(f"trunks.{name}.{field}: {pattern!r} is not a regular expression: {error}"))
    for pattern in section.numbers:
        if _NEVER_MATCHES.match(pattern) and "|" not in pattern:
            problems.append(
                Problem(
                    f"trunks.{name}.numbers: {pattern!r} matches no number: all of them begin with a plus",
                    r"write it for E.164, like \+1[0-9]{10}; how the trunk wants numbers is set by dial_prefix",
                )
            )
    if section.region:
        try:
            check_region(section.region, f"trunks.{name}.region")
        except ConfigurationError as error:
            problems += error.problems
    return problems


def _allowed(digits: str, patterns: Sequence[str], where: str) -> bool:
    try:
        return any(re.fullmatch(pattern, digits, re.ASCII) for pattern in patterns)
    except re.error as error:
        raise ConfigurationError(Problem(f"{where} is not a regular expression: {error}", "correct it")) from error
