"""The database and its tables."""

from __future__ import annotations

from voicebot.doctor.finding import Finding, Subject
from voicebot.store import migrations


async def check(subject: Subject) -> list[Finding]:
    """A database that can be reached, with up-to-date tables."""
    config = subject.config
    revision = await migrations.current(config.database.url)
    if revision is None:
        return [Finding("database", "note", "it has no tables yet", "run: voicebot db upgrade")]
    migrations.check(revision, "database")
    return [Finding("database", "fine", f"at revision {revision}")]
