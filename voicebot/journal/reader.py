"""Journals of any age, read as typed events. No entry, however damaged, makes this fail."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from voicebot.journal.events import BY_NAME, Begun, Entry, Event, Unknown

_E = TypeVar("_E", bound=Event)
_RENAMED_EVENTS: Final = {"look": "interim"}
_RENAMED_FIELDS: Final = {"look": "query"}
"""Version 1 called it a look when words were asked for."""
_NESTED: Final = {"hung_up": "hang_up", "ending": "ending"}
"""Events whose fields version 1 kept one level deeper, and under which name."""


def read_entries(lines: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Read a journal.

    Parameters
    ----------
    lines
        Entries as they are stored, in order: ``at``, ``event``, and the event's own fields.

    Returns
    -------
    list
        One for each that names an event. Those that this version does not know are ``Unknown``.
    """
    reader = Reader()
    return [entry for line in lines if (entry := reader.read(line)) is not None]


class Reader:
    """Reads a journal entry by entry, in order: the first one says by which schema the others are read."""

    def __init__(self) -> None:
        self._schema = 1

    def read(self, line: Mapping[str, Any]) -> Entry | None:
        """Return an entry as it is stored as a typed one; ``None`` where it names no event."""
        name = line.get("event")
        if not isinstance(name, str):
            return None
        at = line.get("at")
        data = {key: value for key, value in line.items() if key not in {"at", "event"}}
        event = _event(name, data, self._schema)
        if isinstance(event, Begun):
            self._schema = event.schema
        return Entry(float(at) if isinstance(at, (int, float)) else 0.0, event)


class Tail:
    """The entries of a live journal as they are written; half a line waits for its other half.

    Parameters
    ----------
    path
        A JSON lines file that may not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._place = 0
        self._half = b""
        self._reader = Reader()

    def news(self) -> list[Entry]:
        """Return the entries that were added since the last time."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._place)
                data = file.read()
        except OSError:
            return []
        self._place += len(data)
        whole, _, self._half = (self._half + data).rpartition(b"\n")
        return [entry for line in parse_lines(whole) if (entry := self._reader.read(line)) is not None]


def first(entries: Iterable[Entry], kind: type[_E]) -> tuple[float, _E] | None:
    """Return the first event of a kind and its time."""
    return next(((entry.at, entry.event) for entry in entries if isinstance(entry.event, kind)), None)


def last(entries: Iterable[Entry], kind: type[_E]) -> tuple[float, _E] | None:
    """Return the last event of a kind and its time."""
    found: tuple[float, _E] | None = None
    for entry in entries:
        if isinstance(entry.event, kind):
            found = (entry.at, entry.event)
    return found


def wall_of(entries: Iterable[Entry]) -> float | None:
    """Return second 0 of a journal in seconds since the epoch; ``None`` where it does not say that."""
    begun = first(entries, Begun)
    try:
        return datetime.fromisoformat(begun[1].wall).timestamp() if begun else None
    except ValueError:
        return None


def read_file(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a journal's file as they are stored; a line that a crash cut off is left out."""
    return parse_lines(path.read_bytes())


def parse_lines(data: bytes) -> list[dict[str, Any]]:
    """Return the complete entries in ``data``."""
    entries: list[dict[str, Any]] = []
    for line in data.decode("utf-8", errors="replace").split("\n"):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict) and "event" in entry:
            entries.append(entry)
    return entries


def journal_path(folder: Path, attempt: UUID, day: date) -> Path:
    """Where the journal of an attempt that is begun on ``day`` (UTC) is."""
    return folder / f"{day:%Y/%m/%d}" / f"{attempt}.jsonl"


def find_journal(folder: Path, attempt: UUID) -> Path | None:
    """Find the journal of an attempt, whenever it was begun; ``None`` where there is none."""
    today = datetime.now(UTC).date()
    likely = [journal_path(folder, attempt, today - timedelta(days=days)) for days in (0, 1)]
    for path in (*likely, folder / f"{attempt}.jsonl"):  # earlier versions put them into the folder itself
        if path.exists():
            return path
    return next(folder.glob(f"*/*/*/{attempt}.jsonl"), None)


# ----------------------------------------------------------------------------------------------------


def _event(name: str, data: dict[str, Any], schema: int) -> Event | Unknown:
    name = name if schema > 1 else _RENAMED_EVENTS.get(name, name)
    if name not in BY_NAME:
        return Unknown(name, data)
    try:
        found: Event = _adapter(name).validate_python(_upgraded(name, data) if schema == 1 else data)
    except ValidationError:
        return Unknown(name, data)
    return found


def _upgraded(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a version 1 entry as they are called now."""
    found = {_RENAMED_FIELDS.get(key, key): value for key, value in data.items()}
    nested = found.pop(_NESTED[name], None) if name in _NESTED else None
    return {**found, **nested} if isinstance(nested, dict) else found


@functools.cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(BY_NAME[name])
