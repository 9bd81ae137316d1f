"""``voicebot campaign start``, ``pause`` and ``resume``."""

from __future__ import annotations

import typer

from voicebot.cli import output
from voicebot.cli.campaign.common import Name, trunk_of
from voicebot.cli.campaign.watching import show
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.store.records import CampaignState, CampaignStatus, LeadState
from voicebot.store.store import Store


def start(context: typer.Context, name: Name) -> None:
    """Let the campaign's leads be dialled by the nodes that serve its trunk."""
    _set_state(context, name, CampaignState.RUNNING)


def resume(context: typer.Context, name: Name) -> None:
    """Go on with a paused campaign."""
    _set_state(context, name, CampaignState.RUNNING)


def pause(context: typer.Context, name: Name) -> None:
    """Dial nobody more, at once; calls under way go on to their end."""
    _set_state(context, name, CampaignState.PAUSED)


def _set_state(context: typer.Context, name: str, state: CampaignState) -> None:
    async def work(store: Store, config: Config) -> CampaignStatus:
        campaign = await store.campaign_named(name)
        if state is CampaignState.RUNNING:
            trunk_of(config, campaign.trunk)
        await store.set_state(campaign.id, state)
        return await store.campaign_status(campaign.id)

    status = with_store(context, work)
    show(status)
    if state is CampaignState.RUNNING and not status.leads[LeadState.READY]:
        output.err.print("No lead is ready: add some with voicebot campaign import.")
