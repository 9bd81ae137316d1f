"""What sounds alike: recognised text as it is written here, and the hint that sounds like it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from rapidfuzz.distance import Levenshtein

from voicebot import languages

FARTHEST: Final = 0.2
"""Greatest distance of a hint from the words heard, as a share of their syllables: over it, something else was said."""
FARTHEST_SHORT: Final = 0.0
"""The same for one or two syllables, which too much sounds like."""
FARTHEST_SCORED: Final = 0.5
"""Greatest distance of a phrase that is compared with the audio itself, as a share of the syllables."""
FARTHEST_SYLLABLE: Final = 0.35
"""The same for a phrase of one syllable."""
MOST_SCORED: Final = 6
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
    exactly = languages.of(language).apart is not None  # what sounds nearly so is compared with the audio
    found: list[tuple[float, bool, str]] = []
    heard = [(text, sound) for text in texts if (sound := sounds(text, language))]
    for phrase in phrases:
        wanted = sounds(phrase, language)
        if not wanted:
            continue
        for text, sound in heard:
            distance = Levenshtein.distance(sound, wanted) / max(len(sound), len(wanted))
            short = exactly or min(len(sound), len(wanted)) <= 2
            if distance <= (FARTHEST_SHORT if short else FARTHEST):
                found.append((distance, _plain(text) != _plain(phrase), phrase))
    if not found:
        return None
    # Of those that sound the same, the one written like what was heard: "four" and "ten" differ by their tones alone.
    best = min(found, key=lambda one: one[:2])
    return best[2], 1 - best[0]


@dataclass(frozen=True, slots=True)
class Near:
    """A phrase that may have been misheard.

    Parameters
    ----------
    phrase
        As it was expected.
    far
        Its distance from what was heard: about the number of syllables misheard.
    syllables
        How many it has.
    turned
        It denies where the best hypothesis does not, or the other way round.
    """

    phrase: str
    far: float
    syllables: int
    turned: bool = False


def shortlist(texts: Sequence[str], phrases: Sequence[str], language: str) -> list[Near]:
    """Return the phrases that may have been misheard as one of the texts, the nearest first.

    Parameters
    ----------
    texts, phrases, language
        As ``nearest`` takes them.

    Returns
    -------
    list of Near
        Empty where it is unknown how sounds of the language are misheard.
    """
    spoken = languages.of(language)
    apart, denial = spoken.apart, spoken.clues.denial
    heard = {sound for text in texts if (sound := sounds(text, language))}
    if apart is None or not heard:
        return []
    denies = denial.search(texts[0]) is not None
    found = []
    for phrase in phrases:
        if wanted := sounds(phrase, language):
            far, longest = min(
                ((apart(sound, wanted), max(len(sound), len(wanted))) for sound in heard),
                key=lambda one: one[0] / one[1],
            )
            if far / longest <= (FARTHEST_SCORED if len(wanted) > 1 else FARTHEST_SYLLABLE):
                turned = (denial.search(phrase) is not None) != denies
                found.append(Near(phrase, far, len(wanted), turned))
    return sorted(found, key=lambda one: (one.far, one.phrase))[:MOST_SCORED]


def sounds(text: str, language: str) -> tuple[str, ...]:
    """Return the sounds of a text: syllables where writing hides what sounds alike, letters elsewhere."""
    plain = _plain(text)
    spoken = languages.of(language)
    return tuple(spoken.sounds(plain.replace(" ", "")).split()) if spoken.sounds else tuple(plain)


def _plain(text: str) -> str:
    return _NOT_WORDS.sub(" ", text.lower()).strip()


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC  # noqa: PLC0415 - read from its tables only where Mandarin is heard

    return OpenCC("t2s")


def _simplified(text: str) -> str:
    return str(_converter().convert(text)) if _HANZI.search(text) else text
