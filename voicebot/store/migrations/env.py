"""Entry point that Alembic asks for; the connection comes from ``voicebot.store.migrations``."""

from __future__ import annotations

from alembic import context

from voicebot.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
