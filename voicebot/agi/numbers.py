"""What may be dialled. Nothing reaches a channel string that did not pass here. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from voicebot.config import TrunkSection
from voicebot.errors import ConfigurationError, Problem
from voicebot.masking import mask_number

_DIALLABLE: Final = re.compile(r"\+?[0-9]{2,20}")
"""Holds whatever the allow-list says: a wrong pattern there cannot let a comma, an ampersand or ``${`` through."""
_EXTENSION: Final = re.compile(r"[0-9]{2,10}")


def check_number(number: str, trunk: str, section: TrunkSection) -> str:
    """Return ``number`` when the trunk may dial it.

    Raises
    ------
    ConfigurationError
        It is not made of digits, or no pattern of the trunk's ``numbers`` matches the whole of it.
    """
    shown = mask_number(number[:20])
    if not _DIALLABLE.fullmatch(number):
        raise ConfigurationError(Problem(f"{shown!r} is not a telephone number", "use digits, with or without a +"))
    if not _allowed(number, section.numbers, f"trunks.{trunk}.numbers"):
        raise ConfigurationError(
            Problem(f"trunk {trunk!r} may not dial {shown}", f"add a pattern for it to trunks.{trunk}.numbers")
        )
    return number


def check_extension(extension: str, trunk: str, section: TrunkSection) -> str:
    """Return ``extension`` when callees may be transferred to it over the trunk. Raises like :func:`check_number`."""
    if not _EXTENSION.fullmatch(extension):
        raise ConfigurationError(Problem(f"{extension[:20]!r} is not an extension", "use digits only"))
    if not _allowed(extension, section.transfer_extensions, f"trunks.{trunk}.transfer_extensions"):
        raise ConfigurationError(
            Problem(
                f"trunk {trunk!r} may not transfer to {extension}",
                f"add a pattern for it to trunks.{trunk}.transfer_extensions",
            )
        )
    return extension


def channel(digits: str, endpoint: str) -> str:
    """Return the channel string for checked digits on a trunk's endpoint."""
    if not _DIALLABLE.fullmatch(digits) or not re.fullmatch(r"[A-Za-z0-9_.-]+", endpoint):
        raise ValueError("unchecked digits or endpoint")
    return f"PJSIP/{digits}@{endpoint}"


def check_patterns(name: str, section: TrunkSection) -> list[Problem]:
    """Return what is wrong with a trunk's own patterns."""
    problems = []
    for field in ("numbers", "transfer_extensions"):
        for pattern in getattr(section, field):
            try:
                re.compile(pattern)
            except re.error as error:
                problems.append(Problem(f"trunks.{name}.{field}: {pattern!r} is not a regular expression: {error}"))
    return problems


def _allowed(digits: str, patterns: Sequence[str], where: str) -> bool:
    try:
        return any(re.fullmatch(pattern, digits) for pattern in patterns)
    except re.error as error:
        raise ConfigurationError(Problem(f"{where} is not a regular expression: {error}", "correct it")) from error
