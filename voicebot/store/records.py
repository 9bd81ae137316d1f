"""Rows as the rest of voicebot sees them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from voicebot.breaker import BreakerState

STOP_OUTCOME: Final = "do_not_call"
"""The outcome that bars a number in every campaign, and why its leads are done."""


class CampaignState(enum.StrEnum):
    """Whether a campaign's leads may be dialled."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"


class LeadState(enum.StrEnum):
    """The state of a lead."""

    READY = "ready"
    DIALLING = "dialling"
    DONE = "done"
    REVIEW = "review"
    """It is unknown whether somebody was called: a person decides."""


class AttemptState(enum.StrEnum):
    """The state of an attempt; ``claimed``, ``dialling`` and ``lost`` are open."""

    CLAIMED = "claimed"
    DIALLING = "dialling"
    LOST = "lost"
    RELEASED = "released"
    DONE = "done"


class Fate(enum.StrEnum):
    """What is known about an attempt that was authorised to dial."""

    KNOWN = "known"
    NOT_ASKED = "not_asked"
    """Our side or the trunk failed: nobody was asked, the attempt is given back and does not count."""
    UNKNOWN = "unknown"
    """Somebody may have been called: the lead goes to review and is never dialled again automatically."""


@dataclass(frozen=True, slots=True)
class NewLead:
    """A lead to be imported, already validated.

    Parameters
    ----------
    phone
        E.164 with its plus; it identifies the person in every limit.
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
    tries
        Which attempt for this lead it is, from 1.
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
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said in a call, kept so that calls can be found by it.

    Parameters
    ----------
    side
        ``bot`` or ``callee``; a human who took the call over is not transcribed.
    from_ms, to_ms
        Milliseconds since the answer.
    text
        What was recognised, or the bot's line as far as it was said.
    confidence
        Of the recogniser, 0 to 1; ``None`` for the bot and for keys.
    """

    side: str
    from_ms: int
    to_ms: int
    text: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The result of an attempt; written with the lead's state in one transaction.

    Parameters
    ----------
    disposition
        How the network ended it (``voicebot.agi.phone.Disposition`` value).
    outcome
        One of the shared outcomes or of the script's own; empty when nobody was reached.
    slots
        JSON-ready values: promise_date, amount, callback_at, …
    journal
        Events and commands of the call, JSON-ready, in order.
    started_at, answered_at, ended_at
        Seconds since the epoch.
    fate
        Whether somebody was asked, and whether that is known.
    utterances
        What was said, in order.
    origin
        Who ended it (``voicebot.agi.phone.Origin`` value).
    counts_as
        The shared outcome that one of the script's own counts as; empty where it is a shared one itself.
    held
        The trunk or our side was known to fail when it ended: a refusal says nothing about this number.
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
    engines: Mapping[str, str] = field(default_factory=dict)
    fate: Fate = Fate.KNOWN
    utterances: tuple[Said, ...] = ()
    origin: str = "callee"
    counts_as: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class LeadHistory:
    """What a decision about a lead may use.

    Parameters
    ----------
    now
        Database time.
    retry
        The campaign's retry rule as it was pinned; empty: the shipped one.
    timezone
        IANA name, of the lead.
    rehearsal_day
        Of a rehearsed lead, else ``None``.
    tries
        Attempts that counted, this one included.
    refusals
        Attempts in a row that were given back though the trunk works.
    earlier
        How each earlier attempt that counted ended: its outcome and what that counts as, or else its disposition.
    agreed_at
        The time that had been agreed for this attempt (database time), if any.
    """

    now: float
    retry: str
    timezone: str
    rehearsal_day: date | None = None
    tries: int = 1
    refusals: int = 0
    earlier: tuple[tuple[str, ...], ...] = ()
    agreed_at: float | None = None


