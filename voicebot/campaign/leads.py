"""Leads out of CSV and JSON lines. A bad line is refused with file, line, what and cure; the others go in.

A CSV file is read line by line, because a line break inside a value is a fault anyway: so a quote that is never
closed costs its own line and not the rest of the file. UTF-8, with or without a byte order mark; the first line
names the columns; comma, semicolon or tab between them, whichever the first line uses.
"""

from __future__ import annotations

import csv
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by
from pathlib import Path
from typing import IO, Any, Final

from voicebot.agi import numbers
from voicebot.campaign import fields
from voicebot.campaign.fields import Unfit
from voicebot.config import TrunkSection
from voicebot.errors import ConfigurationError, Problem
from voicebot.store.records import NewLead

REQUIRED: Final = ("phone", "name", "company", "amount", "currency", "due_date")
"""Columns that every file has; ``timezone`` may be left out where the numbers tell it."""
OPTIONAL: Final = ("timezone", "reference")
LONGEST_LINE: Final = 65536
"""Bytes."""
LONGEST_RECORD: Final = 50
"""Lines that a value with line breaks is followed for, to tell it from a quote that was never closed."""
MOST_COLUMNS: Final = 200


class Seen:
    """The leads of one import, so that two lines of it never mean the same lead without a word."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], tuple[str, int, int]] = {}

    def fault(self, lead: NewLead, file: str, line: int) -> Problem | None:
        """Take a lead in; say what is wrong where another line has its reference (or number, without one)."""
        kind = "reference" if lead.reference else "phone"
        known = lead.reference or lead.phone
        values = hash((lead.phone, lead.name, lead.company, lead.amount, lead.currency, lead.due_date, lead.timezone,
                       tuple(sorted(lead.more.items()))))  # fmt: skip
        at, on, as_it_was = self._lines.setdefault((kind, known), (file, line, values))
        if (at, on) == (file, line) or as_it_was == values:
            return None
        where = f"line {on}" if at == file else f"{at}:{on}"
        cure = "give each of them a reference of its own" if kind == "phone" else "leave one of them"
        return Problem(f"{where} has the same {kind} {known} and other values", cure, file, line)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the leads of one import must fit.

    Parameters
    ----------
    needs
        Columns that the script needs beside those that every lead has.
    trunk_name, trunk
        The trunk that will dial them: its allow-list must match.
    region
        The country of numbers without a country code (two letters), empty where nobody said.
    seen
        The leads that were read before, of all files of the import.
    """

    needs: Sequence[str]
    trunk_name: str
    trunk: TrunkSection
    region: str = ""
    seen: Seen = made_by(default_factory=Seen)


@dataclass(frozen=True, slots=True)
class Row:
    """A good line: where it stood, and the lead in it."""

    line: int
    lead: NewLead


