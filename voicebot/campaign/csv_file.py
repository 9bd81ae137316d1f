"""CSV as spreadsheets write it, line by line. Bad lines are reported with their place, the others are yielded.

A file is read line by line, because a line break inside a value is a fault anyway: a quote that is never closed then
costs its own line and not the rest of the file. Lines end in LF, CRLF or CR, as the file has them; the first line
names the columns, or says ``sep=;`` as Excel writes it; comma, semicolon, tab or bar stand between values, whichever
makes the most of the names.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

from voicebot.campaign import columns, fields
from voicebot.campaign.fields import RefusedValue
from voicebot.errors import Problem

LONGEST_LINE: Final = 65536
"""Characters."""
LONGEST_RECORD: Final = 50
"""How many lines a value with line breaks is followed for, to distinguish it from an unclosed quote."""
MOST_COLUMNS: Final = 200
_MARKS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SEPARATOR: Final = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end, or why it cannot be read."""

    number: int
    text: str
    problem: Problem | None = None


def lines_of(file: IO[bytes], encoding: str, name: str) -> Generator[Line, None, None]:
    """Read a file that was found to be in ``encoding``, line by line; ``name`` is its own, for messages."""
    start = io.TextIOWrapper(file, encoding, newline="")
    piece = start.read(LONGEST_LINE)
    start.detach()
    file.seek(0)
    end = "\n" if "\n" in piece or "\r" not in piece else "\r"
    text = io.TextIOWrapper(file, encoding, newline=end)
    number = 0
    try:
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith(end):
                while (rest := text.readline(LONGEST_LINE)) and not rest.endswith(end):
                    pass
                problem = Problem("the line is too long", "look for a missing line break", name, number)
                yield Line(number, "", problem)
                continue
            yield Line(number, line.removesuffix(end).removesuffix("\r"))
    except UnicodeDecodeError:
        problem = Problem("was changed while it was being read", "import it again", name, number + 1)
        yield Line(number + 1, "", problem)
    finally:
        text.detach()


class CsvFile:
    """Reads one file.

    Parameters
    ----------
    name
        Of the file, for messages.
    needs
        Columns that the script needs beside those that every file has.
    required
        Columns that every such file has.
    """

    def __init__(self, name: str, needs: Sequence[str], required: Sequence[str] = columns.REQUIRED) -> None:
        self._file, self._needs, self._required = name, needs, required

    def _problem(self, line: int, what: str, cure: str) -> Problem:
        return Problem(what, cure, self._file, line)

    def records(self, lines: Iterator[Line]) -> Iterator[tuple[int, dict[str, str]] | Problem]:
        """Yield the values of each line by their columns' names, or what is wrong with it."""
        first = _next_written(lines)
        said = _SEPARATOR.fullmatch(first.text.strip(" ")) if first is not None else None
        if said is not None and said[1] not in _MARKS:
            cure = f"use one of {' '.join(_MARKS).replace(chr(9), 'tab')} between values"
            yield self._problem(1, f"values cannot be separated by {said[1]!r}", cure)
            return
        if said is not None:
            first = _next_written(lines)
        if first is None:
            yield Problem("the file is empty", "the first line names the columns", self._file)
            return
        if first.problem is not None:
            yield first.problem
            return
        try:
            delimiter, header = self._header(first.text, said[1] if said is not None else "")
        except csv.Error as error:
            yield self._problem(first.number, f"the column names cannot be read: {error}", "close every quote")
            return
        faults = self._faults(header, first.number)
        yield from faults
        if not faults:
            yield from self._records(lines, header, delimiter)

    def _header(self, text: str, said: str) -> tuple[str, list[str]]:
        """Return what separates values, and the columns' names; raises csv.Error where no way of reading them works."""
        read: list[tuple[int, int, str, list[str]]] = []
        error: csv.Error | None = None
        for place, mark in enumerate(said or _MARKS):
            try:
                names = _split(text, mark)
            except csv.Error as found:
                error = found
                continue
            read.append((columns.known(names, self._needs), -place, mark, columns.read(names, self._needs)))
        meaning, _, delimiter, header = max(read, default=(0, 0, "", []))
        if error is not None and not meaning:
            raise error
        return delimiter, header

    def _faults(self, header: Sequence[str], line: int) -> list[Problem]:
        if len(header) > MOST_COLUMNS:
            return [self._problem(line, f"has {len(header)} columns", f"at most {MOST_COLUMNS} are taken")]
        if not columns.known(header, self._needs):
            if "".join(header[:1]).startswith(("{", "[")):
                return [self._problem(line, "is JSON", "write one object on each line, in a file named .jsonl")]
            cure = f"name them, like {', '.join(self._required)}, and take out what stands above their names"
            return [self._problem(line, "the first line names no column that is known", cure)]
        problems = []
        for name in header:
            try:
                fields.text("column", name)
            except RefusedValue as error:
                problems.append(self._problem(line, f"a column's name {error.what}", error.cure))
        return problems + [
            self._problem(line, what, cure) for what, cure in columns.faults(header, self._needs, self._required)
        ]

    def _records(
        self, lines: Iterator[Line], header: Sequence[str], delimiter: str
    ) -> Iterator[tuple[int, dict[str, str]] | Problem]:
        waiting: list[Line] = []

        def next_line() -> Line | None:
            return waiting.pop(0) if waiting else next(lines, None)

        while (line := next_line()) is not None:
            if line.problem is not None:
                yield line.problem
                continue
            if not line.text.strip():
                continue
            try:
                values = _split(line.text, delimiter)
            except csv.Error:
                yield self._broken(line, lines, waiting, header, delimiter)
                continue
            if len(values) > len(header) and not any(value.strip() for value in values[len(header) :]):
                values = values[: len(header)]
            if len(values) != len(header):
                yield self._problem(
                    line.number,
                    f"has {len(values)} values for {len(header)} columns",
                    f"put values with {_MARKS[delimiter]} in double quotes",
                )
            elif any(value.strip() for value in values):  # a row of empty cells is no lead
                yield line.number, dict(zip(header, values, strict=True))

    def _broken(
        self, line: Line, lines: Iterator[Line], waiting: list[Line], header: Sequence[str], delimiter: str
    ) -> Problem:
        """Distinguish a value with line breaks (all its lines are faulty) from a stray quote (only one is)."""
        following: list[Line] = []
        texts = [line.text]
        while len(following) < LONGEST_RECORD:
            more = waiting.pop(0) if waiting else next(lines, None)
            if more is None:
                break
            following.append(more)
            if more.problem is not None:
                break
            texts.append(more.text)
            try:
                values = _split("\n".join(texts), delimiter)
            except csv.Error:
                continue
            if len(values) == len(header):
                return self._problem(line.number, "a value has a line break", "write each lead on one line")
            break
        waiting[:0] = following
        return self._problem(line.number, "has a stray or unclosed double quote", "close it, or write it twice")


def _next_written(lines: Iterator[Line]) -> Line | None:
    """Return the next line that is not empty, nor of empty cells alone, as some programs write at the top."""
    return next((line for line in lines if line.problem is not None or line.text.strip(' ,;\t|"')), None)


def _split(text: str, delimiter: str) -> list[str]:
    """Split one record; raises csv.Error if its quotes are malformed."""
    if '"' not in text:
        return text.split(delimiter)
    return next(csv.reader([text], delimiter=delimiter, strict=True))
