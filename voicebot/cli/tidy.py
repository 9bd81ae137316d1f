"""``voicebot tidy``: files that calls left on the disk are deleted after their retention time."""

from __future__ import annotations

from typing import Annotated

import typer

from voicebot.call.retention import Tidied, tidy
from voicebot.cli import output
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.errors import UnavailableError
from voicebot.store.store import Store


def command(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be deleted.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print data instead of text.")] = False,
) -> None:
    """Delete recordings, journals and rendered speech past their retention time ([retention] in voicebot.toml).

    A running node does this by itself every hour. Calls in progress, and calls that a person still has to review,
    are left alone.
    """

    async def work(store: Store, config: Config) -> Tidied:
        try:
            return await tidy(config, store, dry_run=dry_run)
        except OSError as error:
            raise UnavailableError(
                f"{error.filename} cannot be deleted: {error.strerror}", cure="run this as the user that serves"
            ) from error

    found = with_store(context, work)
    data = {
        "recordings": len(found.recordings),
        "journals": len(found.journals),
        "prompts": found.prompts.deleted,
        "finished": found.finished,
        "freed_bytes": found.freed,
        "dry_run": dry_run,
    }
    if json:
        output.print_json(data | {"files": [str(one.path) for one in (*found.recordings, *found.journals)]})
        return
    output.print_record(data)
