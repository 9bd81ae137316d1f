"""Asterisk's own configuration files: sections with their settings, includes and templates followed.

The lines are read by pyst2's parser; it knows neither ``#include`` nor templates nor block comments, which are
taken care of here.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from asterisk.config import Category, Item, ParseError

from voicebot.errors import ConfigurationError, Problem

_DIRECTIVE: Final = re.compile(r"#\s*(include|tryinclude|exec)\s*[\"<]?([^\">;]+)[\">]?")
_SECTION: Final = re.compile(r"(\[[^\]]*\])\s*(?:\(([^)]*)\))?")
_MAX_DEPTH: Final = 20
_SEMICOLON: Final = "\ue000"
"""Stands for an escaped one while pyst2, which knows no escapes, reads the line."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One line ``name = value``."""

    name: str
    value: str
    file: str
    line: int


@dataclass(slots=True)
class Section:
    """One ``[name]`` with what it inherits.

    Parameters
    ----------
    template
        It is only there to be inherited.
    """

    name: str
    file: str
    line: int
    template: bool = False
    settings: list[Setting] = field(default_factory=list)

    def last(self, name: str) -> Setting | None:
        """Return the setting that counts, or ``None``."""
        found = [setting for setting in self.settings if setting.name.lower() == name.lower()]
        return found[-1] if found else None

    def value(self, name: str, default: str = "") -> str:
        """Return the value that counts, or ``default``."""
        setting = self.last(name)
        return setting.value if setting is not None else default

    def all(self, name: str) -> list[Setting]:
        """Return every setting of a name."""
        return [setting for setting in self.settings if setting.name.lower() == name.lower()]


class ConfigurationFiles:
    """All files of one configuration folder, as texts.

    Parameters
    ----------
    texts
        Path relative to the folder (or absolute for files elsewhere) -> text.
    folder
        Shown before relative paths in problems.
    """

    def __init__(self, texts: Mapping[str, str], folder: str = "") -> None:
        self._texts = dict(texts)
        self._folder = folder

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def where(self, name: str) -> str:
        """Return how a file is called in problems."""
        return os.path.join(self._folder, name) if self._folder else name  # noqa: PTH118 – nothing is looked at

    def sections(self, name: str) -> tuple[list[Section], list[Problem]]:
        """Read a file with everything that it includes.

        Returns
        -------
        tuple
            Sections in their order, those of one name merged where ``(+)`` says so; and what cannot be read.
        """
        reading = _Reading(self)
        reading.file(name)
        return reading.sections, reading.problems

    def text(self, name: str) -> str | None:
        """Return a file's text, ``None`` when it is not there."""
        return self._texts.get(name)

    def matching(self, pattern: str) -> list[str]:
        """Return the files that an include names, which may be a pattern."""
        clean = pattern.strip()
        if self._folder and clean.startswith(self._folder.rstrip("/") + "/"):
            clean = clean[len(self._folder.rstrip("/")) + 1 :]
        clean = clean.removeprefix("./")
        if any(character in clean for character in "*?["):
            return sorted(name for name in self._texts if fnmatch.fnmatchcase(name, clean))
        return [clean] if clean in self._texts else []


class _Reading:
    """One file being read."""

    def __init__(self, files: ConfigurationFiles) -> None:
        self._files = files
        self._current: Section | None = None
        self.sections: list[Section] = []
        self.problems: list[Problem] = []

    def file(self, name: str, depth: int = 0) -> None:
        text = self._files.text(name)
        where = self._files.where(name)
        if text is None:
            return
        if depth > _MAX_DEPTH:
            self.problems.append(Problem("files include each other in a circle", "take one #include out", where))
            return
        for number, line in _lines(text):
            directive = _DIRECTIVE.match(line)
            if directive is not None:
                self._include(directive[1], directive[2], where, number, depth)
                continue
            try:
                if line.startswith("["):
                    self._section(line, where, number)
                elif not line.startswith("#"):
                    self._setting(line, where, number)
            except (ParseError, IndexError) as error:
                reason = str(error.args[-1]) if error.args else "it is no setting"
                self.problems.append(Problem(f"Asterisk cannot read this line: {reason}", "correct it", where, number))

    def _include(self, kind: str, target: str, where: str, number: int, depth: int) -> None:
        if kind == "exec":
            return  # what a program would print is not known here
        names = self._files.matching(target)
        if not names and kind == "include" and "*" not in target:
            self.problems.append(
                Problem(
                    f"includes {target.strip()}, which is not there",
                    "copy that file, or take the line out",
                    where,
                    number,
                )
            )
        for name in names:
            self.file(name, depth + 1)

    def _section(self, line: str, where: str, number: int) -> None:
        found = _SECTION.match(line)
        if found is None:
            raise ParseError(number, "a section's closing bracket is missing")
        name = Category(found[1], number).name.strip()
        options = [option.strip() for option in (found[2] or "").split(",") if option.strip()]
        earlier = {section.name: section for section in self.sections}
        if "+" in options and name in earlier:
            self._current = earlier[name]
            return
        section = Section(name, where, number, template="!" in options)
        for option in options:
            if option in {"!", "+"}:
                continue
            if option in earlier:
                section.settings += earlier[option].settings
            else:
                self.problems.append(
                    Problem(f"[{name}] inherits from {option!r}, which is not there", "define it before", where, number)
                )
        self.sections.append(section)
        self._current = section

    def _setting(self, line: str, where: str, number: int) -> None:
        item = Item(line, number)
        if self._current is not None:
            name = item.name.removesuffix("+").strip()
            self._current.settings.append(Setting(name, item.value.strip().replace(_SEMICOLON, ";"), where, number))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Return the lines that say something, without comments, with their numbers."""
    commented = False
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if commented:
            if "--;" not in line:
                continue
            line, commented = line.split("--;", 1)[1].strip(), False
        if line.startswith(";--") and not line.startswith(";---"):
            commented = "--;" not in line[3:]
            continue
        line = re.split(r"(?<!\\);", line)[0].strip().replace("\\;", _SEMICOLON)
        if line:
            yield number, line


def read_folder(folder: Path) -> ConfigurationFiles:
    """Read every configuration file of a folder, and what they include from elsewhere.

    Raises
    ------
    ConfigurationError
        The folder is not there or may not be read.
    """
    texts: dict[str, str] = {}
    try:
        if not folder.is_dir():
            raise ConfigurationError(
                Problem(f"{folder} is not a folder", "set asterisk.configuration to the folder of asterisk.conf")
            )
        for path in sorted(folder.rglob("*.conf")):
            texts[str(path.relative_to(folder))] = path.read_text(encoding="utf-8", errors="replace")
        _add_included(folder, texts, list(texts.values()))
    except OSError as error:
        raise ConfigurationError(
            Problem(f"cannot be read: {error.strerror}", "run as a user who may read it", str(error.filename or folder))
        ) from error
    return ConfigurationFiles(texts, str(folder))


def _add_included(folder: Path, texts: dict[str, str], pending: list[str]) -> None:
    """Add files that are included but not called ``*.conf`` or stand elsewhere."""
    while pending:
        for target in _included(pending.pop()):
            path = folder / target
            if target in texts or any(character in target for character in "*?[") or not path.is_file():
                continue
            texts[target] = path.read_text(encoding="utf-8", errors="replace")
            pending.append(texts[target])


def _included(text: str) -> Iterable[str]:
    for _, line in _lines(text):
        directive = _DIRECTIVE.match(line)
        if directive is not None and directive[1] != "exec":
            yield directive[2].strip().removeprefix("./")
