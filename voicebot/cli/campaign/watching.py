"""``voicebot campaign status``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from voicebot.cli import output
from voicebot.cli.campaign.common import Json
from voicebot.cli.stores import moment, with_store
from voicebot.config import Config
from voicebot.store.records import CampaignStatus, Hold, LeadState
from voicebot.store.store import Store


def status(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Name of the campaign; by default all.")] = None,
    json: Json = False,
) -> None:
    """Show the progress of one campaign or of all."""

    async def work(store: Store, _config: Config) -> list[CampaignStatus]:
        found = [await store.campaign_named(name)] if name is not None else await store.campaigns()
        return [await store.campaign_status(campaign.id) for campaign in found]

    found = with_store(context, work)
    if json:
        records = [_record(one) for one in found]
        output.print_json(records[0] if name is not None else records)
    elif name is not None:
        show(found[0])
    else:
        output.print_table(
            "",
            ("campaign", "state", "script", "trunk", "ready", "dialling", "done", "review"),
            (
                (
                    one.campaign.name,
                    f"{one.campaign.state}, held" if one.holds else one.campaign.state,
                    one.campaign.script,
                    one.campaign.trunk,
                    *(one.leads[state] for state in LeadState),
                )
                for one in found
            ),
        )


def _record(status: CampaignStatus) -> dict[str, Any]:
    from voicebot.campaign.retry import parse_rule  # noqa: PLC0415 - for --json alone: reading rules takes a while

    return {
        **dataclasses.asdict(status.campaign),
        "retry": parse_rule(status.campaign.retry).model_dump(mode="json"),
        "holds": [_hold(hold) for hold in status.holds],
        "leads": dict(status.leads),
        "dispositions": dict(status.dispositions),
        "outcomes": dict(status.outcomes),
        "open_attempts": status.open_attempts,
        "next_ready_at": status.next_ready_at,
    }


def _hold(hold: Hold) -> dict[str, Any]:
    state = hold.breaker
    return {
        "on": hold.key.kind,
        "name": hold.key.name,
        "node": hold.key.node,
        "since": state.opened_at,
        "why": state.why,
        "faults": state.faults,
        "trials": state.trials,
        "trying": state.trying,
        "retry_at": state.retry_at,
    }


def _told(hold: Hold) -> str:
    state, at = hold.breaker, f" at {hold.key.node}" if hold.key.node else ""
    again = "a trial call is in progress" if state.trying else f"tried again at {moment(state.retry_at)} UTC"
    since = moment(state.opened_at)
    return (
        f"{hold.key.kind} {hold.key.name}{at}, since {since} UTC: {state.why}; {again} ({state.trials} trials failed)"
    )


def show(status: CampaignStatus) -> None:
    """Print one campaign's progress."""
    campaign = status.campaign
    lines: dict[str, object] = {
        "campaign": campaign.name,
        "state": f"{campaign.state} ({campaign.why})" if campaign.why else campaign.state,
        "script": f"{campaign.script} ({campaign.language}, pinned as {campaign.script_hash[:12]})",
        "trunk": campaign.trunk,
        "leads": _counts(status.leads),
        "dispositions": _counts(status.dispositions),
        "outcomes": _counts(status.outcomes),
        "under way": status.open_attempts,
    }
    for place, hold in enumerate(status.holds):
        lines["held" if not place else " " * (place + 1)] = _told(hold)
    if status.next_ready_at:
        lines["next lead"] = moment(status.next_ready_at) + " UTC"
    output.print_record(lines)


def _counts(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{count} {key}" for key, count in counts.items()) or "none"
