"""The lines of a configuration file that Asterisk looks at: without comments, escapes and byte order mark. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BLANKS: Final = "".join(map(chr, range(33)))
"""What Asterisk's ``ast_strip`` takes for blank; a no-break space is none."""
_LONGEST_LINE: Final = 8190
"""Bytes; Asterisk skips longer lines (``config_text_file_load``, a buffer of 8192)."""
_DEEPEST_COMMENT: Final = 128
_BYTE_ORDER_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Line:
    """One line that says something.

    Parameters
    ----------
    number
        1-based, in its file.
    text
        Without comments and surrounding blanks; ``\\;`` has become ``;``.
    """

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class LineFault:
    """A line from which on Asterisk silently ignores something.

    Parameters
    ----------
    number
        1-based, in its file.
    what, cure
        As in a ``Problem``.
    """

    number: int
    what: str
    cure: str


def logical_lines(text: str, *, marked: bool = True) -> tuple[list[Line], list[LineFault]]:
    """Split a file as Asterisk does.

    Parameters
    ----------
    text
        The whole file; any text will do.
    marked
        A byte order mark at its beginning is no part of it.

    Returns
    -------
    tuple
        The lines that say something, and those that Asterisk silently skips, which the writer cannot have meant.
    """
    lines: list[Line] = []
    faults: list[LineFault] = []
    depth, opened = 0, 0
    for number, raw in enumerate((text.removeprefix(_BYTE_ORDER_MARK) if marked else text).split("\n"), 1):
        if len(raw.encode("utf-8", "replace")) > _LONGEST_LINE:
            faults.append(LineFault(number, "Asterisk skips this line: it is too long", "make it shorter"))
            continue
        before = depth
        # To Asterisk, written in C, a line ends at a zero byte.
        kept, depth = _without_comments(raw.split("\0", 1)[0], depth)
        if depth > 0 >= before:
            opened = number
        if depth < 0 <= before:
            faults.append(
                LineFault(number, "--; closes no comment: Asterisk skips everything after this line", "take it out")
            )
        stripped = kept.strip(BLANKS)
        if stripped:
            lines.append(Line(number, stripped))
    if depth > 0:
        faults.append(
            LineFault(opened, "the comment that begins here with ;-- is never closed", "close it with --;, or use ;")
        )
    return lines, faults


def _without_comments(raw: str, depth: int) -> tuple[str, int]:
    """Return what a line says outside comments, and how deep in block comments it ends.

    ``;--`` opens (``;---`` does not), ``--;`` closes, and what closes more than was opened makes Asterisk skip the rest
    of the file: its counter is then below zero.
    """
    kept = ""
    begin = 0 if depth == 0 else None  # of the part that counts and has not been kept yet
    position = 0
    while (found := raw.find(";", position)) >= 0:
        if found > position and raw[found - 1] == "\\":
            raw = raw[: found - 1] + raw[found:]
            position = found
        elif raw[found + 1 : found + 3] == "--" and raw[found + 3 : found + 4] != "-":
            if depth >= _DEEPEST_COMMENT:
                break
            if begin is not None:
                kept += raw[begin:found]
                begin = None
            depth += 1
            position = found + 3
        elif found >= position + 2 and raw[found - 2 : found] == "--":
            depth -= 1
            position = found + 1
            if depth == 0:
                begin = position
        elif depth == 0:
            return kept + raw[begin:found], depth
        else:
            position = found + 1
    return kept + (raw[begin:] if begin is not None else ""), depth
