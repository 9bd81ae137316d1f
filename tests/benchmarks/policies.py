"""What the policies cost and how often they are right: training, size, memory, decision time, accuracy; as JSON.

    python -m tests.benchmarks.policies [--script reminder] [--pipelines light diet] [--utterances FOLDER]

Utterances are those that are kept apart from all training (``tests/data/understanding``). A pipeline without a model of
the script's present content is trained first: ``diet`` takes many minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import psutil

from voicebot import logs
from voicebot.config import DialogueSection, RasaSection
from voicebot.dialogue.policies import Policies
from voicebot.dialogue.rasa import models
from voicebot.dialogue.rasa.project import Pipeline
from voicebot.dialogue.rasa.train import train
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.finding import find_script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.talk import Lead
from voicebot.dialogue.understanding import trials
from voicebot.dialogue.understanding.policy import Policy
from voicebot.rehearsal.measure import percentile

HELD_OUT: Final = Path(__file__).parents[1] / "data" / "understanding"
NOW: Final = datetime(2026, 11, 23, 11)
LEAD: Final = Lead("Maria Lopez", "First Bank", Decimal("120.50"), "USD", date(2026, 12, 1), "America/New_York")
PIPELINES: Final[dict[str, Pipeline]] = {"light": "light", "diet": "diet"}


def files(folder: Path, language: str) -> list[Path]:
    """Return the files of utterances in a language."""
    return sorted(file for file in folder.glob(f"*_{language[:2]}.tsv") if not file.name.startswith("entities"))


async def measure(policy: Policy, script: Script, folder: Path) -> dict[str, Any]:
    """Ask about every utterance: how often it is right, and how long it takes with words never and lately heard."""
    result: dict[str, Any] = {}
    for file in files(folder, script.language):
        cases = trials.read_intents(file, script)
        questions = [trials.question(script, case.text, NOW, "", LEAD) for case in cases]
        answers = await trials.ask(policy, questions)
        by = {name: sum(one.policy == name for one in answers) for name in {one.policy for one in answers}}
        result[file.stem] = {**_accuracy(trials.judge_intents(cases, answers, script)), "by": by}
    steps = list(script.steps)
    said = [case.text for file in files(folder, script.language) for case in trials.read_intents(file, script)]
    asked_for = {"new_words_ms": [f"well {text} {number}" for number, text in enumerate(said)], "known_words_ms": said}
    for name, texts in asked_for.items():
        took = []
        for number, text in enumerate(texts):
            asked = trials.question(script, text, NOW, steps[number % len(steps)], LEAD)
            began = time.perf_counter()
            await policy.understand(asked)
            took.append((time.perf_counter() - began) * 1000)
        result[name] = {"p50": percentile(took, 50), "p95": percentile(took, 95), "n": len(took)}
    return result


def _accuracy(found: trials.Result) -> dict[str, Any]:
    return {"accuracy": round(found.accuracy, 4), "n": found.n}


async def of(script: Script, wanted: str, folder: Path) -> dict[str, Any]:
    """Measure one policy."""
    if wanted == "local":
        policies = Policies(DialogueSection(), RasaSection())
        return await measure(await policies.of(script), script, folder)
    pipeline = PIPELINES[wanted]
    known = models.active(script, pipeline)
    if known is None:
        known = train(script, pipeline, tell=lambda what: print(f"{wanted}: {what}", file=sys.stderr)).model
    if known is None:
        raise SystemExit(f"the {wanted} model does not decide as the table does")
    policies = Policies(DialogueSection(policy="rasa"), RasaSection(pipeline=pipeline, limit_ms=1500))
    began = time.monotonic()
    policy = await policies.of(script)
    loaded = time.monotonic() - began
    try:
        assert policies.service is not None
        (pid,) = policies.service.pids
        measured = await measure(policy, script, folder)
        memory = psutil.Process(pid).memory_info().rss / 1e6
        return {
            "training_seconds": known.seconds,
            "model_megabytes": known.megabytes,
            "host_start_seconds": round(loaded, 1),
            "host_megabytes": round(memory),
            "conformance": {"asked": known.asked, "mismatches": 0, "free_cells": known.free},
            **measured,
        }
    finally:
        await policies.close()


async def main(script: Script, wanted: Sequence[str], folder: Path) -> Mapping[str, Any]:
    """Measure the local policy and each pipeline."""
    return {"script": script.script, "language": script.language} | {
        name: await of(script, name, folder) for name in ("local", *wanted)
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--script", default="reminder")
    parser.add_argument("--pipelines", nargs="*", default=["light"], choices=PIPELINES)
    parser.add_argument("--utterances", type=Path, default=HELD_OUT)
    arguments = parser.parse_args()
    logs.set_up(form="text", level="WARNING")
    found = asyncio.run(main(load_script(find_script(arguments.script)), arguments.pipelines, arguments.utterances))
    print(json.dumps(found, indent=1, ensure_ascii=False))
