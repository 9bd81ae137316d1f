"""What somebody meant who wrote a word that is not known. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

_ALIKE: Final = 0.6
_SHOWN: Final = 24


def alike(word: str, known: Iterable[str], most: int = 1, *, cutoff: float = _ALIKE) -> list[str]:
    """Return the known words that another is a likely misspelling of, the likeliest first.

    Parameters
    ----------
    word
        Upper and lower case do not matter, nor does ``-`` for ``_``.
    most
        How many are returned at most.
    cutoff
        How alike they are at least, 0 to 1 (``difflib``'s ratio).
    """
    names = {_plain(one): one for one in known}
    found = difflib.get_close_matches(_plain(word), list(names), most, cutoff)
    if not found and len(word) > 2:
        found = [one for one in names if sorted(one) == sorted(_plain(word))]  # letters changed places
    return [names[one] for one in found[:most]]


def meant(word: str, known: Iterable[str], *, otherwise: str | None = None, most: int = 1) -> str:
    """Return "did you mean …?", or what else may help.

    Parameters
    ----------
    otherwise
        Returned where no known word is alike; by default the list of what is known.
    """
    names = sorted(known)
    near = alike(word, names, most)
    if near:
        return f"did you mean {' or '.join(near)}?"
    if otherwise is not None:
        return otherwise
    return f"known: {', '.join(names[:_SHOWN])}" if names else ""


def _plain(word: str) -> str:
    return word.lower().replace("-", "_")
