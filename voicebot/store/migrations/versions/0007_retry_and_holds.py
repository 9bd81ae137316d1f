"""Each campaign has its retry rule, each lead its agreed time, and breakers are kept where every node sees them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

READY_AND_AGREED = sa.text("state = 'ready' AND agreed_until IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "hold",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("fault_at", sa.Double(), nullable=False),
        sa.Column("opened_at", sa.Double(), nullable=True),
        sa.Column("retry_at", sa.Double(), nullable=False),
        sa.Column("trials", sa.Integer(), nullable=False),
        sa.Column("trying", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", "node", name=op.f("pk_hold")),
    )
    op.add_column("campaign", sa.Column("retry", sa.Text(), nullable=False, server_default=""))
    op.add_column("attempt", sa.Column("origin", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("lead", sa.Column("refusals", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("lead", sa.Column("given_back", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("lead", sa.Column("agreed_at", sa.Double(), nullable=True))
    op.add_column("lead", sa.Column("agreed_until", sa.Double(), nullable=True))
    op.add_column("lead", sa.Column("counted_from", sa.Double(), nullable=False, server_default="0"))
    op.create_index(
        "ix_lead_agreed",
        "lead",
        ["campaign_id", "next_at"],
        unique=False,
        sqlite_where=READY_AND_AGREED,
        postgresql_where=READY_AND_AGREED,
    )
