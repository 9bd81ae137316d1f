"""The parts of the benchmark: which commands each runs, and whose figures it shows. Pure but for listing folders."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.bench import figures
from tests.benchmarks.bench.figures import Row
from voicebot.errors import ConfigurationError, Problem
from voicebot.rehearsal.persona import load_personas

DATA: Final = Path(__file__).parents[2] / "data"
LANGUAGES: Final = {"en": "en-US", "zh": "zh-CN"}
_SCRIPT: Final = "reminder"
_SAID_ON: Final = "2026-11-23"


@dataclass(frozen=True, slots=True)
class Cases:
    """Whose cases are tried; ``None``: the project's own.

    Parameters
    ----------
    people
        Folder of persona files, or of folders of them.
    recordings
        Folder for ``voicebot call classify``.
    utterances
        Folder of ``*_en.tsv`` and ``*_zh.tsv``; those of dates and amounts are named ``entities*``.
    concurrency
        Calls at a time with people.
    quick
        Less of everything, to see that it runs.
    """

    people: Path | None = None
    recordings: Path | None = None
    utterances: Path | None = None
    concurrency: int = 4
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A program that reports as JSON.

    Parameters
    ----------
    words
        Program and arguments.
    about
        What is added to its report, for the figures.
    judges
        Exit code 1 says that what it judged is not fine, which is a figure and no failure.
    """

    words: tuple[str, ...]
    about: Mapping[str, Any]
    judges: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One part.

    Parameters
    ----------
    says
        What it measures, in a few words.
    commands
        What is run.
    rows
        From the reports of its commands (each a list of JSON values) to rows.
    """

    says: str
    commands: Callable[[Cases], list[Command]]
    rows: Callable[[str, Sequence[tuple[Command, list[Any]]]], list[Row]]


def _module(name: str, *arguments: str) -> Command:
    return Command((sys.executable, "-m", f"tests.benchmarks.{name}", *arguments), {})


def _voicebot(*arguments: str, **about: Any) -> Command:
    return Command((sys.executable, "-m", "voicebot", *arguments, "--json"), about, judges=True)


def people_folders(folder: Path | None) -> list[Path]:
    """Return the folders of persona files under one, itself included; the project's own by default.

    Raises
    ------
    ConfigurationError
        There are none.
    """
    top = folder or DATA / "people"
    found = sorted({file.parent for file in top.rglob("*.yaml")}) if top.is_dir() else []
    if not found:
        raise ConfigurationError(Problem("holds no persona files", "name a folder of *.yaml files", file=str(top)))
    return found


def _people(cases: Cases, *more: str) -> list[Command]:
    return [
        _voicebot("rehearse", "all", "--personas", str(folder), *more, folder=str(folder))
        for folder in people_folders(cases.people)
    ]


def _spoken(cases: Cases) -> list[Command]:
    return _people(cases, "--as", "text") + _people(cases, "--concurrency", str(cases.concurrency))


def _understanding(cases: Cases) -> list[Command]:
    folder = cases.utterances or DATA / "understanding"
    found = [
        _voicebot("script", "understand", _SCRIPT, "--language", language, "--today", _SAID_ON,
                  "--entities" if file.name.startswith("entities") else "--file", str(file), file=file.stem)
        for code, language in LANGUAGES.items()
        for file in sorted(folder.glob(f"*_{code}.tsv"))
        if cases.utterances or not file.name.startswith("dev")  # those are looked at while rules are written
    ]  # fmt: skip
    if not found:
        raise ConfigurationError(
            Problem("holds no *_en.tsv or *_zh.tsv", "see tests/data/understanding", file=str(folder))
        )
    return found


def _machines(cases: Cases) -> list[Command]:
    of = [_module("machines", "--json", *(("--count", "34") if cases.quick else ()))]
    if cases.recordings is not None:
        of.append(_voicebot("call", "classify", str(cases.recordings), recordings=True))
    return of


def _calls(cases: Cases) -> list[Command]:
    return [_module("calls", *(("1",) if cases.quick else ("1", "5", "20")))]


def _overlap(cases: Cases) -> list[Command]:
    return [_module("overlap", *(("--of", "10") if cases.quick else ()))]


def _nearest(cases: Cases) -> list[Command]:
    return [_module("nearest", "--calls", "1" if cases.quick else "12")]


def _store(cases: Cases) -> list[Command]:
    return [_module("store", "--workers", "3", "--seconds", "3" if cases.quick else "20")]


def habits(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return, for each persona of a folder, what its line and habits are called."""
    return {
        persona.persona: tuple(
            [f"line {noise}" for noise in persona.line.noise or ("without noise",)]
            + [f"level {persona.line.level}"] * (persona.line.level != "normal")
            + [f"habit {one.value}" for one in persona.behaviour]
        )
        for persona in load_personas(folder)
    }


def _people_rows(part: str, told: Sequence[tuple[Command, list[Any]]]) -> list[Row]:
    named = {name: of for command, _ in told for name, of in habits(Path(command.about["folder"])).items()}
    reports = [report for _, found in told for report in found]
    text = [report for report in reports if not report["summary"]["folder"]]
    voice = [report for report in reports if report["summary"]["folder"]]
    rows = list(figures.people(f"{part} as text", text, named)) if text else []
    if voice:
        rows += [*figures.people(part, voice, named), *figures.text_against_voice(part, text, voice)]
    return rows


def _understanding_rows(part: str, told: Sequence[tuple[Command, list[Any]]]) -> list[Row]:
    return list(figures.understanding(part, [report | command.about for command, found in told for report in found]))


def _machines_rows(part: str, told: Sequence[tuple[Command, list[Any]]]) -> list[Row]:
    rows: list[Row] = []
    for command, found in told:
        if command.about.get("recordings"):
            rows += figures.recordings("recordings", found[0])
        else:
            rows += figures.machines(part, found[0])
    return rows


def _lines(
    rows: Callable[[str, Sequence[Any]], Any],
) -> Callable[[str, Sequence[tuple[Command, list[Any]]]], list[Row]]:
    return lambda part, told: list(rows(part, [one for _, found in told for one in found]))


PARTS: Final[Mapping[str, Part]] = {
    "people": Part("outcomes as text and as calls, by line and habit", _spoken, _people_rows),
    "text": Part("the same people as text alone", lambda cases: _people(cases, "--as", "text"), _people_rows),
    "machines": Part("who picked up, of generated recordings and of yours", _machines, _machines_rows),
    "understanding": Part("intents, calibration, dates and amounts", _understanding, _understanding_rows),
    "calls": Part("reply gap, barge-in and CPU at 1, 5 and 20 calls", _calls, _lines(figures.calls)),
    "overlap": Part("interruptions, back-channels, asides, noise", _overlap, _lines(figures.overlap)),
    "nearest": Part("who is taken for the person on the phone", _nearest, _lines(figures.nearest)),
    "store": Part("attempts a second", _store, lambda part, told: list(figures.store(part, told[0][1][0]))),
}
ALL: Final = tuple(name for name in PARTS if name != "text")
"""What is run where no part is named: ``people`` has the text in it."""


def reports(text: str) -> list[Any]:
    """Return the JSON values of a program's standard output: one document, or one a line.

    Raises
    ------
    ValueError
        It is none.
    """
    try:
        return [json.loads(text)]
    except ValueError:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
        if not found:
            raise
        return found
