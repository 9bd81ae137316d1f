"""``voicebot campaign requeue``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from voicebot.agi.phone import Disposition
from voicebot.cli import output
from voicebot.cli.campaign.common import Json, Name
from voicebot.cli.script.published import who
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.errors import ConfigurationError
from voicebot.store.records import CampaignState
from voicebot.store.store import Store


def requeue(
    context: typer.Context,
    name: Name,
    *,
    disposition: Annotated[
        list[str] | None, typer.Option(help="Leads whose last call ended like this without an answer (failed, busy …).")
    ] = None,
    outcome: Annotated[
        list[str] | None, typer.Option(help="Leads whose last call had this outcome (no_response, voicemail …).")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count them.")] = False,
    why: Annotated[str, typer.Option(help="Reason, kept with each lead.")] = "",
    json: Json = False,
) -> None:
    """Put leads back in the queue as if they had never been tried; their attempts are kept.

    Leads are selected by how their last attempt ended. Numbers that asked not to be called stay barred, and leads for
    which it is unknown whether they were called are left to: voicebot campaign review.
    """
    dispositions, outcomes = disposition or [], outcome or []
    if not dispositions and not outcomes:
        raise ConfigurationError(
            "no leads were selected", cure="name --disposition or --outcome; see: voicebot campaign status NAME"
        )
    _check("disposition", dispositions, (one.value for one in Disposition if one is not Disposition.ANSWERED))

    async def work(store: Store, _config: Config) -> dict[str, Any]:
        campaign = await store.campaign_named(name)
        if outcomes:
            _check("outcome", outcomes, (await store.campaign_status(campaign.id)).outcomes)
        found = await store.leads_that_ended(campaign.id, dispositions=dispositions, outcomes=outcomes)
        changed = set() if dry_run else await store.requeue_leads(found, by=who(), why=why)
        return {
            "campaign": name,
            "state": campaign.state,
            "leads": len(found),
            "requeued": len(changed),
            "dry_run": dry_run,
        }

    record = with_store(context, work)
    if json:
        output.print_json(record)
        return
    if dry_run:
        output.out.print(f"{record['leads']} leads would be put back. Nothing was done: this was a dry run.")
        return
    output.out.print(f"{record['requeued']} leads were put back.")
    if record["requeued"] and record["state"] != CampaignState.RUNNING:
        output.err.print(f"{name} is {record['state']}: to call them, voicebot campaign resume {name}")


def _check(kind: str, given: Iterable[str], known: Iterable[str]) -> None:
    names = sorted(known)
    for one in given:
        if one not in names:
            cure = "one of: " + ", ".join(names) if names else "no call of this campaign has one"
            raise ConfigurationError(f"there is no {kind} {one} here", cure=cure)
