"""``voicebot campaign review``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from voicebot.cli import output
from voicebot.cli.campaign.common import Json, Name
from voicebot.cli.script.published import who
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.errors import ConfigurationError
from voicebot.masking import mask_name, mask_number
from voicebot.store.store import Store


def review(
    context: typer.Context,
    name: Name,
    *,
    call_again: Annotated[list[int] | None, typer.Option(help="Number of a lead to call again.")] = None,
    done: Annotated[list[int] | None, typer.Option(help="Number of a lead not to call again.")] = None,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Show names and numbers in full.")] = False,
    json: Json = False,
) -> None:
    """Show leads that need a person's decision, with the reason, and decide.

    It is unknown whether they were called, or they cannot be called as they are, or the carrier refuses their number.
    """
    wanted = dict.fromkeys(call_again or (), True) | dict.fromkeys(done or (), False)

    async def work(store: Store, _config: Config) -> list[Mapping[str, Any]]:
        campaign = await store.campaign_named(name)
        waiting = await store.leads_for_review(campaign.id)
        unknown = wanted.keys() - {number for number, _, _ in waiting}
        if unknown:
            raise ConfigurationError(
                f"{', '.join(map(str, sorted(unknown)))}: not in review in {name}",
                cure=f"see: voicebot campaign review {name}",
            )
        for lead, again in wanted.items():
            await store.decide(lead, call_again=again, by=who())
        return [
            {
                "lead": number,
                "name": lead.name if unmasked else mask_name(lead.name),
                "phone": lead.phone if unmasked else mask_number(lead.phone),
                "why": why,
            }
            for number, lead, why in waiting
            if number not in wanted
        ]

    left = with_store(context, work)
    if json:
        output.print_json(left)
    else:
        output.print_table("", ("lead", "name", "phone", "why"), (list(one.values()) for one in left))
