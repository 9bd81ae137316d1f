"""Rows as the rest of voicebot sees them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID


class CampaignState(enum.StrEnum):
    """Whether a campaign's leads may be dialled."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"


class LeadState(enum.StrEnum):
    """Where a lead stands."""

    READY = "ready"
    DIALLING = "dialling"
    DONE = "done"
    REVIEW = "review"
    """Somebody may have been called and nobody knows: a person decides."""


class AttemptState(enum.StrEnum):
    """Where an attempt stands; ``claimed`` and ``dialling`` and ``lost`` are open."""

    CLAIMED = "claimed"
    DIALLING = "dialling"
    LOST = "lost"
    RELEASED = "released"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class NewLead:
    """A lead to be imported, already validated.

    Parameters
    ----------
    phone
        E.164 or the digits that the trunk takes.
    rehearsal_day
        The day on which a rehearsed call takes place; ``None`` for real calls (today).
    """

    phone: str
    name: str
    company: str
    amount: Decimal
    currency: str
    due_date: date
    timezone: str
    reference: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    rehearsal_day: date | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A claimed attempt with all that is needed to make the call.

    Parameters
    ----------
    slot
        Database time (seconds since the epoch) at which the call may start.
    """

    attempt: UUID
    campaign: int
    campaign_name: str
    lead_id: int
    lead: NewLead
    trunk: str
    script: str
    script_hash: str
    slot: float


@dataclass(frozen=True, slots=True)
class Result:
    """What an attempt came to; written with the lead's state in one transaction.

    Parameters
    ----------
    disposition
        How the network ended it (``voicebot.agi.phone.Disposition`` value).
    outcome
        One of the shared outcomes, or empty when nobody was reached.
    slots
        JSON-ready values: promise_date, amount, callback_at, …
    journal
        Events and commands of the call, JSON-ready, in order.
    retry_in
        Seconds until the lead may be tried again; ``None``: not again by itself.
    """

    disposition: str
    outcome: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    journal: tuple[Mapping[str, Any], ...] = ()
    recording: str = ""
    cause: int = 0
    technical: int = 0
    explanation: str = ""
    started_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    retry_in: float | None = None
    engines: Mapping[str, str] = field(default_factory=dict)
