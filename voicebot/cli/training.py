"""Training, shared by several commands: with progress on stderr."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.status import Status
from rich.text import Text

from voicebot.cli import output
from voicebot.config import RasaSection
from voicebot.dialogue.rasa import environment, models
from voicebot.dialogue.rasa.project import Pipeline
from voicebot.dialogue.rasa.train import Result, train
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.script.variants import arms
from voicebot.errors import Problem, UnavailableError


def train_and_tell(script: Script, pipeline: Pipeline, section: RasaSection) -> Result:
    """Train a model of a script and show how far it is.

    Raises
    ------
    UnavailableError
        Rasa is not set up, or trained no model.
    """
    python = environment.find_python(section.environment)
    with output.err.console.status(Text(f"{script.script}: compiling")) as status:
        return train(script, pipeline, python=python, tell=lambda what: _tell(status, script, what))


def train_missing(files: Iterable[Path], section: RasaSection) -> None:
    """Train every script that has no Rasa model of its current content.

    Raises
    ------
    ConfigurationError
        A script is broken.
    UnavailableError
        Rasa is not set up, trained no model, or one that does not decide as the script's table does.
    """
    for script, source in ((arm, file) for file in files for arm in arms(load_script(file)).values()):
        if models.active(script, section.pipeline) is not None:
            environment.find_python(section.environment)
            continue
        found = train_and_tell(script, section.pipeline, section)
        if found.model is None:
            count = len(found.conformance.mismatches)
            what = f"Rasa decides {count} cells of {script.script} differently from its table"
            raise UnavailableError(Problem(what, f"see: voicebot script train {source}"))


def _tell(status: Status, script: Script, what: str) -> None:
    if output.err.is_terminal:
        status.update(Text(f"{script.script}: {what}"))
    else:
        output.err.print(f"{script.script}: {what}")
