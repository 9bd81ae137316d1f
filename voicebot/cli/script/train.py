"""``voicebot script train``: a Rasa model of a script, kept if it decides every cell as the script's table does."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from voicebot.cli import output
from voicebot.cli.training import train_and_tell
from voicebot.config import load_config
from voicebot.dialogue.rasa.project import Pipeline
from voicebot.dialogue.rasa.train import Result
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.finding import find_script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.script.variants import arms
from voicebot.errors import ConfigurationError

_SHOWN: Final = 20
_PIPELINES: Final[dict[str, Pipeline]] = {"light": "light", "diet": "diet"}


def command(
    context: typer.Context,
    script: Annotated[str, typer.Argument(help="A shipped script (reminder, collection) or a file.")],
    *,
    pipeline: Annotated[str, typer.Option(help="light (logistic regression and rules) or diet (DIET and TED).")] = "",
    language: Annotated[str, typer.Option(help="Language of a shipped script.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Train a Rasa model of a script, or of each of its variants; exit code 1 if one deviates from its table."""
    config = load_config(context.obj).rasa
    chosen = _PIPELINES.get(pipeline or config.pipeline)
    if chosen is None:
        raise ConfigurationError(f"there is no pipeline {pipeline}", cure="choose light or diet")
    loaded = load_script(find_script(script, language))
    records, fine = {}, True
    for name, arm in arms(loaded).items():
        result = train_and_tell(arm, chosen, config)
        records[name] = _record(arm, chosen, result)
        fine = fine and result.model is not None
        if not json:
            _show(arm, chosen, result)
    if json:
        output.print_json(records.get("", {"script": loaded.script, "variants": records}))
    if not fine:
        raise typer.Exit(output.EXIT_NOT_FINE)


def _record(script: Script, pipeline: Pipeline, result: Result) -> dict[str, Any]:
    found = result.conformance
    return {
        "script": script.script,
        "script_hash": script.content_hash,
        "language": script.language,
        "pipeline": pipeline,
        "seconds": result.seconds,
        "asked": found.asked,
        "mismatches": [_difference(one) for one in found.mismatches],
        "free": [_difference(one) for one in found.free],
        "activated": result.model is not None,
        "model": result.model.path if result.model else None,
        "megabytes": result.model.megabytes if result.model else None,
        "project": str(result.project),
    }


def _difference(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


def _show(script: Script, pipeline: Pipeline, result: Result) -> None:
    found = result.conformance
    shown = {
        "script": ", ".join(filter(None, (script.script, script.variant, script.language, script.content_hash[:12]))),
        "pipeline": pipeline,
        "trained in": f"{result.seconds} s",
        "conformance": f"{found.asked} questions, {len(found.mismatches)} answered differently from the table",
        "project": result.project,
        "model": f"{result.model.path}, {result.model.megabytes} MB" if result.model else "not activated",
    }
    output.print_record(shown)
    for title, differences in (("differs from the table", found.mismatches), ("left open by the table", found.free)):
        for one in differences[:_SHOWN]:
            output.out.print(f"{title}: {one}")
        if len(differences) > _SHOWN:
            output.out.print(f"… and {len(differences) - _SHOWN} more; --json has them all")
