"""Rasa decides every cell as the table does: the shipped scripts, and tables drawn at random."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.unit.dialogue.random_scripts import random_scripts
from voicebot.dialogue.rasa import environment
from voicebot.dialogue.rasa.conformance import compare, questions
from voicebot.dialogue.rasa.models import Trained
from voicebot.dialogue.rasa.project import compile_project
from voicebot.dialogue.rasa.service import RasaService
from voicebot.dialogue.script.model import Script

SECONDS = 60.0


@pytest.mark.asyncio(loop_scope="module")
async def test_shipped_scripts_through_the_host(
    shipped_models: dict[str, tuple[Script, Trained]], service: RasaService
) -> None:
    """All shipped scripts in one host, every cell asked over the channel that calls use."""
    for _, model in shipped_models.values():
        await service.load(model)
    for name, (script, model) in shipped_models.items():
        answers = []
        for question in questions(script):
            slots, intent, history = question.asked()
            request = {"do": "decide", "slots": slots, "intent": intent, "history": history}
            answers.append(await service.ask(model.script_hash, request, seconds=SECONDS))
        found = compare(script, answers)
        assert found.asked > 500
        assert (found.mismatches, found.free) == ((), ()), name
    assert len(service.pids) == 1


def test_projects_pass_rasas_own_checks(shipped_models: dict[str, tuple[Script, Trained]], tmp_path: Path) -> None:
    """``rasa data validate`` and ``rasa test core`` on what the compiler wrote."""

    def check(name: str) -> None:
        script, model = shipped_models[name]
        folder, results = tmp_path / name, tmp_path / name / "results"
        compile_project(script, "light", environment.embeddings_for(script.language)).write(folder)
        rasa(folder, "data", "validate", "--fail-on-warnings")
        rasa(
            folder, "test", "core", "--model", model.path, "--stories", "tests", "--out", str(results),
            "--fail-on-prediction-errors", "--no-plot",
        )  # fmt: skip
        assert json.loads((results / "story_report.json").read_text())["accuracy"] == 1.0
        assert "all good" in (results / "failed_test_stories.yml").read_text()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(check, shipped_models))


def rasa(folder: Path, *arguments: str) -> None:
    """Run Rasa's own command line on a project."""
    done = subprocess.run(
        [str(environment.find_python()), "-W", "ignore", "-m", "rasa", *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**environment.variables(), "PYTHONPATH": str(environment.RUNTIME)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def drawn(count: int) -> list[Script]:
    """Return scripts as hypothesis makes them up, always the same ones, without their examples."""
    found: list[Script] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(random_scripts())
    def collect(script: Script) -> None:
        found.append(script.model_copy(update={"intents": {}}))

    collect()
    return found[-count:]


def test_random_tables_are_executed_alike(tmp_path: Path) -> None:
    """Rules alone, no examples: many tables are trained and asked in one run of the training program."""
    scripts = drawn(10)
    jobs = []
    for number, script in enumerate(scripts):
        folder = tmp_path / str(number)
        compile_project(script).write(folder)
        lines = "".join(json.dumps(question.asked()) + "\n" for question in questions(script))
        (folder / "questions.jsonl").write_text(lines)
        jobs += [folder, folder / "model.tar.gz", folder / "questions.jsonl", folder / "answers.jsonl"]
    done = subprocess.run(
        [str(environment.find_python()), "-W", "ignore", str(environment.RUNTIME / "training.py"), *map(str, jobs)],
        cwd=tmp_path, capture_output=True, text=True, check=False, env=environment.variables(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    for number, script in enumerate(scripts):
        answers = (tmp_path / str(number) / "answers.jsonl").read_text().splitlines()
        found = compare(script, [json.loads(answer) for answer in answers])
        assert found.asked == len(answers)
        assert (found.mismatches, found.free) == ((), ()), script.model_dump_json(indent=1)
