"""The names of a file's columns: which there must be, and how spreadsheets and people write them. Pure."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Final

from voicebot import languages
from voicebot.suggestions import alike

REQUIRED: Final = ("phone", "name", "company", "amount", "currency", "due_date")
"""Columns that every file has; ``timezone`` is optional if the numbers imply it."""
OPTIONAL: Final = ("timezone", "reference")


def plain(name: str) -> str:
    """``Phone Number`` → ``phone_number``."""
    return "_".join(name.replace("_", " ").replace("-", " ").lower().split())


@functools.cache
def _meanings() -> Mapping[str, str]:
    """Other names that can mean nothing else, in all languages -> what they mean."""
    return {
        plain(other): name
        for code in languages.codes()
        for name, others in languages.of(code).writing.columns.items()
        for other in others
    }


def known(header: Sequence[str], needs: Sequence[str]) -> int:
    """Count the columns of a header that have a meaning."""
    wanted = {*REQUIRED, *OPTIONAL, *needs}
    return sum(name in wanted or name in _meanings() for name in map(plain, header))


def read(header: Sequence[str], needs: Sequence[str]) -> list[str]:
    """Return a header's names as the rest of voicebot has them.

    A column with another name for what is needed takes that name, where there is only one such column and the script
    asks for no column of that other name.
    """
    names = [plain(name) for name in header]
    while names and not names[-1]:
        names.pop()  # spreadsheets write the empty columns on the right as well
    meant = [_meanings().get(name, "") if name not in needs else "" for name in names]
    return [
        other if other and other not in names and meant.count(other) == 1 else name
        for name, other in zip(names, meant, strict=True)
    ]


def faults(names: Sequence[str], needs: Sequence[str], required: Sequence[str] = REQUIRED) -> list[tuple[str, str]]:
    """Return what is wrong with a header as it was read, each with its cure."""
    found = []
    for name in dict.fromkeys(name for name in names if name and names.count(name) > 1):
        found.append((f"there are {names.count(name)} columns {name!r}", "keep one of them"))
    for place, name in enumerate(names, 1):
        if not name:
            found.append((f"column {place} has no name", "name it, or take the column out"))
    for name in (*required, *needs):
        if name in names:
            continue
        others = [other for other in names if other and other not in REQUIRED]
        doubles = [other for other in others if _meanings().get(other) == name]
        near = doubles or alike(name, others)
        near = near or [other for other in others if other.startswith((f"{name}_", f"{name},"))][:1]
        cure = f"is it the one called {' or '.join(map(repr, near))}? Rename it" if near else "add it"
        found.append((f"the column {name!r} is missing", cure))
    return found
