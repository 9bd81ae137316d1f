"""``voicebot script understand``: what a text means to a script, and how often that is right."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from voicebot.cli import output
from voicebot.cli.script.deciding import deciding, made_ready
from voicebot.config import DialogueSection, RasaSection, load_config
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.finding import find_script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.talk import Question, Understanding
from voicebot.dialogue.understanding import trials
from voicebot.dialogue.understanding.reliability import expected_calibration_error
from voicebot.errors import ConfigurationError

_HOUR: Final = 10  # of a day that is given without a time


def command(
    context: typer.Context,
    script: Annotated[str, typer.Argument(help="Name of a shipped script, or a file.")],
    texts: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]...", help="What is said.")] = None,
    *,
    file: Annotated[Path | None, typer.Option(help="Lines of: intent, tab, utterance.")] = None,
    entities: Annotated[
        Path | None, typer.Option(help="Lines of: reference date, tab, date or amount, tab, phrase, tab, expected.")
    ] = None,
    step: Annotated[str, typer.Option(help="Understand it as an answer to this step.")] = "",
    policy: Annotated[str, typer.Option(help="Policy: local or rasa.")] = "local",
    language: Annotated[str, typer.Option(help="Language of a shipped script.")] = "en-US",
    today: Annotated[str, typer.Option(help="Day on which it is said, for example 2026-11-23.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print data instead of text.")] = False,
) -> None:
    """Show how a script understands texts, or test it with files of cases."""
    if not texts and file is None and entities is None:
        raise ConfigurationError("there is nothing to understand", cure="give a text, --file or --entities")
    section = load_config(context.obj).rasa
    path = find_script(script, language)
    loaded = load_script(path)
    trials.check_step(loaded, step)
    now = _moment(today)
    intent_cases = trials.read_intents(file, loaded) if file else ()
    entity_cases = trials.read_entities(entities) if entities else ()
    result: dict[str, Any] = {"script": loaded.script, "language": loaded.language, "step": step or None}
    if texts or intent_cases:
        dialogue = made_ready(policy, path, section)
        said = [*(texts or ()), *(case.text for case in intent_cases)]
        answers = asyncio.run(
            _ask(loaded, dialogue, section, [trials.question(loaded, one, now, step) for one in said])
        )
        result["policy"] = policy
        if texts:
            result["texts"] = [_told(text, answer, loaded, now) for text, answer in zip(texts, answers, strict=False)]
        if intent_cases:
            result["intents"] = _intents(trials.judge_intents(intent_cases, answers[len(texts or ()) :], loaded, step))
    if entity_cases:
        result["entities"] = _result(trials.try_entities(entity_cases, loaded.language))
    if json:
        output.print_json(result)
    else:
        _show(result)


async def _ask(
    script: Script, dialogue: DialogueSection, section: RasaSection, questions: Sequence[Question]
) -> list[Understanding]:
    async with deciding(script, dialogue, section) as policy:
        return await trials.ask(policy, questions)


def _moment(today: str) -> datetime:
    if not today:
        return datetime.now().replace(microsecond=0)
    try:
        return datetime.combine(date.fromisoformat(today), datetime.min.time()).replace(hour=_HOUR)
    except ValueError as error:
        raise ConfigurationError(f"{today!r} is not a date", cure="write it like 2026-11-23") from error


def _told(text: str, answer: Understanding, script: Script, now: datetime) -> dict[str, Any]:
    return {
        "text": text,
        "intent": str(answer.intent),
        "confidence": round(answer.confidence, 3),
        "runners_up": [{"intent": name, "confidence": round(value, 3)} for name, value in answer.ranking],
        "also": [str(one) for one in answer.also],
        "entities": trials.values_in(text, script.language, now),
        "slots": {name: str(value) for name, value in answer.slots.items()},
        "by": answer.policy,
        "complete": answer.complete,
    }


def _result(found: trials.Result) -> dict[str, Any]:
    return {
        "accuracy": round(found.accuracy, 4),
        "n": found.n,
        "confusions": [{"expected": expected, "got": got, "times": times} for expected, got, times in found.confusions],
        "misses": [
            {"line": miss.line, "text": miss.text, "expected": miss.expected, "got": miss.got, "more": miss.more}
            for miss in found.misses
        ],
    }


def _intents(found: trials.Result) -> dict[str, Any]:
    strange = found.strange
    return {
        **_result(found),
        "expected_calibration_error": round(expected_calibration_error(found.curve), 4),
        "reliability": [
            {"from": round(one.low, 3), "to": round(one.high, 3), "n": one.n}
            | {"confidence": round(one.confidence, 3), "right": round(one.right, 3)}
            for one in found.curve
        ],
        "out_of_scope": {"n": strange.n, "refused": strange.refused, "deciding": strange.deciding} if strange else None,
    }


def _show_figures(found: dict[str, Any]) -> None:
    """Show whether confidences are probabilities, and how speech out of scope was taken."""
    if strange := found["out_of_scope"]:
        output.out.print(
            f"out of scope: {strange['refused']} of {strange['n']} refused, "
            f"{strange['deciding']} taken for something that decides ({strange['deciding'] / strange['n']:.1%})"
        )
    output.print_table(
        f"confidence against what is right; expected calibration error {found['expected_calibration_error']:.3f}",
        ("from", "to", "n", "confidence", "right"),
        ([one["from"], one["to"], one["n"], one["confidence"], one["right"]] for one in found["reliability"]),
    )


def _show(result: dict[str, Any]) -> None:
    for one in result.get("texts", ()):
        output.out.print(f"{one['text']}")
        rows = {
            "means": f"{one['intent']}, sure to {one['confidence']:.2f}, by {one['by']}",
            "also": ", ".join(one["also"]),
            "rather than": ", ".join(f"{other['intent']} {other['confidence']:.2f}" for other in one["runners_up"]),
            "values": ", ".join(f"{value['kind']} {value['value']} ({value['text']})" for value in one["entities"]),
        }
        output.print_record({f"  {name}": value for name, value in rows.items() if value})
    for kind in ("intents", "entities"):
        if kind not in result:
            continue
        found = result[kind]
        right = found["n"] - len(found["misses"])
        output.out.print(f"{kind}: {right} of {found['n']} right, accuracy {found['accuracy']:.3f}")
        if kind == "intents":
            _show_figures(found)
        if found["confusions"] and kind == "intents":
            output.print_table(
                "taken for another",
                ("expected", "got", "times"),
                ([one["expected"], one["got"], one["times"]] for one in found["confusions"]),
            )
        if found["misses"]:
            output.print_table(
                "misses",
                ("line", "text", "expected", "got", ""),
                ([one["line"], one["text"], one["expected"], one["got"], one["more"]] for one in found["misses"]),
            )
