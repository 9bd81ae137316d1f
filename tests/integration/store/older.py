"""Databases as older versions of voicebot left them, with rows in their tables."""

from __future__ import annotations

import hashlib
import uuid
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from voicebot.store import migrations
from voicebot.store.engine import make_engine, parse_url


async def make(url: str, revision: str) -> None:
    """Make the tables as they were at ``revision``."""
    if url.startswith("sqlite"):
        Path(str(parse_url(url).database)).parent.mkdir(parents=True, exist_ok=True)
    settings = Config()
    settings.set_main_option("script_location", str(Path(migrations.__file__).parent))
    settings.set_main_option("path_separator", "os")

    def work(connection: sa.Connection) -> None:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)

    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(work)
    await engine.dispose()


async def fill(url: str, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Insert rows, table by table, by the columns that the tables have now."""

    def work(connection: sa.Connection) -> None:
        for name, values in rows.items():
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            for column in table.columns:
                if isinstance(column.type, sa.CHAR) or column.name in {"attempt_id"}:
                    column.type = sa.Uuid()
            connection.execute(sa.insert(table), values)

    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(work)
    await engine.dispose()


async def rows_of(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Return what a statement selects."""
    engine = make_engine(url)
    async with engine.begin() as connection:
        found = [tuple(row) for row in await connection.execute(sa.text(statement))]
    await engine.dispose()
    return found


def script(language: str) -> dict[str, Any]:
    """A pinned script in a language."""
    text = f"script: reminder\nlanguage: {language}\n"
    return {
        "hash": hashlib.sha256(text.encode()).hexdigest(),
        "name": "reminder",
        "language": language,
        "text": text,
        "created_at": 1.0,
    }


def campaign(number: int, pinned: dict[str, Any]) -> dict[str, Any]:
    """A running campaign."""
    return {
        "id": number,
        "name": f"campaign {number}",
        "state": "running",
        "why": "",
        "script_hash": pinned["hash"],
        "script": "reminder",
        "trunk": "trunk",
        "created_at": 1.0,
        "served_at": 0.0,
    }


def lead(number: int, in_campaign: int, phone: str, **values: Any) -> dict[str, Any]:
    """A lead with its number as it was written, as it was kept until revision 0002."""
    return {
        "id": number,
        "campaign_id": in_campaign,
        "phone": phone,
        "number": "".join(filter(str.isdigit, phone)),
        "reference": f"R-{number}",
        "name": f"Lead {number}",
        "company": "Acme",
        "amount": "12.50",
        "currency": "USD",
        "due_date": date(2026, 12, 1),
        "timezone": "America/New_York",
        "more": {},
        "state": "ready",
        "why": "",
        "tries": 0,
        "next_at": 0.0,
    } | values


def attempt(of: dict[str, Any], **values: Any) -> dict[str, Any]:
    """A finished attempt at a lead."""
    made: UUID = uuid.uuid4()
    return {
        "id": made,
        "campaign_id": of["campaign_id"],
        "lead_id": of["id"],
        "number": of["number"],
        "trunk": "trunk",
        "node": "node-1",
        "state": "done",
        "tries": 1,
        "slot": 1.0,
        "claimed_at": 1.0,
        "dialled_at": 1.0,
        "closed_at": 2.0,
        "disposition": "answered",
        "cause": 16,
        "technical": 0,
        "explanation": "",
        "recording": "",
        "answered_at": 1.5,
    } | values
