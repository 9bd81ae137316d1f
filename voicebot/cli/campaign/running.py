"""``voicebot campaign pause``, the emergency brake: it imports only what it needs."""

from __future__ import annotations

import typer

from voicebot.cli.campaign.common import Name
from voicebot.cli.campaign.watching import show
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.store.records import CampaignState, CampaignStatus
from voicebot.store.store import Store


def pause(context: typer.Context, name: Name) -> None:
    """Stop dialling at once; calls in progress are finished."""

    async def work(store: Store, _config: Config) -> CampaignStatus:
        campaign = await store.campaign_named(name)
        await store.set_state(campaign.id, CampaignState.PAUSED)
        return await store.campaign_status(campaign.id)

    show(with_store(context, work))
