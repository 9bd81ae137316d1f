"""``voicebot script test``: written conversations, and whether they end as expected."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from voicebot.cli import output
from voicebot.cli.script.deciding import deciding, made_ready
from voicebot.config import DialogueSection, RasaSection, load_config
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.finding import find_script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.script.reading.marked_yaml import Place
from voicebot.dialogue.trying.coverage import Coverage, Item
from voicebot.dialogue.trying.files import Written, find_files, read_file
from voicebot.dialogue.trying.judging import Miss
from voicebot.dialogue.trying.trial import Trial, Tried, try_all
from voicebot.errors import ConfigurationError, Problem
from voicebot.suggestions import meant

_LISTED: Final = 12
"""Uncovered things listed of each kind; ``--json`` has them all."""


def command(
    context: typer.Context,
    script: Annotated[str, typer.Argument(help="Name of a shipped script, or a file.")],
    places: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE|FOLDER]...", help="Conversation files; by default the folder tests next to the script."
        ),
    ] = None,
    *,
    policy: Annotated[str, typer.Option(help="Policy: local or rasa.")] = "local",
    language: Annotated[str, typer.Option(help="Language of a shipped script.")] = "",
    min_coverage: Annotated[
        float,
        typer.Option(min=0, max=100, metavar="PERCENT", help="Share of answers that must be covered, in percent."),
    ] = 0.0,
    json: Annotated[bool, typer.Option("--json", help="Print data instead of text.")] = False,
) -> None:
    """Run written conversations; exit code 0 if each ends as its file expects."""
    path = find_script(script, language)
    loaded = load_script(path)
    conversations = _conversations(loaded, places or [path.parent / "tests"])
    section = load_config(context.obj).rasa
    dialogue = made_ready(policy, path, section)
    begun = time.monotonic()
    trial = asyncio.run(_try(loaded, conversations, dialogue, section))
    seconds = time.monotonic() - begun
    if json:
        output.print_json(_data(loaded, trial, policy, seconds))
    else:
        _show(trial, policy, seconds)
    answers = trial.coverage.answers
    if answers.percent < min_coverage:
        lacking = f"{answers.covered} of {len(answers.items)} answers, {answers.percent:.1f} %, are covered"
        output.fail(
            [Problem(lacking, f"at least {min_coverage:g} % are required: write conversations for those listed")],
            output.EXIT_NOT_FINE,
        )
    if trial.failed:
        raise typer.Exit(output.EXIT_NOT_FINE)


async def _try(
    script: Script, conversations: Sequence[Written], dialogue: DialogueSection, section: RasaSection
) -> Trial:
    async with deciding(script, dialogue, section) as policy:
        return await try_all(script, conversations, policy)


def _conversations(script: Script, places: Sequence[Path]) -> tuple[Written, ...]:
    """Read the conversations of a script; a folder may hold those of other scripts too, a named file may not."""
    found: list[Written] = []
    problems: list[Problem] = []
    others: set[str] = set()
    for file in find_files(places):
        try:
            names, conversations = read_file(file)
        except ConfigurationError as error:
            problems += error.problems
            continue
        if script.script in names:
            found += conversations
        elif file in places:
            what = f"these conversations are with {', '.join(names)}, not with {script.script}"
            problems.append(Problem(what, f"voicebot script test {names[0]} {file}", str(file)))
        else:
            others.update(names)
    if not problems and not found:
        cure = f"write 'script: {script.script}' in their file" + (
            f"; {meant(script.script, others)}" if others else ""
        )
        problems.append(Problem(f"no conversation is with the script {script.script}", cure))
    if problems:
        raise ConfigurationError(problems)
    return tuple(found)


# ------------------------------------------------------------------------------------------------ text


def _show(trial: Trial, policy: str, seconds: float) -> None:
    for one in trial.failed:
        title = output.styled(one.written.conversation.name, "bold")
        output.out.print(output.joined(output.styled("✗", "bold red"), " ", title))
        for miss in one.misses:
            problem = miss.problem
            output.out.print(f"  {problem.where}: {problem.what}")
            if miss.script_part:
                at = f" ({_where(miss.script_place)})" if miss.script_place else ""
                output.out.print(f"    decided by {miss.script_part}{at}")
            if problem.cure:
                output.out.print(f"    → {problem.cure}")
    coverage = trial.coverage
    rows = [(name, part.covered, len(part.items), f"{part.percent:.1f} %") for name, part in coverage.parts.items()]
    output.print_table("gone through", ("what", "gone through", "of", ""), rows)
    for name, part in coverage.parts.items():
        for item in part.uncovered[:_LISTED]:
            at = f"  {_where(item.place)}" if item.place else ""
            output.out.print(f"  not covered: {name}: {item.name}{at}")
        if len(part.uncovered) > _LISTED:
            output.out.print(f"  … and {len(part.uncovered) - _LISTED} more {name}")
    well = len(trial.tried) - len(trial.failed)
    said = f"{well} of {len(trial.tried)} conversations as expected, {policy} policy, {seconds:.1f} s"
    output.out.print(said)


def _where(place: Place | None) -> str:
    return f"{place.file}:{place.line}:{place.column}" if place else ""


# ------------------------------------------------------------------------------------------------ data


def _data(script: Script, trial: Trial, policy: str, seconds: float) -> dict[str, Any]:
    return {
        "script": script.script,
        "language": script.language,
        "policy": policy,
        "conversations": [_conversation(one) for one in trial.tried],
        "coverage": _coverage(trial.coverage),
        "summary": {
            "conversations": len(trial.tried),
            "ok": len(trial.tried) - len(trial.failed),
            "seconds": round(seconds, 2),
        },
    }


def _conversation(one: Tried) -> dict[str, Any]:
    talk = one.talk
    ending = talk.ending if talk is not None else None
    place = one.written.problem((), "")
    return {
        "name": one.written.conversation.name,
        "file": place.file,
        "line": place.line,
        "ok": one.ok,
        "outcome": ending.outcome if ending else None,
        "slots": {name: str(value) for name, value in ending.slots.items()} if ending else {},
        "turns": len(talk.exchanges) - 1 if talk is not None else 0,
        "misses": [_miss(miss) for miss in one.misses],
    }


def _miss(miss: Miss) -> dict[str, Any]:
    problem = miss.problem
    return {
        "what": problem.what,
        "cure": problem.cure,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "expected": miss.expected,
        "got": miss.got,
        "decided_by": {"part": miss.script_part, **_placed(miss.script_place)} if miss.script_part else None,
    }


def _placed(place: Place | None) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column} if place else {}


def _coverage(coverage: Coverage) -> dict[str, Any]:
    def item(one: Item) -> dict[str, Any]:
        return {"name": one.name, **_placed(one.place)}

    return {
        name: {
            "covered": part.covered,
            "of": len(part.items),
            "percent": round(part.percent, 2),
            "uncovered": [item(one) for one in part.uncovered],
        }
        for name, part in coverage.parts.items()
    }
