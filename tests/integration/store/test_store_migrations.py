"""Tables are made, checked and refused when they don't fit."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.store.engine import make_engine
from voicebot.store.migrations import current, newest, upgrade
from voicebot.store.store import Store
from voicebot.store.tables import Base


async def test_a_database_is_refused_until_it_is_upgraded(empty_url: str) -> None:
    assert await current(empty_url) is None
    with pytest.raises(ConfigurationError) as refused:
        await Store.open(empty_url)
    assert "voicebot db upgrade" in str(refused.value)
    assert await upgrade(empty_url) == newest()
    assert await current(empty_url) == newest()
    await (await Store.open(empty_url)).close()


async def test_upgrading_twice_and_at_once_changes_nothing(empty_url: str) -> None:
    assert await asyncio.gather(*(upgrade(empty_url) for _ in range(3))) == [newest()] * 3
    assert await upgrade(empty_url) == newest()


async def test_migrations_make_the_tables_that_the_code_has(url: str) -> None:
    engine = make_engine(url)

    def differences(connection: sa.Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with engine.begin() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_tables_of_a_newer_voicebot_are_refused(url: str) -> None:
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()
    with pytest.raises(ConfigurationError, match="newer voicebot"):
        await Store.open(url)
    with pytest.raises(ConfigurationError, match="newer voicebot"):
        await upgrade(url)


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://host/db", "sqlite://", "sqlite+aiosqlite:///:memory:", "postgresql+psycopg://h/d"]
)
async def test_urls_that_are_none_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        await Store.open(url)
    with pytest.raises(ConfigurationError):
        await upgrade(url)


async def test_no_password_is_told_of_a_server_that_is_away() -> None:
    with pytest.raises(UnavailableError) as away:
        await Store.open("postgresql+asyncpg://user:secret@127.0.0.1:25999/voicebot")
    assert "secret" not in str(away.value)
    assert "127.0.0.1:25999" in str(away.value)


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot be made"):
        await upgrade(f"sqlite+aiosqlite:///{tmp_path}/file/db/voicebot.db")
