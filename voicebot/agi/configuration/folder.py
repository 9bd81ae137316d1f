"""A configuration folder read from the disk, with everything that its files include from elsewhere."""

from __future__ import annotations

import errno
import glob
import os
import stat
from pathlib import Path
from typing import Final

from voicebot.agi.configuration.files import ConfigurationFiles, expand_braces
from voicebot.agi.configuration.lines import BLANKS, logical_lines
from voicebot.agi.configuration.sections import include_target
from voicebot.errors import ConfigurationError, Problem

_SUFFIXES: Final = (".conf", ".ael", ".lua")
_MOST_FILES: Final = 5000


def read_folder(folder: Path) -> ConfigurationFiles:
    """Read every configuration file of a folder, and what they include from elsewhere.

    A file that cannot be read is remembered as such; a link that leads nowhere counts as not there, as for Asterisk.

    Raises
    ------
    ConfigurationError
        The folder itself is not there or may not be read.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            Problem(f"{folder} is not a folder", "set asterisk.configuration to the folder of asterisk.conf")
        )
    reader = _Reader(folder)
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise ConfigurationError(
            Problem(f"cannot be read: {error.strerror}", "run as a user who may read it", str(folder))
        ) from error
    reader.walk()
    reader.follow_includes()
    return ConfigurationFiles(reader.texts, str(folder), reader.unreadable, _names_of(folder))


def _names_of(folder: Path) -> tuple[str, ...]:
    return (os.path.abspath(folder), os.path.realpath(folder))  # noqa: PTH100 - links stay as they are written


class _Reader:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pending: list[str] = []
        self.texts: dict[str, str] = {}
        self.unreadable: dict[str, str] = {}

    def walk(self) -> None:
        for place, folders, names in os.walk(self._folder, onerror=self._folder_refused):
            folders.sort()
            for name in sorted(names):
                if name.endswith(_SUFFIXES) and len(self.texts) < _MOST_FILES:
                    self._add(Path(place) / name)

    def follow_includes(self) -> None:
        """Add files that are included but stand elsewhere or have another suffix."""
        places = ConfigurationFiles(self.texts, str(self._folder), also_called=_names_of(self._folder))
        while self._pending and len(self.texts) < _MOST_FILES:
            for line in logical_lines(self._pending.pop())[0]:
                target = include_target(line.text)
                for pattern in expand_braces(target) if target else ():
                    full = str(self._folder / places.relative(pattern.strip(BLANKS)))
                    self._folder_of(Path(full))
                    for found in sorted(glob.iglob(full)) if glob.has_magic(full) else [full]:  # noqa: PTH207 - absolute
                        self._add(Path(found))

    def _folder_of(self, path: Path) -> None:
        """Remember a folder that an include looks into but this user may not."""
        parent = path.parent
        try:
            os.scandir(parent).close()
        except PermissionError as error:
            self.unreadable[self._name(parent) + "/"] = error.strerror or "permission denied"
        except (OSError, ValueError):
            return

    def _folder_refused(self, error: OSError) -> None:
        self.unreadable[self._name(Path(error.filename)) + "/"] = error.strerror or "permission denied"

    def _add(self, path: Path) -> None:
        name = self._name(path)
        if name in self.texts or name in self.unreadable:
            return
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                return  # Asterisk ignores what is no regular file
            text = path.read_bytes().decode("utf-8", "replace")
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return
        except OSError as error:
            if error.errno == errno.ELOOP:
                return
            self.unreadable[name] = error.strerror or type(error).__name__
            return
        self.texts[name] = text
        self._pending.append(text)

    def _name(self, path: Path) -> str:
        clean = Path(os.path.normpath(path))
        home = Path(os.path.normpath(self._folder))
        return str(clean.relative_to(home)) if clean.is_relative_to(home) else str(clean)
