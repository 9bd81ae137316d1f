"""Everything that belongs to one language, in a folder of its own: what people say, how values are read and spoken.

A folder named after the language's code, with a ``LANGUAGE`` in it, is all that a new one needs; nothing elsewhere
asks which language it is. See docs/how-to/a-new-language.md for how to add one.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import lru_cache
from typing import Final

from voicebot.errors import ConfigurationError
from voicebot.languages.language import Language, Locale

_CODE: Final = re.compile(r"[a-z]{2,3}")


def family(tag: str) -> str:
    """Return ``en`` of ``en-US``."""
    return tag.replace("_", "-").partition("-")[0].lower()


def codes() -> tuple[str, ...]:
    """Return the codes of all languages that have a folder."""
    return tuple(sorted(one.name for one in pkgutil.iter_modules(__path__) if one.ispkg and _CODE.fullmatch(one.name)))


@lru_cache(maxsize=64)
def of(tag: str) -> Language:
    """Return the language of a BCP 47 tag; its country does not matter.

    Raises
    ------
    ConfigurationError
        There is none.
    """
    code, known = family(tag), codes()
    if code not in known:
        raise ConfigurationError(f"{tag!r} is not a supported language", cure=f"known: {', '.join(known)}")
    language: Language = importlib.import_module(f"{__name__}.{code}").LANGUAGE
    return language


def locale(tag: str) -> Locale:
    """Return the locale of a BCP 47 tag, or the first of its language; raises as ``of`` does."""
    return of(tag).locale(tag)


def tags() -> tuple[str, ...]:
    """Return the tags of all locales: the languages that scripts may be written in."""
    return tuple(tag for code in codes() for tag in of(code).tags)


__all__ = ["Language", "Locale", "codes", "family", "locale", "of", "tags"]
