"""What checking a script reads from files: the script, banned phrases, its translations, a recogniser's words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from voicebot.dialogue.checks import Banned, faults_of
from voicebot.dialogue.checks.banned import read_banned
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.finding import shipped_scripts
from voicebot.dialogue.script.reading.load import load_script, read_script
from voicebot.dialogue.script.reading.marked_yaml import read_document
from voicebot.errors import ConfigurationError, Problem
from voicebot.paths import shipped
from voicebot.speech.models import catalogue as models
from voicebot.speech.recognition.vosk_engine import VoskEngine

BANNED = "banned.yaml"
"""Found in a script's folder; the language's shipped one applies to every script."""


def sound_script(path: Path) -> Script:
    """Load a script and check it.

    Raises
    ------
    ConfigurationError
        Naming every fault; ``voicebot script check`` shows a conversation for each.
    """
    script = load_script(path)
    refuse_faults(script, path)
    return script


def refuse_faults(script: Script, path: Path) -> None:
    """Raise a ConfigurationError that names every fault of a script; warnings pass."""
    faults = faults_of(script, banned=banned_phrases(script.language, path.parent))
    if faults:
        more = Problem(
            "this script must not be used like this", f"see a conversation that shows it: voicebot script check {path}"
        )
        raise ConfigurationError([*(fault.problem for fault in faults), more])


def banned_phrases(language: str, folder: Path) -> tuple[Banned, ...]:
    """Return the phrases banned in a language, and those that a folder of scripts bans in addition."""
    files = {(shipped("scripts_dialogue") / language / BANNED).resolve(), (folder / BANNED).resolve()}
    return tuple(one for file in sorted(files) if file.is_file() for one in read_banned(read_document(file)))


def translations(script: Script, path: Path) -> tuple[Script, ...]:
    """Return the shipped scripts of the same name in other languages, if ``path`` is a shipped script itself."""
    known = shipped_scripts()
    if path.resolve() not in {file.resolve() for file in known.values()}:
        return ()
    files = [
        file for name, file in known.items()
        if name.partition("/")[2] == path.stem and file.resolve() != path.resolve()
    ]  # fmt: skip
    found = [read_script(file).script for file in files]
    return tuple(one for one in found if one is not None)


def vocabulary(language: str) -> tuple[str, Callable[[str], bool] | None]:
    """Return which recogniser's words a script is compared with, and how; ``None``: it has no list of words."""
    family = language.partition("-")[0]
    for model in models.all_installed():
        if model.engine == "vosk" and model.language.partition("-")[0] == family:
            return model.name, VoskEngine(model.folder).knows
    return "no Vosk model is installed; the embedded recogniser hears any word", None
