"""Migrations are one line: each comes after exactly one other, and is named by its number."""

from __future__ import annotations

from alembic.config import Config
from alembic.script import ScriptDirectory

from voicebot.store import migrations


def test_migrations_are_one_line() -> None:
    settings = Config()
    settings.set_main_option("script_location", str(next(iter(migrations.__path__))))
    settings.set_main_option("path_separator", "os")
    found = list(ScriptDirectory.from_config(settings).walk_revisions())
    numbers = [revision.revision for revision in reversed(found)]
    assert numbers == [f"{number:04}" for number in range(1, len(found) + 1)]
    assert all(str(revision.path).rpartition("/")[2].startswith(revision.revision) for revision in found)
