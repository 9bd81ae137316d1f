"""How far apart Mandarin syllables sound on a telephone: which ones recognisers take for each other. Pure.

A syllable is compared by what makes its sound: place, manner and aspiration of the initial; glide, vowel and ending of
the final. The band of a telephone hides most of what tells sibilants and stops apart, so those cost little.
Syllables are those of ``sounds``: tones, retroflexes and final ng are gone already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

LIGHT: Final = frozenset(["a", "ya", "ne", "ba", "le", "de", "ma", "en", "n", "o", "e", "ei", "ai"])
"""Particles and sounds of agreement, which are easily lost or added."""
_LIGHT_COST: Final = 0.35
_LOST_COST: Final = 1.2
"""Of a syllable that only one of the two has: more than of one that was misheard."""

_INITIALS: Final = {
    "b": ("lips", "stop", False),
    "p": ("lips", "stop", True),
    "m": ("lips", "nasal", False),
    "f": ("lips", "fricative", True),
    "d": ("teeth", "stop", False),
    "t": ("teeth", "stop", True),
    "n": ("teeth", "nasal", False),
    "l": ("teeth", "lateral", False),
    "z": ("ridge", "affricate", False),
    "c": ("ridge", "affricate", True),
    "s": ("ridge", "fricative", True),
    "r": ("ridge", "approximant", False),
    "j": ("palate", "affricate", False),
    "q": ("palate", "affricate", True),
    "x": ("palate", "fricative", True),
    "g": ("back", "stop", False),
    "k": ("back", "stop", True),
    "h": ("back", "fricative", True),
}
"""Place, manner, aspiration."""
_PLACES: Final = {
    frozenset(("ridge", "palate")): 0.3,
    frozenset(("teeth", "ridge")): 0.5,
    frozenset(("teeth", "palate")): 0.6,
    frozenset(("teeth", "back")): 0.6,
    frozenset(("teeth", "lips")): 0.6,
    frozenset(("lips", "back")): 0.7,
}
_MANNERS: Final = {
    frozenset(("stop", "affricate")): 0.4,
    frozenset(("affricate", "fricative")): 0.4,
    frozenset(("nasal", "lateral")): 0.3,
    frozenset(("lateral", "approximant")): 0.3,
    frozenset(("fricative", "approximant")): 0.5,
    frozenset(("stop", "fricative")): 0.7,
}
_NO_INITIAL: Final = 0.3
_FINALS: Final = {
    "a": ("", "a", ""), "o": ("u", "o", ""), "e": ("", "e", ""), "i": ("i", "", ""), "u": ("u", "", ""),
    "v": ("v", "", ""), "ai": ("", "a", "i"), "ei": ("", "e", "i"), "ao": ("", "a", "u"), "ou": ("", "e", "u"),
    "an": ("", "a", "n"), "en": ("", "e", "n"), "on": ("u", "e", "n"), "er": ("", "e", "r"), "ia": ("i", "a", ""),
    "ie": ("i", "e", ""), "iao": ("i", "a", "u"), "iu": ("i", "e", "u"), "ian": ("i", "a", "n"), "in": ("i", "", "n"),
    "ion": ("v", "e", "n"), "ua": ("u", "a", ""), "uo": ("u", "o", ""), "uai": ("u", "a", "i"), "ui": ("u", "e", "i"),
    "uan": ("u", "a", "n"), "un": ("u", "e", "n"), "ue": ("v", "e", ""), "ve": ("v", "e", ""), "van": ("v", "a", "n"),
    "vn": ("v", "", "n"),
}  # fmt: skip
"""Glide, vowel, ending."""
_ALIKE_GLIDES: Final = (frozenset("iv"), frozenset("uv"), frozenset("zi"), frozenset("zv"))
_ALIKE_VOWELS: Final = (frozenset("eo"), frozenset(("e", "")), frozenset(("o", "")))
_AFTER_Y: Final = {"u": "v", "ue": "ve", "uan": "van", "un": "vn", "on": "ion", "ou": "iu", "a": "ia", "e": "ie",
                   "ao": "iao", "an": "ian"}  # fmt: skip
_AFTER_W: Final = {"a": "ua", "o": "uo", "ai": "uai", "ei": "ui", "an": "uan", "en": "un"}


def distance(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how far apart two rows of syllables sound: about the number of syllables misheard, lost or added.

    Parameters
    ----------
    one, other
        As ``sounds`` writes them.
    """
    row = [0.0]
    for syllable in other:
        row.append(row[-1] + _lost(syllable))
    for mine in one:
        above, row = row, [row[0] + _lost(mine)]
        for place, theirs in enumerate(other):
            row.append(
                min(above[place] + unlike(mine, theirs), above[place + 1] + _lost(mine), row[place] + _lost(theirs))
            )
    return row[-1]


@lru_cache(maxsize=8192)
def unlike(one: str, other: str) -> float:
    """Return how unlike two syllables sound, 0 (the same) to 1 (nothing in common)."""
    if one == other:
        return 0.0
    mine, theirs = _parts(one), _parts(other)
    if mine is None or theirs is None:
        return 1.0
    cost = 0.0
    if mine[0] != theirs[0]:
        cost += _initials_apart(mine[0], theirs[0])
    if mine[1] != theirs[1]:
        cost += 0.15 if frozenset((mine[1], theirs[1])) in _ALIKE_GLIDES else 0.25
    if mine[2] != theirs[2]:
        cost += 0.15 if frozenset((mine[2], theirs[2])) in _ALIKE_VOWELS else 0.3
    if mine[3] != theirs[3]:
        cost += 0.15
    return min(1.0, cost)


def _initials_apart(mine: str, theirs: str) -> float:
    if not mine or not theirs:
        return _NO_INITIAL
    (place, manner, breath), (its_place, its_manner, its_breath) = _INITIALS[mine], _INITIALS[theirs]
    places = 0.0 if place == its_place else _PLACES.get(frozenset((place, its_place)), 1.0)
    manners = 0.0 if manner == its_manner else _MANNERS.get(frozenset((manner, its_manner)), 1.0)
    return 0.5 * min(1.0, 0.6 * places + 0.6 * manners + 0.25 * (breath != its_breath))


def _lost(syllable: str) -> float:
    return _LIGHT_COST if syllable in LIGHT else _LOST_COST


def _parts(syllable: str) -> tuple[str, str, str, str] | None:
    """Return initial, glide, vowel and ending; ``None`` for what is no syllable of Mandarin."""
    found = re.fullmatch("([bpmfdtnlgkhjqxrzcsyw]?)(.*)", syllable)
    if found is None:
        return None
    initial, final = found.groups()
    if initial == "y":
        initial, final = "", _AFTER_Y.get(final, final)
    elif initial == "w":
        initial, final = "", _AFTER_W.get(final, final)
    elif initial in {"j", "q", "x"} and final.startswith("u"):
        final = "v" + final[1:]
    if final not in _FINALS:
        return None
    glide, vowel, ending = _FINALS[final]
    if final == "i" and initial in {"z", "c", "s", "r"}:
        glide = "z"  # the buzzing vowel of shi and si
    return initial, glide, vowel, ending
