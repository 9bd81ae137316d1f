"""Connections to SQLite and PostgreSQL with voicebot's settings, and what their errors mean.

SQLite: write-ahead log, and every writing transaction begins with ``BEGIN IMMEDIATE``, so that it never has to be
abandoned half-way for another writer. A commit is on the disk when it returns (``synchronous=FULL``): with ``NORMAL``
the write-ahead log is not synced, and a power cut takes back what was committed since the last checkpoint
(https://www.sqlite.org/pragma.html#pragma_synchronous), so that numbers that were called would be called again.
PostgreSQL: read committed, rows locked explicitly, and synced commits as it does by default.
"""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from voicebot.errors import ConfigurationError
from voicebot.logs import get_logger
from voicebot.masking import mask_secrets
from voicebot.plain import to_json
from voicebot.private_files import make_missing, open_private, tighten

STATEMENT_SECONDS: Final = 20.0
"""A statement that takes longer counts as failed: a frozen database must not freeze the node."""
CONNECT_SECONDS: Final = 5.0
BUSY_SECONDS: Final = 5.0
"""How long SQLite waits for another writer before it says that the database is locked."""
_REPEATABLE: Final = {"40001", "40P01", "55P03"}
"""SQLSTATE of serialization failure, deadlock and lock not available."""
_FOR_COLUMNS: Final = functools.partial(to_json, ascii_only=True)
_AWAY: Final = ("08", "57P", "53")
"""SQLSTATE classes of a lost connection, a server going down or out of resources."""

_log = get_logger(module="store")


def parse_url(url: str) -> sa.URL:
    """Return the URL with the asynchronous driver that voicebot uses.

    Raises
    ------
    ConfigurationError
        It is not a URL, or is for another kind of database.
    """
    cure = "use sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE"
    try:
        parsed = sa.make_url(url)
    except exc.ArgumentError as error:
        raise ConfigurationError("database.url is not a database URL", cure=cure) from error
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    backend = parsed.drivername.partition("+")[0]
    if backend not in drivers or parsed.drivername not in {backend, drivers[backend]}:
        raise ConfigurationError(f"database.url: {parsed.drivername} is not supported", cure=cure)
    if backend == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise ConfigurationError("database.url: SQLite needs a file", cure=cure)
    return parsed.set(drivername=drivers[backend])


def shown(url: str) -> str:
    """The URL for people: without its password, wherever it appears.

    Raises
    ------
    ConfigurationError
        As ``parse_url``.
    """
    return mask_secrets(parse_url(url).render_as_string(hide_password=True))


def is_missing(url: sa.URL) -> bool:
    """Whether this is an SQLite file that does not exist; connecting would make an empty one."""
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def make_private(url: sa.URL, *, create: bool = False) -> None:
    """Make an SQLite database readable by its owner only: it holds what people owe, said and agreed.

    SQLite gives its ``-wal`` and ``-shm`` files the permissions of the database (https://www.sqlite.org/wal.html).

    Parameters
    ----------
    create
        Create the file and its folders if they are missing.

    Raises
    ------
    OSError
        It cannot be created.
    """
    if url.get_backend_name() != "sqlite":
        return
    file = Path(url.database or "")
    if create:
        make_missing(file.parent)
        with open_private(file, "ab"):
            pass
    for path in (file, *(file.with_name(f"{file.name}-{suffix}") for suffix in ("wal", "shm", "journal"))):
        if not tighten(path):
            _log.warning("others can read the database", file=str(path), cure=f"chmod 600 {path}")


def make_engine(url: str, *, connections: int = 8) -> AsyncEngine:
    """Return an engine for ``url`` with voicebot's settings; nothing is connected yet.

    Raises
    ------
    ConfigurationError
        The URL is wrong or its driver is not installed.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_async_engine(
            parsed, pool_size=4, max_overflow=0, connect_args={"timeout": BUSY_SECONDS}, json_serializer=_FOR_COLUMNS
        )
        event.listen(engine.sync_engine, "connect", _sqlite_connect)
        event.listen(engine.sync_engine, "begin", _sqlite_begin)
        return engine
    try:
        return create_async_engine(
            parsed,
            pool_size=connections,
            max_overflow=0,
            connect_args={"timeout": CONNECT_SECONDS, "command_timeout": STATEMENT_SECONDS},
            json_serializer=_FOR_COLUMNS,
        )
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "the PostgreSQL driver is not installed", cure="pip install 'voicebot[postgresql]'"
        ) from error


def _sqlite_connect(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    # SQLite does not wait to change the mode of a new file that others write to; it is kept in the file, so any
    # connection that finds it free makes it so for all.
    with contextlib.suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode=WAL")
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: sa.Connection) -> None:
    reads = connection.get_execution_options().get("voicebot_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def to_text(value: str) -> str:
    """Return ``value`` without what a text column cannot hold (NUL, lone surrogates)."""
    return value.replace("\x00", "�").encode("utf-8", "replace").decode("utf-8")


def is_away(error: BaseException) -> bool:
    """Whether retrying a transaction may help: the database is unavailable or busy, rather than the statement wrong."""
    if isinstance(error, (OSError, TimeoutError, exc.TimeoutError)):
        return True
    if not isinstance(error, exc.DBAPIError) or isinstance(error, (exc.IntegrityError, exc.DataError)):
        return False
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state:
        return state in _REPEATABLE or state.startswith(_AWAY)
    if isinstance(error, exc.OperationalError):
        return "no such table" not in str(error.orig) and "no such column" not in str(error.orig)
    return error.connection_invalidated or isinstance(error, exc.InterfaceError)


def reason_of(error: BaseException) -> str:
    """What a database's error says, in one line: what the driver said, without what SQLAlchemy adds."""
    return str(getattr(error, "orig", None) or error).partition("\n")[0] or type(error).__name__


def away_cure(url: sa.URL) -> str:
    """What to do about a database that does not answer."""
    if url.get_backend_name() == "sqlite":
        return f"check whether the disk of {url.database} is full or read-only, and whether this user may write there"
    return "check that it is running and that database.url is right"
