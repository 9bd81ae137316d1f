"""An outcome of a script's own says which shared outcome it counts as."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outcome", sa.Column("counts_as", sa.String(length=40), nullable=False, server_default=""))
