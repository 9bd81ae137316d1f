"""``voicebot campaign pause``, the emergency brake: it imports only what it needs. ``start`` shares its code."""

from __future__ import annotations

import typer

from voicebot.cli.campaign.common import Name, trunk_of
from voicebot.cli.campaign.watching import show
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.store.records import CampaignState, CampaignStatus
from voicebot.store.store import Store


def pause(context: typer.Context, name: Name) -> None:
    """Stop dialling at once; calls in progress are finished."""
    show(set_state(context, name, CampaignState.PAUSED))


def set_state(context: typer.Context, name: str, state: CampaignState) -> CampaignStatus:
    """Set a campaign's state, and return its progress."""

    async def work(store: Store, config: Config) -> CampaignStatus:
        campaign = await store.campaign_named(name)
        if state is CampaignState.RUNNING:
            trunk_of(config, campaign.trunk)
        await store.set_state(campaign.id, state)
        return await store.campaign_status(campaign.id)

    return with_store(context, work)