def iterate_leads(path: Path, terms: Terms) -> Iterator[Row | Problem]:
    """Read leads one by one.

    Parameters
    ----------
    path
        ``.jsonl`` or ``.ndjson``: one JSON object a line; any other: CSV.
    terms
        What they must fit.

    Yields
    ------
    Row or Problem
        In the order of the file. A fault of the whole file is a problem, and nothing comes after it.

    Raises
    ------
    ConfigurationError
        A pattern of the trunk is no regular expression, or the region is none.
    """
    faults = numbers.check_patterns(terms.trunk_name, terms.trunk)
    if faults:
        raise ConfigurationError(faults)
    reader = _Reader(str(path), terms)
    try:
        with path.open("rb") as file:
            start = file.read(4)
            file.seek(0)
            if start.startswith((b"\xff\xfe", b"\xfe\xff")):
                yield Problem("the file is UTF-16", "save it as CSV UTF-8", str(path))
            elif path.suffix.lower() in {".jsonl", ".ndjson"}:
                yield from reader.json_lines(file)
            else:
                yield from reader.csv(file)
    except OSError as error:
        yield Problem(f"cannot be read: {error.strerror}", "check the path and its rights", str(path))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without its end, or why it cannot be read."""

    number: int
    text: str
    problem: Problem | None = None


class _Reader:
    def __init__(self, file: str, terms: Terms) -> None:
        self._file, self._terms = file, terms
        self._needs = tuple(need for need in terms.needs if need not in (*REQUIRED, *OPTIONAL))

    # --- lines

    def _lines(self, file: IO[bytes]) -> Iterator[_Line]:
        number = 0
        while raw := file.readline(LONGEST_LINE):
            number += 1
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
                while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                    pass
                yield _Line(number, "", self._problem(number, "the line is too long", "look for a missing line break"))
                continue
            raw = raw.removesuffix(b"\n").removesuffix(b"\r")
            try:
                yield _Line(number, raw.decode("utf-8"))
            except UnicodeDecodeError as error:
                yield _Line(
                    number,
                    "",
                    self._problem(
                        number,
                        f"is not UTF-8 (byte 0x{raw[error.start]:02X} after {error.start} others)",
                        "save the file as CSV UTF-8",
                    ),
                )

    def _problem(self, line: int, what: str, cure: str) -> Problem:
        return Problem(what, cure, self._file, line)

    # --- CSV

    def csv(self, file: IO[bytes]) -> Iterator[Row | Problem]:
        lines = self._lines(file)
        first = next(lines, None)
        if first is None:
            yield Problem("the file is empty", "the first line names the columns", self._file)
            return
        if first.problem is not None:
            yield first.problem
            return
        delimiter = next((mark for mark in ",;\t" if mark in first.text), ",")
        try:
            header = [_column(name) for name in _split(first.text, delimiter)]
        except csv.Error as error:
            yield self._problem(1, f"the column names cannot be read: {error}", "close every quote")
            return
        faults = self._header_faults(header)
        yield from faults
        if not faults:
            yield from self._records(lines, header, delimiter)

    def _header_faults(self, header: Sequence[str]) -> list[Problem]:
        problems = []
        if len(header) > MOST_COLUMNS:
            return [self._problem(1, f"has {len(header)} columns", f"at most {MOST_COLUMNS} are taken")]
        for name in dict.fromkeys(name for name in header if header.count(name) > 1):
            problems.append(self._problem(1, f"there are {header.count(name)} columns {name!r}", "leave one of them"))
        for name in header:
            try:
                fields.text("column", name)
            except Unfit as unfit:
                problems.append(self._problem(1, f"a column's name {unfit.what}", unfit.cure))
        for name in (*REQUIRED, *self._needs):
            if name not in header:
                near = difflib.get_close_matches(name, [other for other in header if other not in REQUIRED], 1, 0.6)
                cure = f"is it the one called {near[0]!r}? Rename it" if near else "add it"
                problems.append(self._problem(1, f"the column {name!r} is missing", cure))
        return problems

    def _records(self, lines: Iterator[_Line], header: Sequence[str], delimiter: str) -> Iterator[Row | Problem]:
        waiting: list[_Line] = []

        def next_line() -> _Line | None:
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
            if len(values) != len(header):
                yield self._problem(
                    line.number,
                    f"has {len(values)} values for {len(header)} columns",
                    f"put values with {_MARKS[delimiter]} in double quotes",
                )
                continue
            yield from self._row(line.number, dict(zip(header, values, strict=True)))

    def _broken(
        self, line: _Line, lines: Iterator[_Line], waiting: list[_Line], header: Sequence[str], delimiter: str
    ) -> Problem:
        """Tell a value with line breaks, whose lines all go with it, from a stray quote, which costs one line."""
        following: list[_Line] = []
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

    # --- JSON lines

    def json_lines(self, file: IO[bytes]) -> Iterator[Row | Problem]:
        for line in self._lines(file):
            if line.problem is not None:
                yield line.problem
                continue
            if not line.text.strip():
                continue
            try:
                values = _object(line.text)
            except Unfit as unfit:
                yield self._problem(line.number, unfit.what, unfit.cure)
            except (ValueError, RecursionError) as error:
                yield self._problem(line.number, f"is not JSON: {error}", "write one JSON object on each line")
            else:
                yield from self._row(line.number, values)

    # --- one lead

    def _number(self, value: str) -> str:
        number = fields.phone(value, self._terms.region)
        try:
            return numbers.check_number(number, self._terms.trunk_name, self._terms.trunk)
        except ConfigurationError as error:
            raise Unfit(f"{value}: {error.problems[0].what}", error.problems[0].cure) from error

    def _row(self, line: int, values: Mapping[str, str]) -> Iterator[Row | Problem]:
        """Check all values of a line, so that all its faults are told at once."""
        problems: list[Problem] = []
        taken: dict[str, str] = {}
        for field, value in values.items():
            try:
                taken[field] = fields.text(field, value)
            except Unfit as unfit:
                problems.append(self._problem(line, f"{field} {unfit.what}", unfit.cure))
        for field in (*REQUIRED, *self._needs):
            if not values.get(field, "").strip():
                problems.append(self._problem(line, f"{field} is missing", "fill it in, or leave out the line"))

        def check(field: str, make: Any, *more: Any) -> Any:
            value = taken.get(field, "")
            if not value and field != "timezone":
                return None
            try:
                return make(value, *more)
            except Unfit as unfit:
                problems.append(self._problem(line, f"{field}: {unfit.what}", unfit.cure))
                return None

        number = check("phone", self._number)
        currency = check("currency", fields.currency)
        amount = check("amount", fields.amount, currency or "")
        due_date = check("due_date", fields.day)
        # Without a number there is no telling its zone: only what is written is checked then.
        zone: str | None = check("timezone", fields.zone, number) if number or taken.get("timezone") else None
        if problems or zone is None:
            yield from problems
            return
        lead = NewLead(
            phone=number,
            name=taken["name"],
            company=taken["company"],
            amount=amount,
            currency=currency,
            due_date=due_date,
            timezone=zone,
            reference=taken.get("reference", ""),
            more={field: value for field, value in taken.items() if value and field not in (*REQUIRED, *OPTIONAL)},
        )
        yield self._terms.seen.fault(lead, self._file, line) or Row(line, lead)


_MARKS: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}


def _split(text: str, delimiter: str) -> list[str]:
    """Split one record; raises csv.Error where its quotes are not in order."""
    if '"' not in text:
        return text.split(delimiter)
    return next(csv.reader([text], delimiter=delimiter, strict=True))


def _column(name: str) -> str:
    return "_".join(name.strip().lower().split())


def _object(text: str) -> dict[str, str]:
    """Read one JSON object; numbers stay as they are written."""
    values = json.loads(text, object_pairs_hook=_unique, parse_float=str, parse_int=str, parse_constant=_no_constant)
    if not isinstance(values, dict):
        raise Unfit("is not a JSON object", 'write {"phone": …, "name": …} on each line')
    return {_column(name): _plain(name, value) for name, value in values.items()}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [_column(name) for name, _ in pairs]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise Unfit(f"has {doubled!r} twice", "leave one of them")
    return dict(pairs)


def _no_constant(name: str) -> str:
    raise Unfit(f"{name} is no value", "write a number or text")


def _plain(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unfit(f"{name} is not text or a number", "write one value for each name")
    return value
