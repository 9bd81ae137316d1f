"""Which script a word on the command line means: a shipped one by its name, or a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from voicebot.errors import ConfigurationError, Problem
from voicebot.paths import shipped
from voicebot.suggestions import alike, meant

DEFAULT_LANGUAGE: Final = "en-US"
_SUFFIXES: Final = (".yaml", ".yml")
_IS_SCRIPT: Final = re.compile(r"^script\s*:", re.MULTILINE)


def find_script(word: str, language: str = "") -> Path:
    """Return the file of the script that a word means.

    Parameters
    ----------
    word
        A shipped script's name (``reminder``), its language and name (``zh-CN/reminder``), or the path of a file.
    language
        Of a shipped script that is named without one; where it is not given, English, or else the only language
        that has such a script.

    Raises
    ------
    ConfigurationError
        There is no such script, with the names that come near; or several languages have it.
    """
    path = Path(word).expanduser()
    if path.suffix.lower() in _SUFFIXES or path.is_file():
        if path.is_file():
            return path
        raise ConfigurationError(Problem(f"there is no file {word}", _near_files(path)))
    known = shipped_scripts()
    if word in known:
        return known[word]
    fitting = [name for name in known if name.partition("/")[2] == word]
    for wanted in (language,) if language else (DEFAULT_LANGUAGE,):
        if f"{wanted}/{word}" in fitting:
            return known[f"{wanted}/{word}"]
    if len(fitting) == 1 and not language:
        return known[fitting[0]]
    if len(fitting) > 1 and not language:
        raise ConfigurationError(Problem(f"several languages have a script {word}", f"name {' or '.join(fitting)}"))
    what = f"there is no script {word}" + (f" in {language}" if language else "")
    raise ConfigurationError(Problem(what, _near_names(word, tuple(known))))


def shipped_scripts() -> dict[str, Path]:
    """Return the shipped scripts: language and name (``en-US/reminder``) → file. Shared parts are left out."""
    folder = shipped("scripts_dialogue")
    files = sorted(
        file for language in sorted(folder.iterdir()) if language.is_dir() for file in language.glob("*.yaml")
    )
    return {
        f"{file.parent.name}/{file.stem}": file for file in files if _IS_SCRIPT.search(file.read_text(encoding="utf-8"))
    }


def _near_names(word: str, known: tuple[str, ...]) -> str:
    short = {name.partition("/")[2] for name in known} - {word}
    shipped = f"name a file, or a shipped one: {', '.join(known)}"
    return meant(word, [*known, *short], most=3, otherwise=shipped)


def _near_files(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {folder} either"
    names = [file.name for file in sorted(folder.iterdir()) if file.suffix.lower() in _SUFFIXES]
    if near := alike(path.name, names, 3):
        return f"did you mean {' or '.join(str(folder / name) for name in near)}?"
    return f"{folder} holds {', '.join(names[:12])}" if names else f"{folder} holds no YAML file"
