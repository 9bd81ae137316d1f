"""From table rows to records and back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from voicebot.masking import E164
from voicebot.store.engine import to_text
from voicebot.store.lead_records import Lead
from voicebot.store.records import Attempt, Campaign, LeadHistory, NewLead, NextStep
from voicebot.store.tables import AttemptRow, CampaignRow, LeadRow, OutcomeRow, ScriptVersionRow

READY: Final = LeadRow.state == sa.literal_column("'ready'")
"""Written out, not bound: a partial index is used only for exactly the text of its condition."""
OPEN: Final = AttemptRow.closed_at.is_(None)

CAMPAIGN: Final = (
    CampaignRow.id,
    CampaignRow.name,
    CampaignRow.state,
    CampaignRow.why,
    CampaignRow.trunk,
    CampaignRow.script,
    CampaignRow.script_hash,
    CampaignRow.created_at,
    CampaignRow.retry,
    ScriptVersionRow.language,
)
"""Columns of a ``Campaign``."""


def campaigns() -> sa.Select[*tuple[Any, ...]]:
    """Select campaigns with the language of their scripts."""
    selected: sa.Select[*tuple[Any, ...]] = sa.select(*CAMPAIGN)
    return selected.join(ScriptVersionRow, ScriptVersionRow.hash == CampaignRow.script_hash)


def to_campaign(row: sa.Row[Any]) -> Campaign:
    """Make the record of one row of ``campaigns``."""
    return Campaign(
        id=row.id,
        name=row.name,
        state=row.state,
        trunk=row.trunk,
        script=row.script,
        script_hash=row.script_hash,
        language=row.language,
        created_at=row.created_at,
        why=row.why,
        retry=row.retry,
    )


def person(phone: str) -> str:
    """Return an E.164 number, which stands for one person in every limit; ValueError for any other way of writing."""
    if not E164.fullmatch(phone):
        raise ValueError("a lead's number must be E.164: plus, country code, number")
    return phone


def from_lead(campaign: int, lead: NewLead) -> dict[str, Any]:
    """Return the columns of a new lead."""
    return {
        "campaign_id": campaign,
        "number": person(lead.phone),
        "reference": to_text(lead.reference),
        "name": to_text(lead.name),
        "company": to_text(lead.company),
        "amount": str(lead.amount),
        "currency": lead.currency,
        "due_date": lead.due_date,
        "timezone": lead.timezone,
        "more": dict(lead.more),
        "rehearsal_day": lead.rehearsal_day,
    }


def to_lead(row: Mapping[str, Any] | sa.RowMapping) -> NewLead:
    """Make a lead of a row's columns."""
    return NewLead(
        phone=row["number"],
        name=row["name"],
        company=row["company"],
        amount=Decimal(row["amount"]),
        currency=row["currency"],
        due_date=row["due_date"],
        timezone=row["timezone"],
        reference=row["reference"],
        more=row["more"],
        rehearsal_day=row["rehearsal_day"],
    )


def to_stored_lead(row: sa.RowMapping) -> Lead:
    """Make the record of a lead's columns and its campaign's name."""
    return Lead(
        id=row["id"],
        campaign=row["campaign_id"],
        campaign_name=row["campaign_name"],
        lead=to_lead(row),
        state=row["state"],
        why=row["why"],
        tries=row["tries"],
        next_at=row["next_at"],
    )


def number_is(column: sa.ColumnElement[str] | Any, number: str) -> sa.ColumnElement[bool]:
    """Compare a column with a number: E.164, or the last digits of one."""
    found: sa.ColumnElement[bool] = column == number if number.startswith("+") else column.endswith(number)
    return found


def attempts() -> sa.Select[*tuple[Any, ...]]:
    """Select attempts with their campaign, lead and outcome."""
    return (
        sa.select(
            AttemptRow,
            CampaignRow.name.label("campaign_name"),
            LeadRow.number.label("phone"),
            LeadRow.name,
            LeadRow.reference,
            OutcomeRow.outcome,
            OutcomeRow.counts_as,
            OutcomeRow.slots,
        )
        .join(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
        .join(LeadRow, LeadRow.id == AttemptRow.lead_id)
        .outerjoin(OutcomeRow, OutcomeRow.attempt_id == AttemptRow.id)
    )


def to_attempt(row: sa.Row[Any]) -> Attempt:
    """Make the record of one row of ``attempts``."""
    return Attempt(
        id=row.id,
        campaign=row.campaign_id,
        campaign_name=row.campaign_name,
        lead_id=row.lead_id,
        phone=row.phone,
        name=row.name,
        reference=row.reference,
        trunk=row.trunk,
        node=row.node,
        state=row.state,
        tries=row.tries,
        slot=row.slot,
        claimed_at=row.claimed_at,
        dialled_at=row.dialled_at,
        closed_at=row.closed_at,
        started_at=row.started_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        disposition=row.disposition,
        outcome=row.outcome or "",
        counts_as=row.counts_as or "",
        slots=row.slots or {},
        cause=row.cause,
        technical=row.technical,
        explanation=row.explanation,
        origin=row.origin,
        recording=row.recording,
        engines=row.engines or {},
    )


def to_history(
    lead: Mapping[str, Any] | sa.RowMapping,
    retry: str,
    now: float,
    *,
    tries: int | None = None,
    earlier: tuple[tuple[str, ...], ...] = (),
) -> LeadHistory:
    """Return what a decision about a lead may use; ``lead`` is a row's columns."""
    return LeadHistory(
        now=now,
        retry=retry,
        timezone=lead["timezone"],
        rehearsal_day=lead["rehearsal_day"],
        tries=lead["tries"] if tries is None else tries,
        refusals=lead["refusals"],
        earlier=earlier,
        agreed_at=lead["agreed_at"],
    )


def from_step(step: NextStep, now: float) -> dict[str, Any]:
    """Return what a decision sets of a lead."""
    return {
        "state": step.state,
        "why": to_text(step.why),
        "next_at": now if step.next_at is None else step.next_at,
        "refusals": step.refusals,
        "given_back": not step.counts,
        "agreed_at": step.agreed_at,
        "agreed_until": step.agreed_until,
    }
