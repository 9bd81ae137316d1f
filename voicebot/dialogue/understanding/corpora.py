"""Utterances as people say them, beside the examples in scripts: one file a writer, ``intent<TAB>utterance`` a line.

They stand apart from the scripts because they are many, and because a script's own examples say what its designer means
while these only say how people talk. What tests measure is never among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from voicebot.errors import ConfigurationError, Problem
from voicebot.paths import shipped


def hands(name: str) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the utterances of a corpus by file, one a writer, and intent.

    Parameters
    ----------
    name
        Of a folder below ``scripts_dialogue/corpora``: ``en-US``.

    Raises
    ------
    ConfigurationError
        There is no such folder, or a line is not an utterance.
    """
    return read(shipped("scripts_dialogue") / "corpora" / name)


@lru_cache(maxsize=8)
def read(folder: Path) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the utterances in the files of a folder. Raises ConfigurationError."""
    files = sorted(folder.glob("*.tsv"))
    if not files:
        raise ConfigurationError(Problem("holds no utterances", "put *.tsv files there", file=str(folder)))
    found: dict[str, dict[str, dict[str, None]]] = {}
    problems = []
    for file in files:
        by_intent = found.setdefault(file.stem, {})
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            intent, tab, text = line.partition("\t")
            if not tab or not intent.strip() or not text.strip():
                problems.append(
                    Problem("is not an utterance", "write intent, tab, utterance", file=str(file), line=number)
                )
                continue
            by_intent.setdefault(intent, {})[text.strip()] = None
    if problems:
        raise ConfigurationError(problems)
    return {hand: {intent: tuple(texts) for intent, texts in by_intent.items()} for hand, by_intent in found.items()}
