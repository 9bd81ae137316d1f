"""Where things live on this machine: cache, models, prompts, voicebot's own data."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from voicebot.errors import ConfigurationError


def at_home(path: Path) -> Path:
    """Expand ``~`` and ``~user`` at the beginning of a path.

    Raises
    ------
    ValueError
        There is no such user, or this one has no home folder.
    """
    try:
        return path.expanduser()
    except RuntimeError as error:
        user = path.parts[0].removeprefix("~")
        raise ValueError(f"there is no user {user!r}" if user else "this user has no home folder") from error


def cache_folder() -> Path:
    """Folder of all that can be fetched or made again: ``$VOICEBOT_CACHE`` or the user's cache folder.

    Raises
    ------
    ConfigurationError
        This user has no home folder, so that it cannot be told where that is.
    """
    named = os.environ.get("VOICEBOT_CACHE")
    try:
        return at_home(Path(named)) if named else Path(platformdirs.user_cache_dir("voicebot"))
    except (RuntimeError, ValueError) as error:  # neither HOME nor an entry in the user database, as in many containers
        raise ConfigurationError(
            "there is no home folder to keep models and speech in", cure="set HOME, or VOICEBOT_CACHE to a folder"
        ) from error


def models_folder() -> Path:
    """Folder of installed models, one sub-folder each."""
    return cache_folder() / "models"


def prompts_folder() -> Path:
    """Content-addressed cache of rendered speech."""
    return cache_folder() / "prompts"


def rasa_folder() -> Path:
    """Rasa's environment, and under it the models that were trained and the projects that they were trained from."""
    return cache_folder() / "rasa"


def coqui_folder() -> Path:
    """Coqui's environment, under ``environment``."""
    return cache_folder() / "coqui"


def asterisk_folder() -> Path:
    """Where set-up puts an Asterisk of its own where none is installed; the tree is under ``root``."""
    return cache_folder() / "asterisk"


def shipped(name: str) -> Path:
    """A folder that ships with voicebot, in a checkout or in an installed wheel.

    Parameters
    ----------
    name
        ``scripts_dialogue`` or ``asterisk-config``.
    """
    package = Path(__file__).parent
    for folder in (package.parent / name, package / "shipped" / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"{name} is missing from this installation of voicebot")
