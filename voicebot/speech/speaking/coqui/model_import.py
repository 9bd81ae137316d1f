"""How to get a model for Coqui: converted from a Piper voice, or fetched by Coqui's own manager."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from voicebot.errors import UnavailableError
from voicebot.speech.speaking.coqui.environment import find_environment, run

_CONVERT_SECONDS: Final = 300.0
_FETCH_SECONDS: Final = 3600.0


def convert(folder: Path) -> None:
    """Turn the voice in Piper's form in ``folder`` into ``model.pth`` and ``config.json``; its own files are removed.

    Both are run on the same phonemes and must agree, see ``piper``.

    Raises
    ------
    UnavailableError
        Coqui is not installed, or this voice cannot be converted.
    """
    (description,) = folder.glob("*.onnx.json")
    voice = description.with_suffix("")
    with tempfile.TemporaryDirectory() as programs:
        run(find_environment(), "piper", voice, description, folder, folder=Path(programs), seconds=_CONVERT_SECONDS)
    voice.unlink()
    description.unlink()


def fetch(name: str, home: Path) -> None:
    """Fetch a model that Coqui's own manager knows into ``home``.

    Raises
    ------
    UnavailableError
        Coqui is not installed, knows no such model, or cannot reach it.
    """
    home.mkdir(parents=True, exist_ok=True)
    settings = {"HF_HUB_OFFLINE": "", "TRANSFORMERS_OFFLINE": ""}
    try:
        with tempfile.TemporaryDirectory() as programs:
            run(find_environment(), "fetch", name, home, folder=Path(programs), seconds=_FETCH_SECONDS,
                settings=settings)  # fmt: skip
    except UnavailableError as error:
        if "terms" in str(error) or "knows no model" in str(error):
            raise
        cure = "check the network; or get its files elsewhere: voicebot model install NAME --engine coqui --from FOLDER"
        raise UnavailableError(error.problems[0].what, cure=cure) from error
