"""The journal of one call: every event and command with its time, written as it happens.

The file (one JSON object a line) is what is left of a call when the process dies; with the outcome the entries
go into the database. A file that cannot be written never disturbs the call: what it did not take is kept in memory
and written as soon as it can be.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from voicebot import logs
from voicebot.journal.events import SCHEMA, Begun, Event
from voicebot.journal.reader import journal_path
from voicebot.outage import Outage
from voicebot.plain import plain, to_json
from voicebot.private_files import make_missing

_log = logs.get_logger()


def journals_outage() -> Outage:
    """Says once when journals can't be written, and once when they can again; one for all calls of a node."""
    return Outage("journals cannot be written; they are kept in memory", "journals are written again")


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
    outage
        Told when the file cannot be written; shared by the calls of a node.
    """

    def __init__(
        self, folder: Path, attempt: UUID, *, begun_at: float, wall: float, outage: Outage | None = None
    ) -> None:
        begun = datetime.fromtimestamp(wall, UTC)
        self.attempt = attempt
        self.path = journal_path(folder, attempt, begun.date())
        self.begun_at = begun_at
        self.wall = wall
        self.entries: list[Mapping[str, Any]] = []
        self._folder = folder
        self._outage = outage or journals_outage()
        self._handle: int | None = None
        self._unwritten = bytearray()
        self._closed = False
        self.add(Begun(str(attempt), begun.isoformat(), SCHEMA), begun_at)

    def add(self, event: Event, at: float) -> None:
        """Add an event. Never raises; the line is in the file when this returns, if the file can be written.

        Parameters
        ----------
        at
            ``time.monotonic()`` seconds.
        """
        entry = {"at": self.seconds(at), "event": event.name, **_fields(event)}
        self.entries.append(entry)
        if not self._closed:
            self._unwritten += to_json(entry).encode("utf-8", "replace") + b"\n"
            self._write()

    def seconds(self, at: float) -> float:
        """Return a monotonic time on the journal's own clock."""
        return round(at - self.begun_at, 4)

    def wall_time(self, at: float | None) -> float | None:
        """Return a monotonic time in seconds since the epoch."""
        return None if at is None else self.wall + at - self.begun_at

    @property
    def unwritten(self) -> int:
        """How many entries, the last of them, the file has not taken (yet)."""
        return self._unwritten.count(b"\n")

    def close(self) -> None:
        """Close the file, after one more try to write what it did not take."""
        if self._closed:
            return
        self._write()
        if self._unwritten:
            _log.info(
                "the file of a journal lacks its end; the database gets all of it",
                attempt=str(self.attempt),
                entries=self.unwritten,
            )
        self._closed = True
        self._outage.left(str(self.attempt))
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _write(self) -> None:
        """Write what is owed; half a line that was written is completed later, so that no line is ever broken."""
        try:
            if self._handle is None:
                make_missing(self.path.parent)
                self._handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            while self._unwritten:
                del self._unwritten[: os.write(self._handle, self._unwritten)]
        except OSError as error:
            self._outage.failed(
                str(self.attempt),
                error=error.strerror or str(error),
                attempt=str(self.attempt),
                folder=str(self._folder),
            )
        else:
            self._outage.worked(str(self.attempt))


def _fields(event: Event) -> dict[str, Any]:
    """Return an event's fields as plain values; what is empty, and read so by default, is left out."""
    found = {}
    for field in dataclasses.fields(event):
        value = getattr(event, field.name)
        empty = value is None or value is False or value in ("", (), {})
        if not (empty and value == _default(field)):
            found[field.name] = plain(value)
    return found


def _default(field: dataclasses.Field[Any]) -> Any:
    make = field.default_factory
    return field.default if make is dataclasses.MISSING else make()
