"""The journal of one call: every event and command with its time, written as it happens.

The file (one JSON object a line) is what is left of a call when the process dies; with the outcome the entries
go into the database. Entries have ``at`` (seconds since the journal was begun) and ``event``; the rest depends on
the event. The first entry, ``begun``, carries the wall-clock time and the ids.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import IO, Any
from uuid import UUID


def plain(value: Any) -> Any:
    """Make a value ready for JSON: dates in ISO form, amounts as text, data classes as objects."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID, Path)):
        return str(value)
    return value


def journal_path(folder: Path, attempt: UUID) -> Path:
    """Where the journal of an attempt is."""
    return folder / f"{attempt}.jsonl"


class Journal:
    """Writes one call's journal.

    Parameters
    ----------
    folder
        Where journals are kept; made when missing. Only the owner may read them.
    attempt
        Names the file.
    begun_at
        ``time.monotonic()`` seconds that count as 0.
    wall
        The same moment on the wall clock, seconds since the epoch.
    """

    def __init__(self, folder: Path, attempt: UUID, *, begun_at: float, wall: float) -> None:
        self.path = journal_path(folder, attempt)
        self.begun_at = begun_at
        self.wall = wall
        self.entries: list[Mapping[str, Any]] = []
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._file: IO[str] | None = os.fdopen(handle, "a", encoding="utf-8", buffering=1)
        self.add("begun", begun_at, attempt=attempt, wall=datetime.fromtimestamp(wall, UTC).isoformat())

    def add(self, event: str, at: float, **data: Any) -> None:
        """Add an entry; ``at`` is ``time.monotonic()`` seconds. The line is in the file when this returns."""
        entry = {"at": round(at - self.begun_at, 4), "event": event, **plain(data)}
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def wall_time(self, at: float | None) -> float | None:
        """Seconds since the epoch of a monotonic time."""
        return None if at is None else self.wall + at - self.begun_at

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Read a journal; a last line that was cut off by a crash is left out."""
    entries: list[dict[str, Any]] = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and "event" in entry:
            entries.append(entry)
    return entries
