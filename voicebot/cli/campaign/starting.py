"""``voicebot campaign start`` and ``resume``, and what would keep this machine from calling."""

from __future__ import annotations

import typer

from voicebot.cli import output
from voicebot.cli.campaign.common import Name, trunk_of
from voicebot.cli.campaign.watching import show
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.dialogue.script.pinned import read_pinned
from voicebot.doctor.calling import lacking
from voicebot.store.records import CampaignState, CampaignStatus, LeadState, ScriptVersion
from voicebot.store.store import Store


def start(context: typer.Context, name: Name) -> None:
    """Start dialling: nodes that serve the trunk call the campaign's leads."""
    _run(context, name)


def resume(context: typer.Context, name: Name) -> None:
    """Resume a paused campaign."""
    _run(context, name)


def _run(context: typer.Context, name: str) -> None:
    async def work(store: Store, config: Config) -> tuple[CampaignStatus, ScriptVersion, Config]:
        campaign = await store.campaign_named(name)
        trunk_of(config, campaign.trunk)
        await store.set_state(campaign.id, CampaignState.RUNNING)
        return await store.campaign_status(campaign.id), await store.version(campaign.script_hash), config

    status, version, config = with_store(context, work)
    show(status)
    if not status.leads[LeadState.READY]:
        output.err.print("No lead is ready: add some with voicebot campaign import.")
    script = read_pinned(version.text, version.hash)
    if problems := lacking(config, script, status.campaign.script):
        output.err.print("A node on this machine could not make these calls; others that serve the trunk might:")
        output.print_problems(problems)
