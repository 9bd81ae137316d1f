"""``voicebot lead``: look at the leads of campaigns, drop them, put them back."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Final

import typer

from voicebot.cli import filters, output, times
from voicebot.cli.script.published import who
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.errors import ConfigurationError, Problem
from voicebot.masking import mask_name, mask_number
from voicebot.store.calls import CallFilter
from voicebot.store.lead_records import Lead
from voicebot.store.leads import LeadFilter
from voicebot.store.records import CampaignState, LeadState
from voicebot.store.store import Store

app = typer.Typer(rich_markup_mode=None)

SHOWN: Final = 50
"""Leads shown in a table by default."""

Ids = Annotated[list[int] | None, typer.Argument(help="Lead numbers, as voicebot lead list shows them.")]
Campaign = Annotated[str, typer.Option(help="Only calls or leads of this campaign.")]
Phone = Annotated[str, typer.Option(help="Only with this number, or with numbers that end in these digits.")]
Reference = Annotated[str, typer.Option(help="Only with this reference.")]
State = Annotated[list[str] | None, typer.Option(help="Only in this state: ready, dialling, done, review.")]
Why = Annotated[str, typer.Option(help="Reason, kept with the lead.")]
Unmasked = Annotated[bool, typer.Option("--unmasked", help="Show names and numbers in full.")]
Json = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]
InZone = Annotated[times.Zone, typer.Option("--times", help="Show times in the machine's zone or the lead's.")]


@app.command("list")
def list_leads(
    context: typer.Context,
    *,
    campaign: Campaign = "",
    phone: Phone = "",
    reference: Reference = "",
    state: State = None,
    limit: Annotated[int | None, typer.Option(min=1, help="How many; by default 50 in a table, all as data.")] = None,
    zone: InZone = times.Zone.MACHINE,
    unmasked: Unmasked = False,
    json: Json = False,
) -> None:
    """Show leads in the order of their import."""
    most = limit if limit is not None or json else SHOWN

    async def work(store: Store, _config: Config) -> tuple[list[Lead], int]:
        which = await _which(store, None, campaign=campaign, phone=phone, reference=reference, state=state)
        return await store.leads(which, limit=most), await store.count_leads(which)

    found, count = with_store(context, work)
    if json:
        output.print_json([_record(one, unmasked) for one in found])
    else:
        output.print_table(
            "",
            ("lead", "campaign", "reference", "name", "phone", "amount", "state", "tries", "next call", "why"),
            (
                (
                    one.id,
                    one.campaign_name,
                    one.lead.reference,
                    *_masked(one, unmasked),
                    f"{one.lead.amount} {one.lead.currency}",
                    one.state,
                    one.tries,
                    times.shown(_next(one), one.lead.timezone if zone is times.Zone.LEAD else ""),
                    one.why,
                )
                for one in found
            ),
        )
    output.left_out(count - len(found), "leads")


@app.command()
def show(
    context: typer.Context,
    lead: Annotated[int, typer.Argument(help="Lead number, as voicebot lead list shows it.")],
    *,
    zone: InZone = times.Zone.MACHINE,
    unmasked: Unmasked = False,
    json: Json = False,
) -> None:
    """Show one lead: its data, its calls, and what people changed."""

    async def work(store: Store, _config: Config) -> tuple[Lead, list[Any], list[Any]]:
        found = await store.leads(LeadFilter(ids=[lead]))
        if not found:
            raise _missing([lead])
        calls, _ = await store.calls(CallFilter(campaign=found[0].campaign, lead=lead))
        return found[0], [one.attempt for one in calls], await store.lead_changes(lead)

    one, calls, changes = with_store(context, work)
    there = one.lead.timezone if zone is times.Zone.LEAD else ""
    told = [dataclasses.asdict(change) for change in changes]
    if not unmasked:
        for change in told:
            change["changes"] = {
                field: [_mask(field, value) for value in both] for field, both in change["changes"].items()
            }
    if json:
        short = ("id", "state", "tries", "dialled_at", "answered_at", "disposition", "outcome", "explanation")
        record = _record(one, unmasked)
        record["calls"] = [{name: getattr(call, name) for name in short} for call in calls]
        output.print_json(record | {"changes": told})
        return
    name, number = _masked(one, unmasked)
    values: dict[str, object] = {
        "lead": one.id,
        "campaign": one.campaign_name,
        "reference": one.lead.reference,
        "name": name,
        "phone": number,
        "company": one.lead.company,
        "amount": f"{one.lead.amount} {one.lead.currency}",
        "due": one.lead.due_date,
        "timezone": one.lead.timezone,
        **one.lead.more,
        "state": f"{one.state} ({one.why})" if one.why else one.state,
        "tries": str(one.tries),
        "next call": times.shown(_next(one), there),
    }
    output.print_record({name: value for name, value in values.items() if value})
    for call in calls:
        came = " ".join(filter(None, (call.disposition or call.state, call.outcome)))
        output.out.print(f"{times.shown(call.dialled_at or call.claimed_at, there)}  call {str(call.id)[:8]}: {came}")
    for change in told:
        fields = "; ".join(f"{field} {old or 'nothing'} → {new}" for field, (old, new) in change["changes"].items())
        rest = ": ".join(filter(None, (f"by {change['by']}" if change["by"] else "", change["why"] or fields)))
        output.out.print(f"{times.shown(change['at'], there)}  {change['action']} {rest}")


@app.command()
def drop(
    context: typer.Context,
    leads: Ids = None,
    *,
    campaign: Campaign = "",
    phone: Phone = "",
    reference: Reference = "",
    state: State = None,
    why: Why = "",
    json: Json = False,
) -> None:
    """Stop calling leads in their campaigns. Their numbers are not barred: see voicebot dnc add."""

    async def work(store: Store, _config: Config) -> tuple[set[int], list[Lead]]:
        found = await _named(store, leads, campaign=campaign, phone=phone, reference=reference, state=state)
        return await store.drop_leads([one.id for one in found], by=who(), why=why), found

    changed, found = with_store(context, work)
    _tell("dropped", changed, found, json=json, whys={LeadState.DIALLING: "is being called", LeadState.DONE: "is done"})


@app.command()
def requeue(
    context: typer.Context,
    leads: Ids = None,
    *,
    campaign: Campaign = "",
    phone: Phone = "",
    reference: Reference = "",
    state: State = None,
    why: Why = "",
    json: Json = False,
) -> None:
    """Put leads that are done or in review back in the queue, to be called as soon as their campaign runs."""

    async def work(store: Store, _config: Config) -> tuple[set[int], list[Lead], list[str]]:
        found = await _named(store, leads, campaign=campaign, phone=phone, reference=reference, state=state)
        changed = await store.requeue_leads([one.id for one in found], by=who(), why=why)
        of_changed = {one.campaign for one in found if one.id in changed}
        still = [one.name for one in await store.campaigns()
                 if one.id in of_changed and one.state is not CampaignState.RUNNING]  # fmt: skip
        return changed, found, still

    changed, found, still = with_store(context, work)
    barred = "asked not to be called"
    whys = {LeadState.DIALLING: "is being called", LeadState.READY: "is ready already", LeadState.DONE: barred}
    try:
        _tell("requeued", changed, found, json=json, whys=whys | {LeadState.REVIEW: barred})
    finally:
        for name in still:
            output.err.print(f"The campaign {name} is not running: voicebot campaign start {name}")


async def _which(
    store: Store, ids: list[int] | None, *, campaign: str, phone: str, reference: str, state: list[str] | None
) -> LeadFilter:
    return LeadFilter(
        ids=ids or None,
        campaign=(await store.campaign_named(campaign)).id if campaign else None,
        number=filters.phone(phone) if phone else "",
        reference=reference,
        states=[LeadState(one) for one in filters.words("--state", state, list(LeadState))] if state else None,
    )


async def _named(
    store: Store, ids: list[int] | None, *, campaign: str, phone: str, reference: str, state: list[str] | None
) -> list[Lead]:
    """Return the leads that a command is about; naming none must not change all of them."""
    if not (ids or campaign or phone or reference or state):
        raise ConfigurationError("no lead was named", cure="name leads, or say which with --campaign, --phone, …")
    which = await _which(store, ids, campaign=campaign, phone=phone, reference=reference, state=state)
    found = await store.leads(which)
    missing = set(ids or ()) - {one.id for one in found}
    if missing:
        raise _missing(sorted(missing))
    return found


def _missing(leads: list[int]) -> ConfigurationError:
    return ConfigurationError(
        [Problem(f"there is no lead {lead} like this", "see: voicebot lead list") for lead in leads]
    )


def _tell(done: str, changed: set[int], found: list[Lead], *, json: bool, whys: dict[LeadState, str]) -> None:
    """Report what was done, and why the rest was not; exit code 1 if any lead was left unchanged."""
    left = [(one, whys.get(one.state, f"is {one.state}")) for one in found if one.id not in changed]
    if json:
        output.print_json({done: sorted(changed), "left": [{"lead": one.id, "why": why} for one, why in left]})
    else:
        output.print_record({done: len(changed), "left unchanged": len(left)})
        for one, why in left[:SHOWN]:
            output.print_problems([Problem(f"lead {one.id} {why}", "see: voicebot lead show")])
        output.left_out(max(0, len(left) - SHOWN), "leads")
    if left or not found:
        raise typer.Exit(output.EXIT_NOT_FINE)


def _next(lead: Lead) -> float | None:
    return lead.next_at if lead.state is LeadState.READY and lead.next_at else None


def _mask(field: str, value: str) -> str:
    return mask_number(value) if field == "phone" else mask_name(value) if field == "name" else value


def _masked(lead: Lead, unmasked: bool) -> tuple[str, str]:
    name, number = lead.lead.name, lead.lead.phone
    return (name, number) if unmasked else (mask_name(name), mask_number(number))


def _record(lead: Lead, unmasked: bool) -> dict[str, Any]:
    name, number = _masked(lead, unmasked)
    values = dataclasses.asdict(lead)
    values.pop("lead")
    return {**values, **dataclasses.asdict(lead.lead), "name": name, "phone": number}
