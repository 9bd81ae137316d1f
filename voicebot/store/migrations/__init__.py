"""Bring the tables up to date; migrations ship with voicebot and need no configuration file.

Every command that opens the database asks for its revision, and only ``upgrade`` has work for Alembic: what Alembic
would say of revisions is read from the files' names and from its table, so that such a command need not import it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import sqlalchemy as sa

from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.store.engine import away_cure, is_away, is_missing, make_engine, make_private, parse_url, reason_of, shown

if TYPE_CHECKING:
    from alembic.config import Config

T = TypeVar("T")

_VERSIONS: Final = Path(__file__).parent / "versions"
_TABLE: Final = "alembic_version"
"""Where Alembic keeps the revision."""
_UPGRADE_LOCK: Final = 0x766F696365
"""Advisory lock of PostgreSQL: two upgrades at once take turns. SQLite's write lock does the same."""


def _known() -> list[str]:
    """All revisions, oldest first; each file is named by its own."""
    return sorted(file.name.partition("_")[0] for file in _VERSIONS.glob("[0-9]*_*.py"))


def newest() -> str:
    """The revision that this voicebot works with."""
    return _known()[-1]


def revision_of(connection: sa.Connection) -> str | None:
    """The revision of the tables behind ``connection``, ``None`` where there are none."""
    if not connection.dialect.has_table(connection, _TABLE):
        return None
    revision: str | None = connection.scalar(sa.select(sa.column("version_num")).select_from(sa.table(_TABLE)))
    return revision


def check(revision: str | None, name: str) -> None:
    """Refuse tables that are not at the newest revision.

    Raises
    ------
    ConfigurationError
        They are older, or were made by a newer voicebot.
    """
    if revision == newest():
        return
    if revision is None:
        raise ConfigurationError(f"{name}: voicebot's tables are missing", cure="run: voicebot db upgrade")
    if revision not in _known():
        raise ConfigurationError(
            f"{name}: the tables ({revision}) were made by a newer voicebot", cure="install the newer voicebot"
        )
    raise ConfigurationError(f"{name}: the tables are old ({revision})", cure="run: voicebot db upgrade")


async def current(url: str) -> str | None:
    """Return the revision of a database, ``None`` where it has no tables or (SQLite) does not exist.

    Raises
    ------
    ConfigurationError
        The URL is wrong.
    UnavailableError
        The database cannot be reached.
    """
    parsed = parse_url(url)
    if is_missing(parsed):
        return None
    return await _run(url, revision_of)


async def upgrade(url: str) -> str:
    """Bring a database to the newest revision, in one transaction, and return that revision.

    An SQLite file and its folder are created if they are missing. Running it again changes nothing.

    Raises
    ------
    ConfigurationError
        The URL is wrong, or the tables were made by a newer voicebot.
    UnavailableError
        The database cannot be reached.
    """
    parsed = parse_url(url)
    name = shown(url)
    try:
        make_private(parsed, create=True)
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename or parsed.database} cannot be made: {error.strerror}",
            cure="name another file in database.url",
        ) from error

    from alembic import command  # noqa: PLC0415 - takes longer to import than most commands take

    def work(connection: sa.Connection) -> str:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        before = revision_of(connection)
        if before is not None and before not in _known():
            check(before, name)
        settings = _settings()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
        return newest()

    return await _run(url, work)


def _settings() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - for upgrades alone, as above

    settings = Config(stdout=io.StringIO())
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


async def _run(url: str, work: Callable[[sa.Connection], T]) -> T:
    engine = make_engine(url)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    except (OSError, sa.exc.DBAPIError) as error:
        if not is_away(error):
            raise
        name = shown(url)
        raise UnavailableError(
            f"{name}: the database cannot be reached: {reason_of(error)}", cure=away_cure(parse_url(url))
        ) from error
    finally:
        await engine.dispose()
