"""What was committed is on the disk before anything is done because of it: a power cut dials nobody again."""

from __future__ import annotations

import shutil
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.integration.store.making import ANSWERED, NODE, campaign, claim, dialling, finish
from voicebot.store.migrations import upgrade
from voicebot.store.records import AttemptState
from voicebot.store.store import Store

FULL = 2
"""``PRAGMA synchronous``: the write-ahead log is synced at every commit."""


class Disk:
    """What a power cut would leave of an SQLite database: the last state that a commit synced.

    Between two syncs a disk may have nothing of what was written; it is the worst case that is tried.
    """

    def __init__(self, store: Store, file: Path, after: Path) -> None:
        self._file, self._after = file, after
        self._synced: list[bool] = []
        self.commits = 0
        event.listen(store._engine.sync_engine, "commit", self._committing)

    def _committing(self, connection: sa.Connection) -> None:
        level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        self._synced.append(level >= FULL)
        self.commits += 1

    def take(self, *, first: bool = False) -> None:
        """Take the state over if it was synced; the write-ahead log counts only then."""
        if first or self._synced[-1]:
            for name in ("", "-wal"):
                source = Path(f"{self._file}{name}")
                target = Path(f"{self._after}{name}")
                if source.exists():
                    shutil.copy(source, target)
                else:
                    target.unlink(missing_ok=True)


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    file = tmp_path / "voicebot.db"
    await upgrade(f"sqlite+aiosqlite:///{file}")
    return file


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite+aiosqlite:///{file}")
    yield opened
    await opened.close()


async def test_nobody_is_dialled_again_after_a_power_cut(store: Store, file: Path, tmp_path: Path) -> None:
    await campaign(store, leads=5)
    disk = Disk(store, file, tmp_path / "after.db")
    disk.take(first=True)
    dialled = []
    for _ in range(5):
        dialled += await dialling(store, 1)
        disk.take()
    assert await finish(store, dialled[0], ANSWERED)
    disk.take()
    assert disk.commits >= 11

    survivor = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'after.db'}")
    try:
        await survivor.adopt(NODE)
        assert await claim(survivor) == []
        kept = {attempt.id: (attempt.state, attempt.outcome) for attempt in await survivor.attempts()}
        lost = dict.fromkeys(dialled[1:], (AttemptState.LOST, ""))
        assert kept == {dialled[0]: (AttemptState.DONE, "promise_to_pay")} | lost
    finally:
        await survivor.close()


async def test_every_connection_syncs_its_commits(store: Store) -> None:
    async def level(connection: AsyncConnection, _run: int = 0) -> tuple[int, str]:
        found = await connection.execute(sa.text("PRAGMA synchronous"))
        mode = await connection.execute(sa.text("PRAGMA journal_mode"))
        return found.scalar_one(), mode.scalar_one()

    assert await store.write(level) == (FULL, "wal")
    assert await store.read(level) == (FULL, "wal")


def modes(folder: Path) -> list[int]:
    """Permissions of a database's files."""
    return [stat.S_IMODE(path.stat().st_mode) for path in folder.glob("voicebot.db*")]


def open_up(file: Path) -> None:
    file.chmod(0o664)


async def test_only_its_owner_reads_the_database(file: Path) -> None:

    store = await Store.open(f"sqlite+aiosqlite:///{file}")
    await campaign(store, leads=1)
    assert modes(file.parent) == [0o600] * 3
    await store.close()
    open_up(file)
    await (await Store.open(f"sqlite+aiosqlite:///{file}")).close()
    assert modes(file.parent) == [0o600]


async def test_the_folder_that_is_made_for_it_is_private(tmp_path: Path) -> None:
    await upgrade(f"sqlite+aiosqlite:///{tmp_path / 'var' / 'data' / 'voicebot.db'}")
    for folder in (tmp_path / "var", tmp_path / "var" / "data"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
