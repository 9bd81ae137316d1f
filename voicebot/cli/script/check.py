"""``voicebot script check``: what is wrong with a script, where, and a conversation that shows it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from voicebot.cli import output
from voicebot.cli.script import soundness
from voicebot.cli.script.telling import tell
from voicebot.dialogue.checks import Finding, Report, Turn, examine
from voicebot.dialogue.script.reading import schema
from voicebot.dialogue.script.reading.finding import find_script
from voicebot.dialogue.script.reading.load import Reading, read_script
from voicebot.dialogue.script.reading.marked_yaml import Place
from voicebot.errors import Problem


def command(
    script: Annotated[str, typer.Argument(help="Name of a shipped script (reminder, zh-CN/reminder), or a file.")],
    *,
    words: Annotated[
        bool, typer.Option(help="Compare the script's words with those of an installed Vosk model.")
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check that a script keeps the rules on every path; exit code 1 if it does not."""
    path = find_script(script)
    started = time.perf_counter()
    reading = read_script(path)
    recognizer, report = "", Report((), 0, 0)
    if reading.script is not None:
        language = reading.script.language
        recognizer, knows = soundness.vocabulary(language) if words else ("not compared", None)
        report = examine(
            reading.script,
            banned=soundness.banned_phrases(language, path.parent),
            knows=knows,
            siblings=soundness.translations(reading.script, path),
        )
    findings = (*_told(reading, report), *report.findings, *_lost_schema(path))
    record = {
        "script": reading.script.script if reading.script else path.stem,
        "language": reading.script.language if reading.script else None,
        "file": str(path),
        "ok": not any(one.severity == "fault" for one in findings),
        "faults": sum(one.severity == "fault" for one in findings),
        "warnings": sum(one.severity == "warning" for one in findings),
        "states": report.states,
        "turns": report.turns,
        "seconds": round(time.perf_counter() - started, 3),
        "recognizer": recognizer,
        "findings": [_record(one) for one in findings],
    }
    if json:
        output.print_json(record)
    else:
        tell(record, findings)
    if not record["ok"]:
        raise typer.Exit(output.EXIT_NOT_FINE)


def _told(reading: Reading, report: Report) -> tuple[Finding, ...]:
    """Return what reading already found, except where the checks show it better at the same place."""
    shown = {(one.place.file, one.place.line) for one in report.faults if one.place}
    return tuple(
        Finding("not-readable" if reading.script is None else "rule", "fault", (), problem.what, problem.cure,
                place=_place(problem), family="reading")
        for problem in reading.problems
        if (problem.file, problem.line) not in shown
    )  # fmt: skip


def _lost_schema(path: Path) -> tuple[Finding, ...]:
    """Return a warning if the schema that the file names for editors does not exist."""
    try:
        with path.open(encoding="utf-8", errors="replace") as text:
            named = schema.reference_in(text.readline())
    except OSError:
        return ()
    if not named or "://" in named or (path.parent / named).is_file():
        return ()
    cure = f"voicebot script schema > {path.parent / schema.FILE}, and name it: $schema={schema.FILE}"
    return (
        Finding("schema-not-found", "warning", (), f"there is no schema at {named}: editors complete and check nothing",
                cure, place=Place(str(path), 1, 1), family="reading"),
    )  # fmt: skip


def _place(problem: Problem) -> Place | None:
    if problem.file is None:
        return None
    return Place(problem.file, problem.line or 1, problem.column or 1)


def _record(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "id": finding.id,
        "family": finding.family,
        "severity": finding.severity,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "path": ".".join(map(str, finding.path)),
        "what": finding.what,
        "cure": finding.cure,
        "turns": [_turn(turn) for turn in finding.turns],
    }


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "step": turn.step,
        "heard": turn.heard,
        "also": list(turn.also),
        "example": turn.example,
        "values": dict(turn.values),
        "guard": turn.guard,
        "leads_to": turn.target,
        "says": list(turn.says),
        "withheld": list(turn.withheld),
    }