@dataclass(frozen=True, slots=True)
class NextStep:
    """What becomes of a lead after an attempt: a decision that the store carries out.

    Parameters
    ----------
    state
        ``ready``, ``done`` or ``review``.
    why
        For people.
    next_at
        When a ready lead may be called (database time).
    counts
        Whether the attempt counts.
    refusals
        See ``LeadHistory``.
    agreed_at, agreed_until
        The agreed time, which takes precedence over other leads, and until when it may still be kept.
    bar
        The number is barred in every campaign from now on.
    """

    state: LeadState
    why: str = ""
    next_at: float | None = None
    counts: bool = True
    refusals: int = 0
    agreed_at: float | None = None
    agreed_until: float | None = None
    bar: bool = False


class HoldKind(enum.StrEnum):
    """What a breaker holds."""

    TRUNK = "trunk"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class HoldKey:
    """One breaker's name.

    Parameters
    ----------
    kind
        A trunk or a campaign.
    name
        The trunk's name, or the campaign's.
    node
        Of the node whose own fault it is; empty for the trunk as a whole, over all nodes.
    """

    kind: HoldKind
    name: str
    node: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """A breaker with faults: held while ``breaker.is_open``."""

    key: HoldKey
    breaker: BreakerState


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim brought: tickets, and the holds that it saw (those with faults only)."""

    tickets: tuple[Ticket, ...] = ()
    holds: Mapping[HoldKey, BreakerState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScriptVersion:
    """A script as it was when a campaign pinned it; ``hash`` is the SHA-256 of ``text`` in UTF-8."""

    hash: str
    name: str
    language: str
    text: str


class PublicationAction(enum.StrEnum):
    """How a version became the current one."""

    PUBLISHED = "published"
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True, slots=True)
class Publication:
    """A version became the current one of its name in its language.

    Parameters
    ----------
    at
        Database time.
    by, note
        Who did it, and why.
    current
        It still is.
    """

    name: str
    language: str
    hash: str
    action: PublicationAction
    at: float
    by: str
    note: str
    current: bool


@dataclass(frozen=True, slots=True)
class Pin:
    """A campaign was given a version: when (database time), by whom and why."""

    hash: str
    at: float
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """An answered call, with everything needed to replay it.

    Parameters
    ----------
    script_hash
        The version that it used.
    outcome, slots
        What was recorded.
    journal
        Events and commands, in order.
    """

    attempt: UUID
    campaign_name: str
    script_hash: str
    lead: NewLead
    outcome: str
    slots: Mapping[str, Any]
    journal: list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign; ``why`` says what put it into its state if voicebot did so itself."""

    id: int
    name: str
    state: CampaignState
    trunk: str
    script: str
    script_hash: str
    language: str
    created_at: float
    why: str = ""
    retry: str = ""
    """Its retry rule as it was pinned; empty: the shipped one."""


@dataclass(frozen=True, slots=True)
class CampaignStatus:
    """Counts of a campaign.

    Parameters
    ----------
    leads
        By lead state; every state is present.
    dispositions, outcomes
        Of finished attempts.
    open_attempts
        Claimed, dialling or lost.
    next_ready_at
        When the next ready lead may be called (database time), ``None`` when no lead is ready.
    holds
        Open breakers that keep its leads from being called now.
    """

    campaign: Campaign
    leads: Mapping[LeadState, int]
    dispositions: Mapping[str, int]
    outcomes: Mapping[str, int]
    open_attempts: int
    next_ready_at: float | None
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as it is in the tables.

    Parameters
    ----------
    slot, claimed_at, dialled_at, closed_at
        Database time: when it might start, was claimed, was allowed to dial, was closed.
    started_at, answered_at, ended_at
        Of the call itself, as the call reported them.
    """

    id: UUID
    campaign: int
    campaign_name: str
    lead_id: int
    phone: str
    name: str
    reference: str
    trunk: str
    node: str
    state: AttemptState
    tries: int
    slot: float
    claimed_at: float
    dialled_at: float | None = None
    closed_at: float | None = None
    started_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    disposition: str = ""
    outcome: str = ""
    counts_as: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    cause: int = 0
    technical: int = 0
    explanation: str = ""
    origin: str = ""
    recording: str = ""
    engines: Mapping[str, str] = field(default_factory=dict)
