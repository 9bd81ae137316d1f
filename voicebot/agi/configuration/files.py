"""The files of one configuration folder as texts, and which of them an include names. Pure."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Final

from voicebot.agi.configuration.lines import logical_lines
from voicebot.agi.configuration.sections import Reading, read_sections

_MAGIC: Final = frozenset("*?[")
_BRACES: Final = re.compile(r"\{([^{}]*,[^{}]*)\}")
_MOST_PATTERNS: Final = 256
_DIRECTORY: Final = re.compile(r"astetcdir\s*=>?\s*(\S+)")


class ConfigurationFiles:
    """All files of one configuration folder, as texts.

    Parameters
    ----------
    texts
        Path relative to the folder (or absolute for files elsewhere) -> text.
    folder
        Shown before relative paths in problems.
    unreadable
        Path as in ``texts`` of what is there but could not be read -> why; a folder's ends with a slash.
    also_called
        Other paths of the same folder.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        folder: str = "",
        unreadable: Mapping[str, str] | None = None,
        also_called: Sequence[str] = (),
    ) -> None:
        self._texts = dict(texts)
        self._folder = folder
        self._unreadable = dict(unreadable or {})
        self._readings: dict[str, Reading] = {}
        self._homes = [
            home.rstrip("/") + "/"
            for home in (folder, *also_called, _configured_folder(self._texts.get("asterisk.conf", "")))
            if home
        ]

    def __contains__(self, name: str) -> bool:
        return name in self._texts or name in self._unreadable

    def where(self, name: str) -> str:
        """Return how a file is called in problems."""
        return posixpath.join(self._folder, name) if self._folder else name

    def read(self, name: str) -> Reading:
        """Read a file with everything that it includes; a file that is not there defines nothing."""
        if name not in self._readings:
            self._readings[name] = read_sections(self, name)
        return self._readings[name]

    def text(self, name: str) -> str | None:
        """Return a file's text, ``None`` when it is not there."""
        return self._texts.get(name)

    def unreadable(self, name: str) -> str | None:
        """Return why a file that is there could not be read, ``None`` when it could or is not there."""
        return self._unreadable.get(name)

    def matching(self, target: str) -> list[str]:
        """Return the files that an include names, which may be a pattern as a shell knows it."""
        found: dict[str, None] = {}
        for pattern in expand_braces(target):
            clean = self.relative(pattern)
            if _MAGIC & set(clean):
                names = sorted({*self._texts, *self._unreadable})
                found |= dict.fromkeys(name for name in names if glob_matches(name, clean))
            elif clean in self:
                found[clean] = None
        return list(found)

    def unseen_under(self, target: str) -> list[str]:
        """Return what an include may name beyond what could be read: folders without permission."""
        return [
            f"the folder {self.where(name)}, which cannot be read: {reason}"
            for name, reason in self._unreadable.items()
            if name.endswith("/")
            and any(
                fnmatch.fnmatchcase(name.rstrip("/"), posixpath.dirname(self.relative(pattern)))
                for pattern in expand_braces(target)
            )
        ]

    def relative(self, path: str) -> str:
        """Return a path as ``texts`` has it: relative within the folder, absolute elsewhere.

        A path into the folder that ``asterisk.conf`` calls its own (``astetcdir``) is one into this folder, which may
        be a copy of it.
        """
        clean = posixpath.normpath(path)
        if clean.startswith("../"):
            absolute = next((home for home in self._homes if home.startswith("/")), "")
            clean = posixpath.normpath(posixpath.join(absolute, clean))
        for home in self._homes:
            if clean.startswith(home):
                return clean[len(home) :]
        return clean


def expand_braces(pattern: str) -> list[str]:
    """Write ``{a,b}`` out, as glob(3) with ``GLOB_BRACE`` does."""
    done: list[str] = []
    pending = [pattern]
    while pending:
        one = pending.pop(0)
        found = _BRACES.search(one)
        if found is None or len(done) + len(pending) > _MOST_PATTERNS:
            done.append(one)
        else:
            pending = [one[: found.start()] + part + one[found.end() :] for part in found[1].split(",")] + pending
    return list(dict.fromkeys(done))


def glob_matches(name: str, pattern: str) -> bool:
    """Whether a path is one that glob(3) finds: ``*`` stays within a folder and finds no hidden files."""
    names, patterns = name.split("/"), pattern.split("/")
    return len(names) == len(patterns) and all(
        fnmatch.fnmatchcase(one, like) and (not one.startswith(".") or like.startswith("."))
        for one, like in zip(names, patterns, strict=True)
    )


def _configured_folder(text: str) -> str:
    for line in logical_lines(text)[0]:
        found = _DIRECTORY.match(line.text)
        if found is not None:
            return found[1]
    return ""
