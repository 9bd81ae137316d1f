"""``voicebot script rollback``: an earlier version becomes the current one again."""

from __future__ import annotations

from typing import Annotated

import typer

from voicebot.cli import output
from voicebot.cli.script.published import published_under, who
from voicebot.cli.script.reading import check_hash
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.errors import ConfigurationError
from voicebot.store.records import Publication
from voicebot.store.store import Store


def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of a published script: reminder, or zh-CN/reminder.")],
    to: Annotated[str, typer.Argument(help="First digits of a version's hash; by default the previous version.")] = "",
    *,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make the previous or a named version current again for new campaigns; existing ones keep theirs."""
    start = check_hash(to) if to else ""

    async def work(store: Store, _config: Config) -> tuple[Publication, Publication]:
        before = await published_under(store, name)
        if before is None:
            raise ConfigurationError(
                f"no version of {name} was published", cure="see: voicebot script versions; or publish one"
            )
        after = await store.roll_back(before.name, language=before.language, to=start, by=who(), note=note)
        return before, after

    before, after = with_store(context, work)
    if json:
        output.print_json(
            {"script": after.name, "language": after.language, "hash": after.hash, "before": before.hash, "note": note}
        )
    else:
        output.out.print(
            f"{after.language}/{after.name}: {after.hash[:12]} is the current version now instead of "
            f"{before.hash[:12]}.",
        )
