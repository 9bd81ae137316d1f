"""Where Rasa lives: a Python environment of its own, set up by ``scripts/setup-rasa``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from voicebot import languages, paths
from voicebot.errors import Problem, UnavailableError
from voicebot.services import line_server

RUNTIME: Final = Path(__file__).parent / "runtime"
"""Programs that run in that environment."""
LINE_SERVER: Final = Path(line_server.__file__)
VARIABLES: Final = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "utf-8",
}
"""One thread each: calls on the same machine must not be disturbed, and small products gain nothing from more."""


def find_python(environment: Path | None = None) -> Path:
    """Return the Python of Rasa's environment.

    Parameters
    ----------
    environment
        Its folder; ``None``: where set-up puts it.

    Raises
    ------
    UnavailableError
        There is none.
    """
    folder = environment or paths.rasa_folder() / "environment"
    python = folder / "bin" / "python"
    if not python.exists() or (environment is None and not (folder / ".voicebot").is_file()):
        raise UnavailableError(Problem(f"Rasa is not set up in {folder}", "run scripts/setup-rasa"))
    return python


def variables() -> dict[str, str]:
    """Return the environment that Rasa's programs run with, without the variables of this program's own Python."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return {**ours, **VARIABLES}


def embeddings_for(language: str) -> Path | None:
    """Return the folder of the embedding model that helps to understand a language, where it is installed."""
    name = languages.of(language).embedding
    folder = paths.models_folder() / name
    return folder if name and (folder / "model.safetensors").is_file() else None
