"""Numbers are barred by hand as well: who did it, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("suppression", sa.Column("by", sa.String(length=120), nullable=False, server_default=""))
    op.add_column("suppression", sa.Column("why", sa.Text(), nullable=False, server_default=""))
