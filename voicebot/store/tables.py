"""The tables. All times are seconds since the epoch (UTC) by the database's own clock."""

from __future__ import annotations

import enum
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from voicebot.store.records import AttemptState, CampaignState, HoldKind, LeadState

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

NAME_LENGTH: Final = 120
NUMBER_LENGTH: Final = 20
STATE_LENGTH: Final = 16


def _state(kind: type[enum.StrEnum]) -> sa.Enum:
    """A state column: its value as text, so that a new state needs no migration."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=STATE_LENGTH,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """Common to all tables."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - read once by SQLAlchemy, in the form that it asks for
        str: sa.String(NAME_LENGTH),
        float: sa.Double(),
        UUID: sa.Uuid(),
        date: sa.Date(),
        # JSON, not JSONB: a journal is kept byte for byte, and JSONB refuses what a broken line may send.
        dict[str, Any]: sa.JSON(none_as_null=True),
        list[Any]: sa.JSON(none_as_null=True),
        CampaignState: _state(CampaignState),
        LeadState: _state(LeadState),
        AttemptState: _state(AttemptState),
        HoldKind: _state(HoldKind),
    }


class ScriptVersionRow(Base):
    """A script's whole text by its SHA-256; never changed, so a campaign's calls can always be explained."""

    __tablename__ = "script_version"

    hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(sa.String(35))
    text: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[float]


class ScriptPublicationRow(Base):
    """A version became the current one of its name, by publishing or rolling back. Rows are only ever added."""

    __tablename__ = "script_publication"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[UUID] = mapped_column(unique=True)
    """Created before the transaction, so that one whose answer was lost can be run again."""
    name: Mapped[str]
    language: Mapped[str] = mapped_column(sa.String(35))
    hash: Mapped[str] = mapped_column(sa.ForeignKey("script_version.hash"))
    action: Mapped[str] = mapped_column(sa.String(STATE_LENGTH))
    at: Mapped[float]
    by: Mapped[str]
    note: Mapped[str] = mapped_column(sa.Text, default="")

    __table_args__ = (sa.Index("ix_script_publication_name_language", "name", "language", "id"),)


class CampaignRow(Base):
    """A list of leads called with one pinned script through one trunk."""

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(unique=True)
    state: Mapped[CampaignState]
    why: Mapped[str] = mapped_column(sa.Text, default="")
    script_hash: Mapped[str] = mapped_column(sa.ForeignKey("script_version.hash"))
    script: Mapped[str] = mapped_column(sa.String(400))
    trunk: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[float]
    served_at: Mapped[float] = mapped_column(default=0.0)
    """When leads were last claimed: running campaigns of one trunk take turns."""
    retry: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    """The retry rule (YAML) that it was created with; empty: the shipped one."""


class CampaignPinRow(Base):
    """A campaign was given a version of its script: when it was created, and whenever somebody changed it."""

    __tablename__ = "campaign_pin"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[UUID] = mapped_column(unique=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"), index=True)
    hash: Mapped[str] = mapped_column(sa.ForeignKey("script_version.hash"))
    at: Mapped[float]
    by: Mapped[str]
    why: Mapped[str] = mapped_column(sa.Text, default="")


class LeadRow(Base):
    """A person to call in one campaign."""

    __tablename__ = "lead"

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    number: Mapped[str] = mapped_column(sa.String(NUMBER_LENGTH))
    """E.164 with its plus: one person's number, however a file wrote it."""
    reference: Mapped[str]
    name: Mapped[str]
    company: Mapped[str]
    amount: Mapped[str] = mapped_column(sa.String(40))
    """Decimal as text: exact on every database."""
    currency: Mapped[str] = mapped_column(sa.String(3))
    due_date: Mapped[date]
    timezone: Mapped[str] = mapped_column(sa.String(64))
    more: Mapped[dict[str, Any]]
    rehearsal_day: Mapped[date | None]
    state: Mapped[LeadState]
    why: Mapped[str] = mapped_column(sa.Text, default="")
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[float] = mapped_column(default=0.0)
    refusals: Mapped[int] = mapped_column(default=0, server_default="0")
    """Attempts in a row that were given back though the trunk works."""
    given_back: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """Its last attempt asked nobody."""
    agreed_at: Mapped[float | None]
    agreed_until: Mapped[float | None]
    """When the callee wants to be called, and until when that may still be done."""
    counted_from: Mapped[float] = mapped_column(default=0.0, server_default="0")
    """Attempts before this no longer count: the lead was put back."""

    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "number", "reference"),
        sa.Index(
            "ix_lead_due",
            "campaign_id",
            "next_at",
            sqlite_where=sa.text("state = 'ready'"),
            postgresql_where=sa.text("state = 'ready'"),
        ),
        sa.Index(
            "ix_lead_agreed",
            "campaign_id",
            "next_at",
            sqlite_where=sa.text("state = 'ready' AND agreed_until IS NOT NULL"),
            postgresql_where=sa.text("state = 'ready' AND agreed_until IS NOT NULL"),
        ),
        sa.Index("ix_lead_number", "number"),
        sa.Index("ix_lead_campaign_id_reference", "campaign_id", "reference"),
    )


class LeadChangeRow(Base):
    """Someone corrected, dropped, requeued or reviewed a lead. Rows are only ever added."""

    __tablename__ = "lead_change"

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    lead_id: Mapped[int] = mapped_column(sa.ForeignKey("lead.id"), index=True)
    at: Mapped[float]
    by: Mapped[str]
    action: Mapped[str] = mapped_column(sa.String(STATE_LENGTH))
    why: Mapped[str] = mapped_column(sa.Text, default="")
    changes: Mapped[dict[str, Any]]


