"""Leads out of CSV and JSON lines. A bad line is refused with file, line, what and cure; the others go in."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by
from pathlib import Path
from typing import Any

from voicebot.agi import numbers
from voicebot.campaign import columns, fields
from voicebot.campaign.columns import OPTIONAL, REQUIRED
from voicebot.campaign.csv_file import CsvFile, Line, lines_of
from voicebot.campaign.encodings import encoding_of
from voicebot.campaign.fields import RefusedValue
from voicebot.config import TrunkSection
from voicebot.dialogue.script.lead_check import unsayable
from voicebot.errors import ConfigurationError, Problem
from voicebot.store.records import NewLead


class Seen:
    """The leads of one import, so that two lines that mean the same lead are noticed."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], tuple[str, int, int]] = {}

    def fault(self, lead: NewLead, file: str, line: int) -> Problem | None:
        """Add a lead; return what is wrong if another line has its reference (or number, without one)."""
        kind = "reference" if lead.reference else "phone"
        known = lead.reference or lead.phone
        values = hash((lead.phone, lead.name, lead.company, lead.amount, lead.currency, lead.due_date, lead.timezone,
                       tuple(sorted(lead.more.items()))))  # fmt: skip
        at, on, as_it_was = self._lines.setdefault((kind, known), (file, line, values))
        if (at, on) == (file, line) or as_it_was == values:
            return None
        where = f"line {on}" if at == file else f"{at}:{on}"
        cure = "give each of them its own reference" if kind == "phone" else "keep one of them"
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
        The country of numbers without a country code (two letters); empty where it was not given.
    encoding
        Of the files, where a person named one (``encodings.check_encoding``).
    language
        BCP 47 tag of the script; empty: whether names and amounts can be said in it is not checked.
    seen
        The leads read so far, across all files of the import.
    """

    needs: Sequence[str]
    trunk_name: str
    trunk: TrunkSection
    region: str = ""
    encoding: str = ""
    language: str = ""
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
        A pattern of the trunk is not a regular expression, or its region is unknown.
    """
    faults = numbers.check_patterns(terms.trunk_name, terms.trunk)
    if faults:
        raise ConfigurationError(faults)
    reader = _Reader(str(path), terms)
    try:
        with path.open("rb") as file:
            encoding = encoding_of(file, terms.encoding)
            if encoding.fault:
                yield Problem(encoding.fault, encoding.cure, str(path), encoding.line)
                return
            with contextlib.closing(lines_of(file, encoding.name, str(path))) as lines:
                is_json = path.suffix.lower() in {".jsonl", ".ndjson"}
                yield from reader.json_lines(lines) if is_json else reader.csv(lines)
    except OSError as error:
        yield Problem(f"cannot be read: {error.strerror}", "check the path and its permissions", str(path))


class _Reader:
    def __init__(self, file: str, terms: Terms) -> None:
        self._file, self._terms = file, terms
        self._needs = tuple(need for need in terms.needs if need not in (*REQUIRED, *OPTIONAL))

    def csv(self, lines: Iterator[Line]) -> Iterator[Row | Problem]:
        for found in CsvFile(self._file, self._needs).records(lines):
            if isinstance(found, Problem):
                yield found
            else:
                yield from self._row(*found)

    def _problem(self, line: int, what: str, cure: str) -> Problem:
        return Problem(what, cure, self._file, line)

    # --- JSON lines

    def json_lines(self, lines: Iterator[Line]) -> Iterator[Row | Problem]:
        for line in lines:
            if line.problem is not None:
                yield line.problem
                continue
            if not line.text.strip():
                continue
            try:
                values = _object(line.text)
            except RefusedValue as error:
                yield self._problem(line.number, error.what, error.cure)
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
            raise RefusedValue(f"{value}: {error.problems[0].what}", error.problems[0].cure) from error

    def _row(self, line: int, values: Mapping[str, str]) -> Iterator[Row | Problem]:
        """Check all values of a line, so that all its faults are reported at once."""
        problems: list[Problem] = []
        taken: dict[str, str] = {}
        for field, value in values.items():
            try:
                taken[field] = fields.text(field, value)
            except RefusedValue as error:
                problems.append(self._problem(line, f"{field} {error.what}", error.cure))
        for field in (*REQUIRED, *self._needs):
            if not values.get(field, "").strip():
                problems.append(self._problem(line, f"{field} is missing", "fill it in, or leave out the line"))

        def check(field: str, make: Any, *more: Any) -> Any:
            value = taken.get(field, "")
            if not value and field != "timezone":
                return None
            try:
                return make(value, *more)
            except RefusedValue as error:
                problems.append(self._problem(line, f"{field}: {error.what}", error.cure))
                return None

        number = check("phone", self._number)
        currency = check("currency", fields.currency)
        amount = check("amount", fields.amount, currency or "")
        due_date = check("due_date", fields.day)
        if currency and amount and self._terms.language:
            said = unsayable(
                self._terms.language,
                name=taken.get("name", ""),
                company=taken.get("company", ""),
                amount=amount,
                currency=currency,
            )
            problems += [self._problem(line, one.what, one.cure) for one in said]
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


def _object(text: str) -> dict[str, str]:
    """Read one JSON object; numbers stay as they are written."""
    values = json.loads(text, object_pairs_hook=_unique, parse_float=str, parse_int=str, parse_constant=_no_constant)
    if not isinstance(values, dict):
        raise RefusedValue("is not a JSON object", 'write {"phone": …, "name": …} on each line')
    return {columns.plain(name): _plain(name, value) for name, value in values.items()}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [columns.plain(name) for name, _ in pairs]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise RefusedValue(f"has {doubled!r} twice", "keep one of them")
    return dict(pairs)


def _no_constant(name: str) -> str:
    raise RefusedValue(f"{name} is not a value", "write a number or text")


def _plain(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RefusedValue(f"{name} is not text or a number", "write one value for each name")
    return value
