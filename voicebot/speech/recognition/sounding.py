"""What sounds alike: recognised text as it is written here, and the hint that sounds like it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from rapidfuzz.distance import Levenshtein

from voicebot import languages

FARTHEST: Final = 0.2
"""Greatest distance of a hint from the words heard, as a share of their syllables: over it, something else was said."""
FARTHEST_SHORT: Final = 0.0
"""The same for one or two syllables, which too much sounds like."""
_NOT_WORDS: Final = re.compile(r"[^\w']+")
_HANZI: Final = re.compile(r"[\u3400-\u9fff]")


def written(text: str, language: str) -> str:
    """Return recognised text as scripts write it: simplified characters in Mandarin, no sign of the tokeniser left."""
    text = text.replace("\ufffd", "").strip()
    return _simplified(text) if not languages.of(language).spaced else text


def joined(texts: Sequence[str], language: str) -> str:
    """Return stretches of one utterance as one text."""
    return (" " if languages.of(language).spaced else "").join(texts)


def nearest(texts: Sequence[str], phrases: Sequence[str], language: str) -> tuple[str, float] | None:
    """Return the phrase that sounds most like one of the texts, with its likeness (0 to 1).

    Parameters
    ----------
    texts
        What may have been said, best first.
    phrases
        What is expected.
    language
        Primary subtag: Mandarin is compared by syllables without tones, other languages by letters.

    Returns
    -------
    tuple or None
        ``None``: nothing expected sounds like it.
    """
    best: tuple[float, str] | None = None
    heard = [sound for text in texts if (sound := sounds(text, language))]
    for phrase in phrases:
        wanted = sounds(phrase, language)
        if not wanted:
            continue
        for sound in heard:
            distance = Levenshtein.distance(sound, wanted) / max(len(sound), len(wanted))
            limit = FARTHEST_SHORT if min(len(sound), len(wanted)) <= 2 else FARTHEST
            if distance <= limit and (best is None or distance < best[0]):
                best = distance, phrase
    return None if best is None else (best[1], 1 - best[0])


def sounds(text: str, language: str) -> tuple[str, ...]:
    """Return the sounds of a text: syllables where writing hides what sounds alike, letters elsewhere."""
    plain = _NOT_WORDS.sub(" ", text.lower()).strip()
    spoken = languages.of(language)
    return tuple(spoken.sounds(plain.replace(" ", "")).split()) if spoken.sounds else tuple(plain)


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC  # noqa: PLC0415 - read from its tables only where Mandarin is heard

    return OpenCC("t2s")


def _simplified(text: str) -> str:
    return str(_converter().convert(text)) if _HANZI.search(text) else text
