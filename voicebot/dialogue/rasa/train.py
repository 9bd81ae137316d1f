"""From a script to a model that decides: compile, train in Rasa's environment, conformance run, activation."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from voicebot import paths
from voicebot.dialogue.rasa import environment
from voicebot.dialogue.rasa.conformance import Conformance, compare, questions
from voicebot.dialogue.rasa.models import Trained, activate
from voicebot.dialogue.rasa.project import Pipeline, assistant_of, compile_project
from voicebot.dialogue.script.model import Script
from voicebot.errors import Problem, UnavailableError

_LAST_LINES: Final = 6


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a training.

    Parameters
    ----------
    conformance
        Of the trained model with the script's table.
    seconds
        From the start to the last answer of the conformance run.
    project
        Folder of the compiled project.
    model
        The activated model; ``None`` where the conformance run failed.
    """

    conformance: Conformance
    seconds: float
    project: Path
    model: Trained | None


def project_folder(script: Script, pipeline: Pipeline) -> Path:
    """Where a script's project is written to; another content has another folder."""
    name = f"{script.script}-{script.language}-{script.content_hash[:8]}-{pipeline}"
    return paths.rasa_folder() / "projects" / name


def train(
    script: Script,
    pipeline: Pipeline = "light",
    *,
    python: Path | None = None,
    tell: Callable[[str], None] = lambda _what: None,
) -> Result:
    """Train a model of a script and activate it when it passes.

    Parameters
    ----------
    python
        Of Rasa's environment; ``None``: the one that set-up made.
    tell
        Called with what is being done, to show to people.

    Raises
    ------
    UnavailableError
        Rasa is not set up, or trained no model; says why.
    """
    python = python or environment.find_python()
    folder = project_folder(script, pipeline)
    shutil.rmtree(folder, ignore_errors=True)
    compile_project(script, pipeline, environment.embeddings_for(script.language)).write(folder)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=_work_folder(), prefix=f"{script.script}-") as name:
        work = Path(name)
        asked = questions(script)
        lines = "".join(json.dumps(question.asked()) + "\n" for question in asked)
        (work / "questions.jsonl").write_text(lines, encoding="utf-8")
        tell("starting Rasa")
        done = _run(python, folder, work, tell)
        if done.get("assistant") != assistant_of(script, pipeline):
            raise UnavailableError(f"Rasa trained a model of {done.get('assistant')!r}, not of this script")
        answers = (work / "answers.jsonl").read_text(encoding="utf-8").splitlines()
        conformance = compare(script, [json.loads(answer) for answer in answers])
        seconds = round(time.monotonic() - began, 1)
        if conformance.mismatches:
            return Result(conformance, seconds, folder, None)
        model = activate(script, pipeline, work / "model.tar.gz", seconds, conformance)
        return Result(conformance, seconds, folder, model)


def _run(python: Path, project: Path, work: Path, tell: Callable[[str], None]) -> Mapping[str, Any]:
    """Run the training program and report its progress; return its last message."""
    command = [
        str(python), "-W", "ignore", str(environment.RUNTIME / "training.py"),
        str(project), str(work / "model.tar.gz"), str(work / "questions.jsonl"), str(work / "answers.jsonl"),
    ]  # fmt: skip
    said: dict[str, Any] = {}
    with (
        (work / "rasa.log").open("w+b") as log,
        subprocess.Popen(  # noqa: S603 - a program of ours
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, cwd=work,
            env=environment.variables(), text=True, encoding="utf-8",
        ) as process,
    ):  # fmt: skip
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            for line in process.stdout:
                said = json.loads(line)
                tell(_words(said))
            code = process.wait()
        except BaseException:
            process.kill()
            raise
        if code or said.get("stage") != "done":
            why = said.get("why") or f"it exited with {code}"
            raise UnavailableError(
                Problem(f"Rasa failed to train a model: {why}{_last_lines(log)}", "see the lines above")
            )
    return said


def _words(said: Mapping[str, Any]) -> str:
    match said["stage"]:
        case "training":
            return f"training {said['component']}" if said["component"] else "reading the project"
        case "trained":
            return f"trained in {said['seconds']} s; asking it about every cell"
        case "asking":
            return f"asked {said['done']} of {said['total']}"
        case _:
            return str(said.get("why", said["stage"]))


def _last_lines(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines()[-_LAST_LINES:]
    return "".join(f"\n  {line}" for line in lines)


def _work_folder() -> Path:
    folder = paths.rasa_folder() / "work"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
