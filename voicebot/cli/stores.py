"""What database commands share: open it, do one thing, close it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import typer

from voicebot.config import Config, load_config
from voicebot.store.store import Store

T = TypeVar("T")


def with_store(context: typer.Context, work: Callable[[Store, Config], Awaitable[T]]) -> T:
    """Run ``work`` on the configured database, and return what it returns."""
    path: Path | None = context.obj
    config = load_config(path)

    async def run() -> T:
        store = await Store.open(config.database.url)
        try:
            return await work(store, config)
        finally:
            await store.close()

    return asyncio.run(run())


def moment(at: float | None) -> str:
    """Seconds since the epoch in UTC for people, empty for ``None``."""
    return "" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
