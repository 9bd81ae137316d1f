"""``voicebot campaign start`` and ``resume``, and what would keep this machine from calling."""

from __future__ import annotations

from functools import partial

import typer

from voicebot.cli import output
from voicebot.cli.campaign.common import Name
from voicebot.cli.campaign.running import set_state
from voicebot.cli.campaign.watching import show
from voicebot.cli.stores import with_store
from voicebot.config import Config, load_config
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.pinned import read_pinned
from voicebot.doctor.calling import lacking
from voicebot.store.records import Campaign, CampaignState, LeadState
from voicebot.store.store import Store


def start(context: typer.Context, name: Name) -> None:
    """Start dialling: nodes that serve the trunk call the campaign's leads."""
    _run(context, name)


def resume(context: typer.Context, name: Name) -> None:
    """Resume a paused campaign."""
    _run(context, name)


def _run(context: typer.Context, name: str) -> None:
    status = set_state(context, name, CampaignState.RUNNING)
    show(status)
    if not status.leads[LeadState.READY]:
        output.err.print("No lead is ready: add some with voicebot campaign import.")
    script = with_store(context, partial(_pinned, status.campaign))
    if problems := lacking(load_config(context.obj), script, status.campaign.script):
        output.err.print("A node on this machine could not make these calls; others that serve the trunk might:")
        output.print_problems(problems)


async def _pinned(campaign: Campaign, store: Store, _config: Config) -> Script:
    version = await store.version(campaign.script_hash)
    return read_pinned(version.text, version.hash)
