"""The positions of keys and values in TOML, which ``tomllib`` does not give. Pure.

The text is known to be valid, because ``tomllib`` has read it, so there are no errors to report here.
"""

from __future__ import annotations

import bisect
import contextlib
import re
from dataclasses import dataclass, field
from typing import Final

Path = tuple[str | int, ...]
"""Keys, and indices within arrays."""

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_BLANKS: Final = re.compile(r"[ \t]*")
_SPACE: Final = re.compile(r"(?:\s|#[^\n]*)*")
_SCALAR: Final = re.compile(r"[^,\]}\s#][^,\]}\n#]*")
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPES: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text; line and column count from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Places:
    """Places of a document.

    Parameters
    ----------
    keys
        Path -> where its last key is written; of a table, where its header is.
    values
        Path -> where its value begins.
    """

    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)

    def of(self, path: Path, *, value: bool) -> Place | None:
        """Return the place of a path, or of the nearest thing that contains it; ``None`` where nothing does."""
        for length in range(len(path), 0, -1):
            head = path[:length]
            first, second = (self.values, self.keys) if value else (self.keys, self.values)
            place = first.get(head) or second.get(head)
            if place is not None:
                return place
        return None


def find_places(text: str) -> Places:
    """Return the places of all keys and values.

    Parameters
    ----------
    text
        Valid TOML; for anything else, returns what was found before the first fault.
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    with contextlib.suppress(IndexError, ValueError, RecursionError):  # not valid after all
        scanner.document()
    return scanner.places


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._counts: dict[Path, int] = {}
        """Array of tables -> index of its newest table."""
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.places = Places()

    def document(self) -> None:
        table: Path = ()
        while self._skip(lines=True):
            if self._here() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        place = self._place()
        closing = "]]" if self._text.startswith("[[", self._at) else "]"
        self._at += len(closing)
        path: Path = ()
        for key, _ in self._dotted():
            path = (*self._newest(path), key)
        if closing == "]]":
            self._counts[path] = self._counts.get(path, -1) + 1
            path = self._newest(path)
        self.places.keys[path] = place
        self._at = self._text.index(closing, self._at) + len(closing)
        return path

    def _newest(self, path: Path) -> Path:
        return (*path, self._counts[path]) if path in self._counts else path

    def _pair(self, table: Path) -> None:
        path = table
        for key, place in self._dotted():
            path = (*self._newest(path), key)
            self.places.keys.setdefault(path, place)
        self._at = self._text.index("=", self._at) + 1
        self._skip()
        self._value(path)

    def _value(self, path: Path) -> None:
        self.places.values.setdefault(path, self._place())
        opening = self._here()
        if opening == "[":
            self._at += 1
            index = 0
            while self._more("]"):
                self._value((*path, index))
                index += 1
        elif opening == "{":
            self._at += 1
            while self._more("}"):
                self._pair(path)
        elif opening in "\"'":
            self._string()
        else:
            found = _SCALAR.match(self._text, self._at)
            if found is None:
                raise ValueError("no value")
            self._at = found.end()

    def _more(self, closing: str) -> bool:
        """Whether another element follows; skips what precedes it, or the end."""
        self._skip(lines=True)
        if self._here() == ",":
            self._at += 1
            self._skip(lines=True)
        if self._here() != closing:
            return True
        self._at += 1
        return False

    def _dotted(self) -> list[tuple[str, Place]]:
        keys = []
        while True:
            self._skip()
            place = self._place()
            keys.append((self._key(), place))
            self._skip()
            if self._here() != ".":
                return keys
            self._at += 1

    def _key(self) -> str:
        if self._here() in "\"'":
            basic = self._here() == '"'
            raw = self._string()
            return _ESCAPE.sub(_unescaped, raw) if basic else raw
        found = _BARE.match(self._text, self._at)
        if found is None:
            raise ValueError("no key")
        self._at = found.end()
        return found[0]

    def _string(self) -> str:
        quote = self._here()
        delimiter = quote * 3 if self._text.startswith(quote * 3, self._at) else quote
        begin = self._at = self._at + len(delimiter)
        while not self._text.startswith(delimiter, self._at):
            self._at += 2 if quote == '"' and self._here() == "\\" else 1
            self._here()
        if len(delimiter) == 3:
            while self._text.startswith(quote, self._at + 3):
                self._at += 1  # up to two quotes may stand before the closing three
        content = self._text[begin : self._at]
        self._at += len(delimiter)
        return content

    def _skip(self, *, lines: bool = False) -> bool:
        """Skip blanks, with ``lines`` also line ends and comments; return whether anything is left."""
        found = (_SPACE if lines else _BLANKS).match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at < len(self._text)

    def _here(self) -> str:
        return self._text[self._at]

    def _place(self) -> Place:
        line = bisect.bisect_right(self._starts, self._at)
        return Place(line, self._at - self._starts[line - 1] + 1)


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _ESCAPES.get(found[3], found[3])
