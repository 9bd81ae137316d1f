"""Phrases that must never be said: what the lists look like, and finding them in a line. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from voicebot.dialogue.script.reading.marked_yaml import Document
from voicebot.errors import ConfigurationError, Problem

_KEYS = frozenset({"phrase", "why"})


@dataclass(frozen=True, slots=True)
class Banned:
    """A phrase that no line may contain, and why."""

    phrase: str
    why: str = ""


def read_banned(document: Document) -> tuple[Banned, ...]:
    """Read a list of banned phrases from a file: ``banned: [{phrase: …, why: …}, …]``, and its ``language``.

    Raises
    ------
    ConfigurationError
        Naming every fault with file, line and column.
    """
    problems = list(document.problems)
    data = document.data
    entries = data.get("banned") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        problems.append(document.problem((), "has no list 'banned'", "write 'banned:', then '- phrase: …' lines"))
        raise ConfigurationError(problems)
    problems += [
        document.problem((key,), f"{key!r} is not known here", "known: language, banned")
        for key in data
        if key not in {"language", "banned"}
    ]
    found = [_entry(document, index, entry, problems) for index, entry in enumerate(entries)]
    if problems:
        raise ConfigurationError(problems)
    return tuple(one for one in found if one is not None)


def _entry(document: Document, index: int, entry: Any, problems: list[Problem]) -> Banned | None:
    path = ("banned", index)
    if isinstance(entry, str):
        entry = {"phrase": entry}
    if not isinstance(entry, Mapping) or not str(entry.get("phrase") or "").strip():
        problems.append(document.problem(path, "is not a banned phrase", "write '- phrase: the words'"))
        return None
    problems += [
        document.problem((*path, key), f"{key!r} is not known here", "known: phrase, why")
        for key in entry
        if key not in _KEYS
    ]
    return Banned(str(entry["phrase"]).strip(), str(entry.get("why") or "").strip())


def banned_in(text: str, banned: tuple[Banned, ...]) -> tuple[Banned, ...]:
    """Return the banned phrases that a line contains: whole words in any case; without spaces, any substring."""
    plain = _plain(text)
    return tuple(one for one in banned if _pattern(one.phrase).search(plain))


@lru_cache(maxsize=4096)
def _pattern(phrase: str) -> re.Pattern[str]:
    plain = re.escape(_plain(phrase)).replace(r"\ ", r"\s+")
    return re.compile(rf"(?<!\w){plain}(?!\w)" if phrase.isascii() else plain)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").lower().split())
