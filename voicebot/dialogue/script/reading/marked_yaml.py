"""YAML as designers write it: every value remembers its position, all scalars stay strings, and nothing can explode.

YAML's own guesses (``on`` as true, ``no`` as false, ``1_0`` as ten) are ignored: models decide what a word is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from voicebot.errors import Problem

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 24
MAX_VALUES: Final = 40_000
"""Values in a file once aliases are expanded: this stops an alias bomb."""

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """1-based line and column in a file."""

    file: str
    line: int
    column: int


@dataclass(slots=True)
class Document:
    """A file's data and the position of each part of it.

    Parameters
    ----------
    data
        Mappings, lists, strings and ``None``.
    places
        Path of keys and indexes → place of the key (or of the list's item).
    problems
        What is wrong with the YAML itself.
    """

    data: Any = None
    places: dict[Path_, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path_) -> Place | None:
        """Place of ``path``; parts of it that are not in the file are passed over."""
        known: Path_ = ()
        for part in path:
            if (*known, part) in self.places:
                known = (*known, part)
        return self.places.get(known)

    def problem(self, path: Path_, what: str, cure: str = "") -> Problem:
        """Make a problem that stands at ``path``."""
        place = self.place(path)
        if place is None:
            return Problem(what, cure)
        return Problem(what, cure, place.file, place.line, place.column)


_WHOLE: Final = frozenset({"opening", "exhausted", "transfer"})
"""Sections that are one line or one move: the including file's own replaces them entirely."""


def read_document(path: Path, shown: str | None = None) -> Document:
    """Read one YAML file.

    Parameters
    ----------
    path
        The file.
    shown
        How problems name it; the path itself where not given.

    Returns
    -------
    Document
        With ``problems`` instead of exceptions, and as much data as could be read.
    """
    name = shown or str(path)
    document = Document()
    try:
        if path.stat().st_size > MAX_BYTES:
            document.problems.append(Problem(f"is larger than {MAX_BYTES} bytes", "split it with include", name))
            return document
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        document.problems.append(Problem(f"is not UTF-8 (byte {error.start})", "save it as UTF-8", name))
        return document
    except OSError as error:
        document.problems.append(
            Problem(f"cannot be read: {error.strerror}", "check the path and its permissions", name)
        )
        return document
    return parse_document(text, name)


def parse_document(text: str, name: str) -> Document:
    """Read YAML from ``text``; ``name`` is how problems call it."""
    document = Document()
    try:
        node = _composed(text)
    except yaml.MarkedYAMLError as error:
        document.problems.append(_syntax(error, text, name))
        return document
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - (text.rfind("\n", 0, error.position) + 1) + 1
        character = chr(error.character) if isinstance(error.character, int) else error.character
        what = f"has a character that YAML does not allow: {character!r}"
        document.problems.append(Problem(what, "remove it", name, line, column))
        return document
    except RecursionError:
        document.problems.append(Problem("is nested too deeply", "", name))
        return document
    if node is None:
        document.problems.append(Problem("is empty", "", name, 1, 1))
        return document
    document.places[()] = _place(node, name)
    document.data = _Walk(document, name).value(node, (), 0)
    return document


@lru_cache(maxsize=32)
def _composed(text: str) -> yaml.Node | None:
    """Compose a text; scripts share their large parts (intents, questions), which are composed once."""
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    return node


def merge(main: Document, shared: Document, sections: tuple[str, ...]) -> None:
    """Put the ``sections`` of an included document under those of ``main``; what ``main`` says wins, key by key."""
    if not isinstance(main.data, dict) or not isinstance(shared.data, Mapping):
        return
    for section in sections:
        if section not in shared.data:
            continue
        theirs = shared.data[section]
        ours = main.data.get(section)
        if ours is None:
            main.data[section] = theirs
            _copy_places(main, shared, (section,))
        elif isinstance(ours, dict) and isinstance(theirs, Mapping) and section not in _WHOLE:
            for key, value in theirs.items():
                if key not in ours:
                    ours[key] = value
                    _copy_places(main, shared, (section, key))


def _copy_places(main: Document, shared: Document, prefix: Path_) -> None:
    for path, place in shared.places.items():
        if path[: len(prefix)] == prefix:
            main.places[path] = place


def _place(node: yaml.Node, name: str) -> Place:
    return Place(name, node.start_mark.line + 1, node.start_mark.column + 1)


def _syntax(error: yaml.MarkedYAMLError, text: str, name: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    what = " ".join(str(part) for part in (error.context, error.problem) if part)
    lines = text.splitlines()
    here = lines[line - 1] if line <= len(lines) else ""
    cure = "check quotes, colons and how far the line is indented"
    if "\t" in here[: len(here) - len(here.lstrip())] or "'\\t'" in what:
        what, cure = "a tab is used to indent", "indent with spaces"
    elif "found another document" in what or "expected a single document" in what:
        what, cure = "a second document begins", "a file holds one script: remove the line '---'"
    elif "mapping values are not allowed" in what:
        what, cure = "there is a colon where none is expected", "put quotes around text that holds a colon"
    elif "undefined alias" in what:
        cure = "put quotes around text that begins with * or &"
    return Problem(what, cure, name, line, column)


class _Walk:
    def __init__(self, document: Document, name: str) -> None:
        self._document = document
        self._name = name
        self._values = 0
        self._open: set[int] = set()
        self._stopped = False

    def _fault(self, node: yaml.Node, what: str, cure: str = "") -> None:
        place = _place(node, self._name)
        self._document.problems.append(Problem(what, cure, place.file, place.line, place.column))

    def value(self, node: yaml.Node, path: Path_, depth: int) -> Any:
        self._values += 1
        if self._stopped:
            return None
        if self._values > MAX_VALUES or depth > MAX_DEPTH or id(node) in self._open:
            self._stopped = True
            self._fault(node, "is too large or too deeply nested once aliases are written out", "use fewer aliases")
            return None
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return self._sequence(node, path, depth)
            assert isinstance(node, yaml.MappingNode)  # noqa: S101 - YAML has no fourth kind
            return self._mapping(node, path, depth)
        finally:
            self._open.discard(id(node))

    def _scalar(self, node: yaml.ScalarNode) -> str | None:
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self._fault(node, f"the tag {node.tag} has no meaning here", "remove it")
        empty = node.style is None and node.value in {"", "~", "null"}
        return None if empty else str(node.value)

    def _sequence(self, node: yaml.SequenceNode, path: Path_, depth: int) -> list[Any]:
        items = []
        for index, item in enumerate(node.value):
            self._document.places[(*path, index)] = _place(item, self._name)
            items.append(self.value(item, (*path, index), depth + 1))
        return items

    def _mapping(self, node: yaml.MappingNode, path: Path_, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(key_node, "a key must be a plain word", "put quotes around it")
                continue
            key = str(key_node.value)
            if key == "<<":
                self._fault(key_node, "merging with << is not supported", "use include")
                continue
            if key in found:
                self._fault(key_node, f"{key!r} is given twice here, first in line {first[key]}", "keep one of them")
                continue
            first[key] = key_node.start_mark.line + 1
            self._document.places[(*path, key)] = _place(key_node, self._name)
            found[key] = self.value(value_node, (*path, key), depth + 1)
        return found
