"""``voicebot campaign repin`` and ``pins``: which version of its script a campaign uses, and why."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from voicebot.cli import output
from voicebot.cli.campaign.common import Json, Name
from voicebot.cli.script.published import published_under, who
from voicebot.cli.script.reading import check_hash
from voicebot.cli.stores import moment, with_store
from voicebot.config import Config
from voicebot.dialogue.script.pinned import read_pinned
from voicebot.errors import ConfigurationError
from voicebot.store.records import Campaign, Pin, ScriptVersion
from voicebot.store.store import Store


def repin(
    context: typer.Context,
    name: Name,
    to: Annotated[str, typer.Argument(help="First digits of a version's hash; by default the current version.")] = "",
    *,
    why: Annotated[str, typer.Option(help="Reason, kept with the campaign.")],
    json: Json = False,
) -> None:
    """Pin another version of its script to a paused campaign; calls in progress continue with their version."""

    async def work(store: Store, _config: Config) -> tuple[Campaign, str, bool]:
        campaign = await store.campaign_named(name)
        old = await store.version(campaign.script_hash)
        new = await _wanted(store, to, old)
        _fits(old, new, name)
        return campaign, new.hash, await store.repin(campaign.id, new.hash, by=who(), why=why)

    campaign, version, changed = with_store(context, work)
    if json:
        output.print_json(
            {"campaign": name, "hash": version, "before": campaign.script_hash, "changed": changed, "why": why}
        )
    elif changed:
        pinned = f"{name} uses {version[:12]} from now on, instead of {campaign.script_hash[:12]}."
        output.out.print(pinned)
    else:
        output.out.print(f"{name} already uses {version[:12]}.")


async def _wanted(store: Store, to: str, old: ScriptVersion) -> ScriptVersion:
    if to:
        return await store.version(check_hash(to))
    script = read_pinned(old.text, old.hash)
    current = await published_under(store, f"{script.language}/{script.script}")
    if current is None:
        raise ConfigurationError(
            f"no version of {script.script} ({script.language}) was published",
            cure="publish one, or name a stored version; see: voicebot script versions",
        )
    return await store.version(current.hash)


def _fits(old: ScriptVersion, new: ScriptVersion, campaign: str) -> None:
    """Refuse a version that the campaign's leads were not imported for."""
    before, after = read_pinned(old.text, old.hash), read_pinned(new.text, new.hash)
    if before.language != after.language:
        raise ConfigurationError(
            f"{campaign} is in {before.language}, this version in {after.language}", cure="create a campaign for it"
        )
    if lacking := sorted(set(after.lead.needs) - set(before.lead.needs)):
        raise ConfigurationError(
            f"this version needs {', '.join(lacking)} for every lead, and {campaign}'s leads were imported without",
            cure="create a campaign for it, and import the leads there",
        )


def pins(context: typer.Context, name: Name, json: Json = False) -> None:
    """Show which versions a campaign has used: since when, by whom and why."""

    async def work(store: Store, _config: Config) -> list[Pin]:
        return await store.pins((await store.campaign_named(name)).id)

    found = with_store(context, work)
    if json:
        output.print_json([dataclasses.asdict(pin) for pin in found])
    else:
        output.print_table(
            "",
            ("version", "since (UTC)", "by", "why"),
            ((pin.hash[:12], moment(pin.at), pin.by, pin.why) for pin in found),
        )
