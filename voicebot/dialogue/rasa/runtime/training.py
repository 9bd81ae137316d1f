"""Trains projects and asks the models every question of a conformance run. Runs in Rasa's own environment.

    python training.py PROJECT MODEL QUESTIONS ANSWERS [PROJECT MODEL QUESTIONS ANSWERS …]

PROJECT is a folder; MODEL the ``.tar.gz`` to write; QUESTIONS and ANSWERS hold one JSON value a line. What is being
done is told on standard output, one JSON object a line, the last of which has the stage ``done`` or ``failed``.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any, Text

os.environ["RASA_MAX_CACHE_SIZE"] = "0"
# Rasa's own output is not for parsing: it goes to standard error.
_TOLD = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

import loaded
from rasa.model_training import train

_TELL_SECONDS = 1.0


def tell(stage: Text, **more: Any) -> None:
    """Report what is being done."""
    _TOLD.write(json.dumps({"stage": stage, **more}) + "\n")
    _TOLD.flush()


class _Components(logging.Handler):
    """Reports which component of the pipeline is being trained."""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if text.startswith("Starting to train component"):
            tell("training", component=text.split("'")[1])


def main(project: Path, model: Path, questions: Path, answers: Path) -> None:
    """Train, load, ask."""
    started = time.monotonic()
    tell("training", component="")
    result = train(
        domain=str(project / "domain.yml"),
        config=str(project / "config.yml"),
        training_files=[str(project / "data")],
        output=str(model.parent),
        fixed_model_name=model.name,
        force_training=True,
    )
    if not result.model or result.code:
        raise RuntimeError("Rasa trained no model")
    if Path(result.model) != model:
        Path(result.model).replace(model)
    tell("trained", seconds=round(time.monotonic() - started, 1))
    trained = loaded.Model(str(model))
    asked = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    told = time.monotonic()
    with answers.open("w", encoding="utf-8") as file:
        for number, question in enumerate(asked):
            file.write(json.dumps(trained.decide(*question)) + "\n")
            if time.monotonic() - told > _TELL_SECONDS:
                told = time.monotonic()
                tell("asking", done=number, total=len(asked))
    tell("done", seconds=round(time.monotonic() - started, 1), assistant=trained.assistant, model=trained.model_id)


if __name__ == "__main__":
    hooks = logging.getLogger("rasa.engine.training.hooks")
    hooks.setLevel(logging.INFO)
    hooks.addHandler(_Components())
    try:
        arguments = [Path(argument).resolve() for argument in sys.argv[1:]]
        for first in range(0, len(arguments), 4):
            main(*arguments[first : first + 4])
    except Exception as error:
        tell("failed", why=f"{type(error).__name__}: {error}")
        raise