class AttemptRow(Base):
    """One attempt to call a lead, committed before anything is dialled.

    ``decision`` holds what allowed it, with the inputs of that decision: the limits now, the calling rules later.
    """

    __tablename__ = "attempt"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    lead_id: Mapped[int] = mapped_column(sa.ForeignKey("lead.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(NUMBER_LENGTH))
    trunk: Mapped[str]
    script_hash: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    """The version that was pinned when the attempt was claimed; the campaign may have another one by now."""
    node: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[AttemptState]
    tries: Mapped[int]
    slot: Mapped[float]
    claimed_at: Mapped[float]
    dialled_at: Mapped[float | None]
    closed_at: Mapped[float | None]
    """``NULL`` while the attempt is open; every limit counts open attempts."""
    decision: Mapped[dict[str, Any] | None]
    started_at: Mapped[float | None]
    answered_at: Mapped[float | None]
    ended_at: Mapped[float | None]
    disposition: Mapped[str] = mapped_column(sa.String(40), default="")
    cause: Mapped[int] = mapped_column(default=0)
    technical: Mapped[int] = mapped_column(default=0)
    explanation: Mapped[str] = mapped_column(sa.Text, default="")
    origin: Mapped[str] = mapped_column(sa.String(16), default="", server_default="")
    """Who the end comes from: our side, the trunk, the carrier, the network or the callee."""
    recording: Mapped[str] = mapped_column(sa.Text, default="")
    engines: Mapped[dict[str, Any] | None]

    __table_args__ = (
        sa.Index(
            "uq_attempt_one_open_per_lead",
            "lead_id",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.Index(
            "uq_attempt_one_open_per_number",
            "number",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.Index(
            "ix_attempt_open",
            "trunk",
            "node",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.Index("ix_attempt_campaign_id_claimed_at", "campaign_id", "claimed_at"),
        sa.Index("ix_attempt_claimed_at", "claimed_at"),
        sa.Index("ix_attempt_script_hash_claimed_at", "script_hash", "claimed_at"),
    )


class OutcomeRow(Base):
    """Outcomes of calls, one row for each attempt that has one."""

    __tablename__ = "outcome"

    attempt_id: Mapped[UUID] = mapped_column(sa.ForeignKey("attempt.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    lead_id: Mapped[int] = mapped_column(sa.ForeignKey("lead.id"), index=True)
    outcome: Mapped[str] = mapped_column(sa.String(40))
    counts_as: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    """The shared outcome that one of a script's own counts as; empty where it is a shared one itself."""
    slots: Mapped[dict[str, Any]]
    recorded_at: Mapped[float]

    __table_args__ = (sa.Index("ix_outcome_campaign_id_outcome", "campaign_id", "outcome"),)


class CallJournalRow(Base):
    """Every event and command of one call, in order, as one document, since it is always read as a whole."""

    __tablename__ = "call_journal"

    attempt_id: Mapped[UUID] = mapped_column(sa.ForeignKey("attempt.id"), primary_key=True)
    entries: Mapped[list[Any]]


class UtteranceRow(Base):
    """Something that was said in a call; times are milliseconds since the answer."""

    __tablename__ = "utterance"

    attempt_id: Mapped[UUID] = mapped_column(sa.ForeignKey("attempt.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0 for the first, in the order of the call."""
    side: Mapped[str] = mapped_column(sa.String(10))
    from_ms: Mapped[int]
    to_ms: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    confidence: Mapped[float | None]


class SuppressionRow(Base):
    """A number that must not be called, in any campaign: a callee said so (``attempt_id``), or somebody put it here."""

    __tablename__ = "suppression"

    number: Mapped[str] = mapped_column(sa.String(NUMBER_LENGTH), primary_key=True)
    attempt_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("attempt.id"))
    since: Mapped[float]
    by: Mapped[str] = mapped_column(default="", server_default="")
    why: Mapped[str] = mapped_column(sa.Text, default="", server_default="")


class TrunkRow(Base):
    """Limits of one trunk across all nodes; its row lock serialises claims through the trunk."""

    __tablename__ = "trunk"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_slot: Mapped[float] = mapped_column(default=0.0)
    """Earliest time at which the next call may start."""


class HoldRow(Base):
    """A breaker with faults; without a row it is closed. Changed under the lock of its trunk's row."""

    __tablename__ = "hold"

    kind: Mapped[HoldKind] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    """Empty for a trunk as a whole."""
    faults: Mapped[int]
    fault_at: Mapped[float]
    opened_at: Mapped[float | None]
    retry_at: Mapped[float]
    trials: Mapped[int]
    trying: Mapped[bool]
    why: Mapped[str] = mapped_column(sa.Text)
    about: Mapped[str]


class NodeRow(Base):
    """A dialling node and its last sign of life."""

    __tablename__ = "node"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    process: Mapped[str] = mapped_column(sa.String(200))
    """Which process dials under this name (``nodes.this_process``); empty when none does."""
    started_at: Mapped[float]
    heartbeat_at: Mapped[float]
    """For people; whether it is alive is judged by ``beats``."""
    beats: Mapped[int] = mapped_column(default=0, server_default="0")
    """Heartbeats so far: moves while the node is alive, whatever the clock does."""
