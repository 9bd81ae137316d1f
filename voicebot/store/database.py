"""One open database, and transactions that are retried where that is safe."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.logs import get_logger
from voicebot.store import migrations
from voicebot.store.clock import DatabaseClock
from voicebot.store.engine import away_cure, is_away, is_missing, make_engine, make_private, parse_url, reason_of, shown

PATIENCE_SECONDS: Final = 3.0
"""How long a transaction is retried before the database counts as unavailable."""
TOLD_JUMP_SECONDS: Final = 1.0
"""A clock change smaller than this affects only a slot or two."""

_log = get_logger(module="store")

T = TypeVar("T")


class Database:
    """A database at its newest revision, and the one way to read and write it.

    Parameters
    ----------
    engine
        Made by ``make_engine``.
    name
        The URL without its password, for messages.
    monotonic, sleep
        This process's clock that never goes back, and how it waits.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        name: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._engine = engine
        self._name = name
        self._monotonic, self._sleep = monotonic, sleep
        self._sqlite = engine.dialect.name == "sqlite"
        # Writers of one process queue here rather than sleep in SQLite's busy handler.
        self._turn = asyncio.Lock()
        self._clock = DatabaseClock()
        self.now: sa.ColumnElement[float] = sa.literal_column(
            "((julianday('now') - 2440587.5) * 86400.0)"
            if self._sqlite
            else "(extract(epoch FROM clock_timestamp())::float8)",
            sa.Double(),
        )

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> Self:
        """Connect to a database whose tables are up to date.

        Raises
        ------
        ConfigurationError
            The URL is wrong, or the tables are older or newer than this voicebot.
        UnavailableError
            The database cannot be reached.
        """
        parsed = parse_url(url)
        name = shown(url)
        if is_missing(parsed):
            raise ConfigurationError(f"{name}: there is no such database", cure="run: voicebot db upgrade")
        make_private(parsed)
        database = cls(make_engine(url), name, monotonic=monotonic, sleep=sleep)
        try:
            revision = await database.read(lambda connection: connection.run_sync(migrations.revision_of))
            migrations.check(revision, name)
            for _ in range(3):
                await database.read_clock()
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    async def write(self, work: Callable[[AsyncConnection, int], Awaitable[T]]) -> T:
        """Run ``work`` in one transaction, retried while the database is unavailable or busy.

        Parameters
        ----------
        work
            Gets the connection and how often it was started before; if a commit's answer was lost, its earlier
            run may have happened, so it must be right to run it twice.

        Raises
        ------
        UnavailableError
            The database stayed unavailable for ``PATIENCE_SECONDS``.
        """
        if not self._sqlite:
            return await self._patiently(work, reads=False)
        async with self._turn:
            return await self._patiently(work, reads=False)

    async def read(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run ``work`` in one reading transaction; raises UnavailableError like ``write``."""
        return await self._patiently(lambda connection, _run: work(connection), reads=True)

    async def _patiently(self, work: Callable[[AsyncConnection, int], Awaitable[T]], *, reads: bool) -> T:
        engine = self._engine.execution_options(voicebot_reads=True) if reads else self._engine
        until = time.monotonic() + PATIENCE_SECONDS
        run = 0
        while True:
            try:
                async with engine.begin() as connection:
                    return await work(connection, run)
            except Exception as error:
                if not is_away(error):
                    raise
                pause = min(0.5, 0.02 * 2**run) * (0.5 + random.random())  # noqa: S311 - spreads writers, no secret
                if time.monotonic() + pause > until:
                    raise UnavailableError(
                        f"{self._name}: the database does not answer: {reason_of(error)}",
                        cure=away_cure(self._engine.url),
                    ) from error
            run += 1
            await asyncio.sleep(pause)

    async def read_clock(self) -> float:
        """Ask the database for its time, and return it; logs if its clock was set since the last time."""

        async def ask(connection: AsyncConnection) -> float:
            await connection.execute(sa.select(1))
            asked = self._monotonic()
            database: float = (await connection.execute(sa.select(self.now))).scalar_one()
            jump = self._clock.add(asked=asked, answered=self._monotonic(), database=database)
            if abs(jump) >= TOLD_JUMP_SECONDS:
                _log.warning(
                    "the database's clock was set " + ("forward" if jump > 0 else "back"),
                    seconds=round(abs(jump), 1),
                    cure="keep the machine's time with NTP",
                )
            return database

        return await self.read(ask)

    def time(self) -> float:
        """Database time now, without asking: seconds since the epoch."""
        return self._clock.at(self._monotonic())

    def until(self, slot: float) -> float:
        """Seconds from now until a database time; negative when it has passed."""
        return slot - self.time()

    def insert(self, table: type[Any]) -> Any:
        """An ``INSERT`` with a rule for conflicts; SQLAlchemy has one for each database."""
        if self._sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - imported where it is used: that takes a while

        return postgresql.insert(table)
