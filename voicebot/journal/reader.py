"""Journals of any age, read as typed events. Nothing that can be written makes this fail."""

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
    found: list[Entry] = []
    schema = 1
    for line in lines:
        name = line.get("event")
        if not isinstance(name, str):
            continue
        at = line.get("at")
        data = {key: value for key, value in line.items() if key not in {"at", "event"}}
        event = _event(name, data, schema)
        if isinstance(event, Begun):
            schema = event.schema
        found.append(Entry(float(at) if isinstance(at, (int, float)) else 0.0, event))
    return found


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


def read_file(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a journal's file as they are stored; a line that a crash cut off is left out."""
    return parse_lines(path.read_bytes())


def parse_lines(data: bytes) -> list[dict[str, Any]]:
    """Return the entries that stand whole in ``data``."""
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
    """Find the journal of an attempt, begun whenever; ``None`` where there is none."""
    today = datetime.now(UTC).date()
    likely = [journal_path(folder, attempt, today - timedelta(days=days)) for days in (0, 1)]
    for path in (*likely, folder / f"{attempt}.jsonl"):  # those of earlier versions lie in the folder itself
        if path.exists():
            return path
    return next(folder.glob(f"*/*/*/{attempt}.jsonl"), None)


# ----------------------------------------------------------------------------------------------------


def _event(name: str, data: dict[str, Any], schema: int) -> Event | Unknown:
    kind = BY_NAME.get(name if schema > 1 else _RENAMED_EVENTS.get(name, name))
    if kind is None:
        return Unknown(name, data)
    try:
        return _adapter(kind).validate_python(_upgraded(name, data) if schema == 1 else data)
    except ValidationError:
        return Unknown(name, data)


def _upgraded(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a version 1 entry as they are called now."""
    found = {_RENAMED_FIELDS.get(key, key): value for key, value in data.items()}
    nested = found.pop(_NESTED[name], None) if name in _NESTED else None
    return {**found, **nested} if isinstance(nested, dict) else found


@functools.cache
def _adapter(kind: type[Event]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
