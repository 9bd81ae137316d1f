"""How long the files that calls leave on the disk are kept: journals, recordings, rendered speech."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from voicebot import logs, paths
from voicebot.call.recordings import RAW, WAVE, to_wave
from voicebot.config import Config
from voicebot.errors import UnavailableError
from voicebot.speech.speaking.prompts import Trimmed, trim_prompts
from voicebot.store.store import Store

LEFT_SECONDS: Final = 3600.0
"""A raw recording not written to for this long was left by a node that is gone."""
EVERY_SECONDS: Final = 3600.0
_DAY: Final = re.compile(r"(\d{4})/(\d\d)/(\d\d)/[^/]+$")

_log = logs.get_logger()


@dataclass(frozen=True, slots=True)
class Left:
    """A file that a call left.

    Parameters
    ----------
    attempt
        The attempt that it belongs to.
    day
        On which the call began (UTC).
    """

    path: Path
    attempt: UUID
    day: date
    size: int


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was deleted, or would be.

    Parameters
    ----------
    journals, recordings
        The files.
    finished
        Recordings that a node left as Asterisk wrote them, made into WAV files.
    prompts
        Rendered speech.
    """

    journals: tuple[Left, ...] = ()
    recordings: tuple[Left, ...] = ()
    finished: int = 0
    prompts: Trimmed = field(default_factory=Trimmed)

    @property
    def freed(self) -> int:
        """Bytes."""
        return sum(one.size for one in (*self.journals, *self.recordings)) + self.prompts.freed


def outlived(left: Iterable[Left], today: date, days: int | None, needed: Collection[UUID]) -> tuple[Left, ...]:
    """Return the files that need not be kept any longer. Pure.

    Parameters
    ----------
    today
        UTC.
    days
        How long files are kept after the day of the call; ``None``: for ever.
    needed
        Attempts whose files stay, whatever their age.
    """
    if days is None:
        return ()
    last = today - timedelta(days=days)
    return tuple(one for one in left if one.day < last and one.attempt not in needed)


async def tidy(config: Config, store: Store, *, dry_run: bool = False) -> Tidied:
    """Delete files past their retention time.

    Files of calls in progress, and of those that a person still has to review, stay. The journal of a finished call
    is also in the database, and stays there.

    Raises
    ------
    UnavailableError
        The database is away: nothing was deleted.
    OSError
        A file cannot be deleted.
    """
    rule = config.retention
    needed = await store.attempts_needed()
    today = datetime.fromtimestamp(time.time(), UTC).date()

    def work() -> Tidied:
        journals = outlived(_left(config.call.journals, (".jsonl",)), today, rule.journals_days, needed)
        folder = config.asterisk.recordings
        finished = 0 if dry_run else _finish(folder, needed)
        recordings = outlived(_left(folder, (RAW, WAVE)), today, rule.recordings_days, needed)
        prompts = trim_prompts(paths.prompts_folder(), rule.prompts_megabytes * 1_000_000, dry_run=dry_run)
        return Tidied(journals, recordings, finished, prompts)

    found = await asyncio.to_thread(work)
    if not dry_run:
        await asyncio.to_thread(_delete, (*found.journals, *found.recordings))
        await store.forget_recordings([one.attempt for one in found.recordings])
    return found


async def tidy_for_ever(config: Config, store: Store) -> None:
    """Tidy now and every hour; what fails is retried an hour later."""
    while True:
        try:
            found = await tidy(config, store)
            if found.freed:
                _log.info(
                    "old files deleted",
                    journals=len(found.journals),
                    recordings=len(found.recordings),
                    prompts=found.prompts.deleted,
                    freed_bytes=found.freed,
                )
        except UnavailableError:
            pass  # the dialer says so
        except Exception as error:
            _log.warning("old files could not be deleted", error=str(error))
        await asyncio.sleep(EVERY_SECONDS)


def _left(folder: Path, suffixes: Collection[str]) -> Iterator[Left]:
    """Yield what calls left in a folder: one folder a day, or in the folder itself as earlier versions had it."""
    for path in (*folder.glob("*/*/*/*"), *folder.glob("*.*")):
        if path.suffix not in suffixes:
            continue
        with contextlib.suppress(OSError, ValueError):  # another process may be tidying too, and others' files stay
            status = path.stat()
            found = _DAY.search(path.as_posix())
            day = date(*map(int, found.groups())) if found else datetime.fromtimestamp(status.st_mtime, UTC).date()
            yield Left(path, UUID(path.stem), day, status.st_size)


def _finish(folder: Path, needed: Collection[UUID]) -> int:
    """Make WAV files of raw recordings whose node is gone; returns how many."""
    finished = 0
    for one in _left(folder, (RAW,)):
        with contextlib.suppress(OSError):
            if one.attempt in needed or time.time() - one.path.stat().st_mtime < LEFT_SECONDS:
                continue
            if one.size:
                to_wave(one.path, one.path.with_suffix(WAVE))
            one.path.unlink()
            finished += 1
    return finished


def _delete(files: Iterable[Left]) -> None:
    for one in files:
        one.path.unlink(missing_ok=True)
        for folder in list(one.path.parents)[: 3 if _DAY.search(one.path.as_posix()) else 0]:
            try:
                folder.rmdir()
            except OSError:  # other calls' files are in it
                break
