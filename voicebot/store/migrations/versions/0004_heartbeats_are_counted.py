"""Heartbeats are counted: whether a node is alive is judged by its counter, not by comparing times."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("node", sa.Column("beats", sa.Integer(), server_default="0", nullable=False))
