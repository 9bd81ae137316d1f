"""``voicebot script versions``: what was published when and by whom, and which campaigns use which version."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated, Any

import typer

from voicebot.cli import output
from voicebot.cli.stores import moment, with_store
from voicebot.config import Config
from voicebot.store.store import Store


def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Only of this script: reminder, or zh-CN/reminder.")] = "",
    *,
    json: Annotated[bool, typer.Option("--json", help="Print data instead of text.")] = False,
) -> None:
    """Show which versions of scripts were published, rolled back to, and pinned by campaigns, the newest first."""
    language, _, wanted = name.rpartition("/")

    async def work(store: Store, _config: Config) -> list[dict[str, Any]]:
        found = await store.publications(wanted or None, language or None)
        pinned = dict(await store.pinned())
        records = [
            {
                "script": one.name,
                "language": one.language,
                "hash": one.hash,
                "current": one.current,
                "action": one.action.value,
                "at": one.at,
                "by": one.by,
                "note": one.note,
                "campaigns": pinned.get(one.hash, []),
            }
            for one in found
        ]
        return records + await _never_published(store, pinned, wanted, language)

    records = with_store(context, work)
    if json:
        output.print_json(records)
        return
    output.print_table(
        "",
        ("script", "version", "", "when (UTC)", "by", "campaigns", "note"),
        (
            (
                f"{one['language']}/{one['script']}",
                one["hash"][:12],
                one["action"] + (", current" if one["current"] else ""),
                moment(one["at"]),
                one["by"],
                ", ".join(one["campaigns"]),
                one["note"],
            )
            for one in records
        ),
    )


async def _never_published(
    store: Store, pinned: dict[str, list[str]], name: str, language: str
) -> list[dict[str, Any]]:
    """Versions that campaigns were made with straight from a file."""
    published = {one.hash for one in await store.publications()}
    found: list[dict[str, Any]] = []
    for version, campaigns in pinned.items():
        stored = None if version in published else await store.script(version)
        if stored is None:
            continue
        own = str(jsonlib.loads(stored.text).get("script", stored.name))
        if name in {"", own} and language in {"", stored.language}:
            found.append(
                {
                    "script": own,
                    "language": stored.language,
                    "hash": version,
                    "current": False,
                    "action": "from a file",
                    "at": None,
                    "by": "",
                    "note": "",
                    "campaigns": campaigns,
                }
            )
    return found
