"""What must not reach everybody who reads a log or an error (numbers, names, secrets in URLs), or steer the terminal
that shows it."""

from __future__ import annotations

import re
from typing import Final

_UUID_OR_NUMBER: Final = re.compile(
    r"(?<![0-9A-Fa-f-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9A-Fa-f-])|\+?[0-9]{7,15}"
)
"""An id, or what may be a phone number in a text."""
_PICTURES: Final = (
    {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"}
    | {0x7F: 0x2421}
    | dict.fromkeys((*range(0x80, 0xA0), *range(0xD800, 0xE000)), 0xFFFD)
    | dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
)
"""Character -> what is shown for it: Unicode's control pictures where there are any."""
E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
"""A whole number as ITU-T E.164 has it, with its plus: the one form in which a person's number is kept and compared."""
_WRITTEN: Final = re.compile(r"(?<![\w-])(?!\d{4}-\d{2}-\d{2}(?!\d))\+?\(?\d(?:[ ()-]{0,2}\d){6,14}(?![\w])")
"""The same as people and some recognisers write it, in groups; a date (ISO 8601) is not one."""
_SPACED: Final = re.compile(r"[\u0000-\u1fff]+$")
"""Alphabets whose words stand apart: Latin, Greek, Cyrillic and others; not Chinese."""
HIDDEN: Final = "***"
_PLACEHOLDER: Final = ":PASSWORD@"
"""As the examples in messages and help write it."""

# The last @ before the path ends the user part, so that a password with a bare @ in it is hidden whole (RFC 3986,
# 3.2.1 forbids it there; people write it anyway, and such a URL is exactly the one that fails and is shown).
_IN_AUTHORITY: Final = re.compile(r"(?P<scheme>\b[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^\s/?#'\"<>]*)@")
# A password with / or # in it ends the authority by the RFC, and is hidden by what follows the user's name and colon.
_TORN: Final = re.compile(r"(?P<scheme>\b[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^\s:/@'\"<>]*):[^\s'\"<>]*@")
_IN_QUERY: Final = re.compile(
    r"(?P<name>[?&;](?:[\w.-]*(?:password|passwd|secret|token|signature|credential|api[_-]?key|access[_-]?key)[\w.-]*"
    r"|sig|key|auth|pwd|pass))=[^\s&;#'\"<>]+",
    re.IGNORECASE,
)


def printable(text: str) -> str:
    """Return ``text`` with nothing in it that steers a terminal: such characters become pictures of themselves.

    They are control characters other than line breaks and tabs (C0, DEL), C1 controls, which some terminals obey like
    escape sequences, lone surrogates, which no output can encode, and marks that turn the direction of writing around.
    """
    return text if text.isprintable() else text.translate(_PICTURES)


def mask_number(number: str) -> str:
    """Return ``number`` with all but its last two digits masked."""
    return "*" * max(0, len(number) - 2) + number[-2:]


def mask_name(name: str) -> str:
    """Return the initials of ``name``."""
    return " ".join(part[0] + "." for part in name.split() if part)


def mask_numbers(text: str) -> str:
    """Return ``text`` with everything in it masked that may be a phone number; ids (UUIDs) name nobody and stay."""
    return _UUID_OR_NUMBER.sub(
        lambda found: found.group() if "-" in found.group() else mask_number(found.group()), text
    )


def mask_person(text: str, name: str) -> str:
    """Return what was said or noted in a call without the name of who was called and without phone numbers.

    Parameters
    ----------
    text
        Of a transcript: numbers in it may be written in groups.
    name
        Of the lead. The whole name and every part of it is masked wherever it stands by itself; in scripts that put
        no spaces between words, the name and what follows its first sign (the surname, in Chinese).
    """
    for part in sorted({name.strip(), *name.split()}, key=len, reverse=True):
        if len(part) < 2:
            continue
        if _SPACED.match(part):
            initials = mask_name(part).replace("\\", "")
            text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", initials, text, flags=re.IGNORECASE)
        else:
            text = text.replace(part, mask_name(part))
            if len(part) > 2:
                text = text.replace(part[1:], HIDDEN)
    return _WRITTEN.sub(lambda found: mask_number(found.group()), text)


def mask_secrets(text: str) -> str:
    """Return ``text`` with the passwords and tokens in its URLs hidden.

    The user part of a URL (``scheme://user:password@host``, RFC 3986, 3.2.1) keeps the user's name where a password
    follows it; one without a password is hidden whole, for services take a token there. Of the query, the values
    whose names say that they are secret are hidden. Where a URL can be read in two ways, more is hidden: one that is
    written wrongly is exactly the one that fails and is shown.
    """
    if "://" not in text:
        return text
    text = _TORN.sub(_torn, text)
    text = _IN_AUTHORITY.sub(_user, text)
    return _IN_QUERY.sub(lambda found: f"{found['name']}={HIDDEN}", text)


def _torn(found: re.Match[str]) -> str:
    if found.group().endswith(_PLACEHOLDER):
        return found.group()
    return f"{found['scheme']}{found['user']}:{HIDDEN}@"


def _user(found: re.Match[str]) -> str:
    name, colon, _password = found["user"].partition(":")
    if found.group().endswith(_PLACEHOLDER):
        return found.group()
    return f"{found['scheme']}{name}:{HIDDEN}@" if colon else f"{found['scheme']}{HIDDEN}@"
