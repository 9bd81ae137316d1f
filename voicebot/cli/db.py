"""``voicebot db``: keep the database's tables in step with this version."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from voicebot.cli import output
from voicebot.config import load_config
from voicebot.store import migrations
from voicebot.store.engine import shown

app = typer.Typer(rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def upgrade(context: typer.Context) -> None:
    """Create the tables, or update them to the newest revision; running it again changes nothing."""
    url = load_config(context.obj).database.url
    revision = asyncio.run(migrations.upgrade(url))
    output.print_record({"database": shown(url), "revision": revision})


@app.command()
def current(context: typer.Context, json: Json = False) -> None:
    """Show the revision of the tables; exit code 1 if they are not up to date."""
    url = load_config(context.obj).database.url
    revision = asyncio.run(migrations.current(url))
    newest = migrations.newest()
    record = {"database": shown(url), "revision": revision, "newest": newest, "fine": revision == newest}
    if json:
        output.print_json(record)
    else:
        output.print_record(record | {"revision": revision or "no tables", "fine": "yes" if record["fine"] else "no"})
    if not record["fine"]:
        raise typer.Exit(output.EXIT_NOT_FINE)
