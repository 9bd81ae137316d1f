"""Dates, amounts and times in written-down phrases of both languages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from voicebot import languages

DATA = Path(__file__).parents[2] / "data" / "understanding"


def _cases(language: str) -> list[tuple[str, str, str, str]]:
    lines = (DATA / f"entities_{language}.tsv").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines]  # type: ignore[misc]


def _found(kind: str, phrase: str, language: str, now: datetime) -> list[str]:
    if kind == "date":
        return [found.value.isoformat() for found in languages.of(language).entities.find_dates(phrase, now)]
    if kind == "amount":
        return [str(found.value) for found in languages.of(language).entities.find_amounts(phrase, "")]
    times = languages.of(language).entities.find_times(phrase, now)
    return [found.value.isoformat(timespec="minutes") for found in times]


@pytest.mark.parametrize("language", languages.codes())
def test_phrases(language: str) -> None:
    """Every phrase means exactly what stands beside it, and nothing else."""
    cases = _cases(language)
    assert len(cases) >= 150
    wrong = []
    for reference, kind, phrase, expected in cases:
        now = datetime.fromisoformat(reference if "T" in reference else f"{reference}T10:00")
        wanted = [] if expected == "-" else expected.split()
        got = _found(kind, phrase, language, now)
        if kind == "amount":
            same = [Decimal(value) for value in got] == [Decimal(value) for value in wanted]
        else:
            same = got == wanted
        if not same:
            wrong.append(f"{reference} {kind}: {phrase!r} gave {got}, not {wanted}")
    assert not wrong, "\n" + "\n".join(wrong)
