"""How Mandarin sounds, tones apart: recognisers write other characters of the same sound, and regions differ. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from voicebot.languages.zh.pronunciation import syllables

_DIGITS: Final = str.maketrans(dict(zip("0123456789", "零一二三四五六七八九", strict=True)))
"""As recognisers write numbers that are short."""


@lru_cache(maxsize=8192)
def sounds(text: str) -> str:
    """Return the syllables of a text, as people of many regions say them: zh like z, a final ng like n."""
    said = text.translate(_DIGITS)
    return " ".join(_rough(one.rstrip("12345")) for piece in syllables(said) for one in _each(piece))


def _each(piece: tuple[str, ...] | str) -> tuple[str, ...]:
    """Return the syllables of a word; what is not written in characters stays whole."""
    return piece if isinstance(piece, tuple) else tuple(piece.split())


def _rough(syllable: str) -> str:
    return re.sub(r"ng$", "n", re.sub(r"^([zcs])h", r"\1", syllable))
