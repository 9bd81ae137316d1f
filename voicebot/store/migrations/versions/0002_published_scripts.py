"""Which versions of scripts were published, and which a campaign was given: when, by whom and why."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "script_publication",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hash"], ["script_version.hash"], name=op.f("fk_script_publication_hash_script_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_publication")),
        sa.UniqueConstraint("key", name=op.f("uq_script_publication_key")),
    )
    op.create_index(
        "ix_script_publication_name_language", "script_publication", ["name", "language", "id"], unique=False
    )
    pins = op.create_table(
        "campaign_pin",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_pin_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["hash"], ["script_version.hash"], name=op.f("fk_campaign_pin_hash_script_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_pin")),
        sa.UniqueConstraint("key", name=op.f("uq_campaign_pin_key")),
    )
    op.create_index(op.f("ix_campaign_pin_campaign_id"), "campaign_pin", ["campaign_id"], unique=False)
    op.add_column("attempt", sa.Column("script_hash", sa.String(length=64), nullable=False, server_default=""))
    op.create_index("ix_attempt_script_hash_claimed_at", "attempt", ["script_hash", "claimed_at"], unique=False)
    _fill_in(pins)


def _fill_in(pins: sa.Table) -> None:
    """Until now a campaign kept the version that it was created with."""
    connection = op.get_bind()
    campaign = sa.table("campaign", sa.column("id"), sa.column("script_hash"), sa.column("created_at"))
    attempt = sa.table("attempt", sa.column("campaign_id"), sa.column("script_hash"))
    of_campaign = sa.select(campaign.c.script_hash).where(campaign.c.id == attempt.c.campaign_id).scalar_subquery()
    connection.execute(sa.update(attempt).values(script_hash=of_campaign))
    made = [
        {
            "key": uuid.uuid4(),
            "campaign_id": row.id,
            "hash": row.script_hash,
            "at": row.created_at,
            "by": "",
            "why": "the campaign was made",
        }
        for row in connection.execute(sa.select(campaign).order_by(campaign.c.id))
    ]
    if made:
        connection.execute(sa.insert(pins), made)
