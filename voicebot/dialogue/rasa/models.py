"""Trained models that have passed: kept under their script's content hash, activated atomically."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, get_args

from voicebot import paths
from voicebot.dialogue.rasa.conformance import Conformance
from voicebot.dialogue.rasa.project import COMPILER, Pipeline, assistant_of
from voicebot.dialogue.script.model import Script
from voicebot.errors import ConfigurationError, Problem

_KEPT: Final = 2
"""Models kept for each pipeline: a host that restarts may still ask for the previous one."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that has passed, and its record.

    Parameters
    ----------
    script, script_hash
        Whose model it is.
    assistant
        What the model says of itself when it is loaded.
    pipeline, compiler
        What it was made with.
    path, sha256
        The model's file.
    trained
        ISO time, UTC.
    seconds
        How long the training took.
    asked
        Questions of its conformance run, all answered as the table does.
    free
        How many cells that the table leaves empty it would fill.
    """

    script: str
    script_hash: str
    assistant: str
    pipeline: Pipeline
    compiler: int
    path: str
    sha256: str
    trained: str
    seconds: float
    asked: int
    free: int

    @property
    def megabytes(self) -> float:
        """Size of the file."""
        return round(Path(self.path).stat().st_size / 1e6, 2)


def active(script: Script, pipeline: Pipeline = "light") -> Trained | None:
    """Return the model that decides for a script; ``None``: none was trained from this very content."""
    found = _read(_folder(script.content_hash) / f"{pipeline}.json")
    if found is None or found.compiler != COMPILER or found.assistant != assistant_of(script, pipeline):
        return None
    return found if Path(found.path).is_file() else None


def require(script: Script, pipeline: Pipeline = "light", called: str = "") -> Trained:
    """Return the model that decides for a script.

    Parameters
    ----------
    called
        Name or file by which people know the script.

    Raises
    ------
    ConfigurationError
        There is none; says how to train it.
    """
    found = active(script, pipeline)
    if found is None:
        name = called or script.source or script.script
        option = "" if pipeline == "light" else f" --pipeline {pipeline}"
        raise ConfigurationError(
            Problem(
                f"there is no Rasa model of the script {script.script} ({script.content_hash[:12]})",
                f"voicebot script train {name}{option}",
            )
        )
    return found


def activate(script: Script, pipeline: Pipeline, model: Path, seconds: float, passed: Conformance) -> Trained:
    """Keep a model that has passed and activate it; a crash leaves the previous one active.

    Parameters
    ----------
    model
        Its file; it is moved.
    """
    folder = _folder(script.content_hash)
    folder.mkdir(parents=True, exist_ok=True)
    digest = file_hash(model)
    path = folder / f"{pipeline}-{digest[:16]}.tar.gz"
    half = path.with_suffix(".half")
    shutil.move(model, half)
    half.replace(path)
    record = Trained(
        script.script, script.content_hash, assistant_of(script, pipeline), pipeline, COMPILER, str(path), digest,
        datetime.now(UTC).isoformat(timespec="seconds"), seconds, passed.asked, len(passed.free),
    )  # fmt: skip
    handle, name = tempfile.mkstemp(dir=folder, suffix=".half")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(record), file, ensure_ascii=False, indent=1)
    Path(name).replace(folder / f"{pipeline}.json")
    old = sorted(folder.glob(f"{pipeline}-*.tar.gz"), key=lambda one: one.stat().st_mtime)
    for one in old[:-_KEPT]:
        if one != path:
            one.unlink(missing_ok=True)
    return record


def all_active() -> tuple[Trained, ...]:
    """Return every model that some script has, whether or not this version of the compiler made it."""
    root = paths.rasa_folder() / "models"
    found = [_read(path) for pipeline in get_args(Pipeline) for path in sorted(root.glob(f"*/{pipeline}.json"))]
    return tuple(one for one in found if one is not None)


def damaged(model: Trained) -> bool:
    """Whether a model's file is missing or not what was activated."""
    return not Path(model.path).is_file() or file_hash(Path(model.path)) != model.sha256


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folder(script_hash: str) -> Path:
    return paths.rasa_folder() / "models" / script_hash


def _read(path: Path) -> Trained | None:
    """Read a record; one that cannot be read is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Trained(**{field.name: data[field.name] for field in fields(Trained)})
    except (OSError, ValueError, KeyError, TypeError):
        return None
