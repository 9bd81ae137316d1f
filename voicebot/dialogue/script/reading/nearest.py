"""What somebody meant who wrote a word that is not known. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

_SHOWN: Final = 24


def nearest(word: str, known: Iterable[str]) -> str:
    """Return "did you mean …?", or the list of what is known; empty where nothing is."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, 1, 0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(names[:_SHOWN])}" if names else ""
