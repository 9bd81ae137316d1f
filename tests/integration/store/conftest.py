"""Every test of this folder runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.store.postgres import Cluster, free_port
from voicebot.store.migrations import upgrade
from voicebot.store.store import Store

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL server for all tests."""
    # Runs at the same time start at different ports.
    first = 25000 + os.getpid() * 7 % 900
    server = Cluster(free_port(range(first, 26000)))
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables; the SQLite file does not exist yet."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/deep/voicebot.db"
        return
    server: Cluster = request.getfixturevalue("cluster")
    name = f"voicebot_{next(_numbers)}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture
def url(empty_url: str) -> str:
    """A database with tables."""
    asyncio.run(upgrade(empty_url))
    return empty_url


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """An open store."""
    opened = await Store.open(url)
    yield opened
    await opened.close()
