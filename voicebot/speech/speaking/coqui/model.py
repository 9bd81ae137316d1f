"""Which model Coqui speaks with: an installed one, one that Coqui knows by name, or files of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voicebot import languages
from voicebot.errors import ConfigurationError
from voicebot.speech.models import catalogue as models
from voicebot.speech.models.coqui_config import check_coqui, check_files

CHECKPOINT: Final = "model.pth"
CONFIG: Final = "config.json"
_SHOWN_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class CoquiModel:
    """A model that is there.

    Parameters
    ----------
    name
        For people and for the prompt cache: its name and the beginning of its checksum.
    arguments
        What tells the host to load it.
    home
        Where Coqui's own manager keeps it; ``None`` for files.
    """

    name: str
    arguments: tuple[str, ...]
    home: Path | None = None


def model_for(language: str, configured: Mapping[str, str]) -> str | None:
    """Return what is configured for a language, or for another variety of it; ``None`` where nothing is."""
    family = languages.family(language)
    same = [model for tag, model in configured.items() if tag.lower() == language.lower()]
    related = [model for tag, model in configured.items() if languages.family(tag) == family]
    return next(iter([*same, *related]), None)


def find_model(wanted: str) -> CoquiModel:
    """Find a model; reads a checkpoint of the user's own, to tell it from another.

    Parameters
    ----------
    wanted
        As in ``coqui.models``.

    Raises
    ------
    ConfigurationError
        There is no such model, it is none of Coqui's, or it would load more than weights; says what to do.
    """
    found = models.describe(models.folder_name(wanted))
    if found is not None:
        if found.engine != "coqui":
            raise ConfigurationError(f"{wanted} is a model of {found.engine}, not of Coqui", cure=_choice())
        check_coqui(found.folder)
        return _installed(found)
    path = Path(wanted).expanduser()
    checkpoint = path / CHECKPOINT if path.is_dir() else path
    if not checkpoint.is_file():
        fetchable = wanted in models.CATALOGUE or wanted.startswith(models.COQUI_NAMES)
        raise ConfigurationError(
            f"the Coqui model {wanted} is not installed",
            cure=f"run: voicebot model install {wanted}" if fetchable else _choice(),
        )
    config = checkpoint.with_name(CONFIG)
    if not config.is_file():
        raise ConfigurationError(f"{checkpoint} has no {CONFIG} beside it", cure="put the model's configuration there")
    check_files([config], config.parent)
    digest = models.checksum(checkpoint)[:_SHOWN_DIGITS]
    return CoquiModel(f"{checkpoint.parent.name}-{digest}", _files(checkpoint.resolve(), config.resolve()))


def _installed(found: models.Installed) -> CoquiModel:
    weights = [digest for path, digest in found.files_sha256.items() if path.endswith((".pth", ".pt", ".bin"))]
    name = f"{found.name.removeprefix('coqui-')}-{(weights or ['unknown'])[0][:_SHOWN_DIGITS]}"
    home = found.folder / models.COQUI_HOME
    if home.is_dir():
        return CoquiModel(name, ("--name", models.coqui_name(found.name)), home)
    return CoquiModel(name, _files(found.folder / CHECKPOINT, found.folder / CONFIG))


def _files(checkpoint: Path, config: Path) -> tuple[str, ...]:
    return ("--checkpoint", str(checkpoint), "--config", str(config))


def _choice() -> str:
    installed = [model.name for model in models.all_installed() if model.engine == "coqui"]
    known = [name for name, model in models.CATALOGUE.items() if model.engine == "coqui"]
    return f"choose one of {', '.join(sorted({*installed, *known}))}, or name the path of a checkpoint"
