"""``voicebot campaign create``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voicebot.campaign.retry import read_rule, shipped_text
from voicebot.cli import output
from voicebot.cli.campaign.common import Name, trunk_of
from voicebot.cli.script.published import published_under, who
from voicebot.cli.script.soundness import refuse_faults
from voicebot.cli.stores import moment, with_store
from voicebot.config import Config
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.pinned import pinned_text, read_pinned
from voicebot.dialogue.script.reading.finding import find_script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.errors import ConfigurationError
from voicebot.store.store import Store


def create(
    context: typer.Context,
    name: Name,
    *,
    script: Annotated[str, typer.Option(help="A published or shipped script (reminder, zh-CN/reminder), or a file.")],
    trunk: Annotated[str, typer.Option(help="A configured trunk; optional if there is only one.")] = "",
    language: Annotated[str, typer.Option(help="Language of a shipped script.")] = "",
    retry: Annotated[Path | None, typer.Option(help="Retry rule (YAML file); by default the shipped one.")] = None,
) -> None:
    """Create a draft campaign with its script pinned: later changes to the script don't affect it.

    A name means the version published under it, or else the shipped file; a path always means the file.
    """

    rule = shipped_text() if retry is None else read_rule(retry)[1]

    async def work(store: Store, config: Config) -> tuple[Script, str]:
        current = await published_under(store, script, language)
        if current is not None:
            version = await store.version(current.hash)
            loaded, came = read_pinned(version.text, version.hash), f"published {moment(current.at)} by {current.by}"
        else:
            file = find_script(script, language)
            loaded, came = load_script(file), str(file)
            if await store.script(loaded.content_hash) is None:  # one that is pinned already has passed
                refuse_faults(loaded, file)
        await store.create_campaign(
            _fit_name(name),
            script=script,
            script_hash=loaded.content_hash,
            script_text=pinned_text(loaded) if current is None else version.text,
            language=loaded.language,
            trunk=trunk_of(config, trunk),
            by=who(),
            retry=rule,
        )
        return loaded, came

    loaded, came = with_store(context, work)
    pinned = loaded.content_hash[:12]
    made = {"campaign": name, "script": script, "taken": came, "pinned as": pinned}
    output.print_record(made | {"retry": str(retry or "the shipped rule"), "state": "draft"})


def _fit_name(name: str) -> str:
    if not name.strip() or not name.isprintable() or len(name) > 120:
        raise ConfigurationError("a campaign's name has 1 to 120 printable characters", cure="choose another name")
    return name
