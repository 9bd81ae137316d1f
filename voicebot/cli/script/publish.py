"""``voicebot script publish``: a version becomes the one that new campaigns are made with."""

from __future__ import annotations

from typing import Annotated

import typer

from voicebot.cli import output
from voicebot.cli.script.published import published_under, who
from voicebot.cli.script.reading import described
from voicebot.cli.script.soundness import sound_script
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.dialogue.script.pinned import pinned_text
from voicebot.dialogue.script.reading.finding import find_script
from voicebot.errors import ConfigurationError
from voicebot.store.records import Publication
from voicebot.store.store import Store


def command(
    context: typer.Context,
    script: Annotated[str, typer.Argument(help="Name of a shipped script, or a file.")],
    *,
    note: Annotated[str, typer.Option(help="Why: what is new in it.")] = "",
    language: Annotated[str, typer.Option(help="Language of a shipped script.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check a script, store it, and make it the current version of its name; exit code 1 if it has faults.

    Existing campaigns keep their version.
    """
    path = find_script(script, language)
    try:
        loaded = sound_script(path)
    except ConfigurationError as error:
        output.fail(error.problems, output.EXIT_NOT_FINE)

    async def work(store: Store, _config: Config) -> tuple[Publication | None, bool]:
        name = f"{loaded.language}/{loaded.script}"
        before = await published_under(store, name)
        changed = await store.publish(
            loaded.script,
            language=loaded.language,
            script_hash=loaded.content_hash,
            script_text=pinned_text(loaded),
            by=who(),
            note=note,
        )
        return before, changed

    before, changed = with_store(context, work)
    if json:
        output.print_json(
            {
                "script": loaded.script,
                "language": loaded.language,
                "hash": loaded.content_hash,
                "published": changed,
                "before": before.hash if before else None,
            }
        )
    elif not changed:
        output.out.print(f"{described(loaded)} is already the current version.")
    else:
        instead = f" instead of {before.hash[:12]}" if before else ""
        output.out.print(f"{described(loaded)} is now the current version{instead}.")
