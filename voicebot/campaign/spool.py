"""Results that the database could not take yet, one file each: no outcome is lost while it is away."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from uuid import UUID

from voicebot import logs
from voicebot.plain import to_json
from voicebot.private_files import open_private, private_folder
from voicebot.store.records import Fate, Result, Said

_log = logs.get_logger()


class Spool:
    """A folder of unwritten results. A file is complete or absent, and deleted once its result is written.

    Parameters
    ----------
    folder
        Created when first needed; only its owner may read it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, attempt: UUID, result: Result) -> None:
        """Keep a result; on return it is on the disk.

        Raises
        ------
        OSError
            The disk did not take it.
        """
        private_folder(self._folder)
        text = to_json(
            {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}, ascii_only=True
        )
        half = self._folder / f"{attempt}.half"
        with open_private(half) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self._path(attempt))
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def waiting(self) -> list[UUID]:
        """Return the attempts whose results wait, oldest first."""
        if not self._folder.is_dir():
            return []
        files = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        return [attempt for path in files if (attempt := _attempt(path)) is not None]

    def get(self, attempt: UUID) -> Result | None:
        """Return a waiting result; one that cannot be read is set aside and logged."""
        path = self._path(attempt)
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            values["journal"] = tuple(values["journal"])
            # Results of earlier versions: how a lead goes on is no part of them any more, and one fate was renamed.
            values.pop("retry_in", None)
            values["fate"] = Fate.NOT_ASKED if values["fate"] == "not_sent" else Fate(values["fate"])
            values["utterances"] = tuple(Said(**one) for one in values.get("utterances", ()))
            return Result(**values)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError) as error:
            _log.error("a spooled result cannot be read", attempt=str(attempt), error=str(error))
            self.set_aside(attempt)
            return None

    def drop(self, attempt: UUID) -> None:
        """Delete a result that was written; if that fails, the next start finds that it was written before."""
        try:
            self._path(attempt).unlink(missing_ok=True)
        except NotADirectoryError:  # the folder could not be made: nothing was kept in it
            return
        except OSError as error:
            _log.error("a spooled result that was written cannot be deleted", attempt=str(attempt), error=str(error))

    def set_aside(self, attempt: UUID) -> None:
        """Keep a result that can never be written, for a person to look at."""
        path = self._path(attempt)
        if path.exists():
            path.replace(path.with_suffix(".refused"))

    def _path(self, attempt: UUID) -> Path:
        return self._folder / f"{attempt}.json"


def _attempt(path: Path) -> UUID | None:
    try:
        return UUID(path.stem)
    except ValueError:
        return None
