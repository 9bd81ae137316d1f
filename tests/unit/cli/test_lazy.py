"""Commands are imported when they are used, and each one that is listed is there."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
import typer
from typer.main import get_group
from typer.testing import CliRunner

from voicebot.cli.lazy import LazyGroup, lazy_app
from voicebot.cli.main import app
from voicebot.store import migrations
from voicebot.store.records import CampaignState
from voicebot.store.store import Store


def every_command(group: LazyGroup, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str, str]]:
    """All commands with where they are and their help, groups walked into."""
    found = []
    for name, (place, text) in group.entries.items():
        found.append(((*path, name), place, text))
        command = group.get_command(None, name)
        if isinstance(command, LazyGroup):
            found += every_command(command, (*path, name))
    return found


def root() -> LazyGroup:
    """The whole command line."""
    group = get_group(app)
    assert isinstance(group, LazyGroup)
    return group


@pytest.mark.parametrize(("path", "place", "text"), every_command(root()), ids=str)
def test_every_listed_command_is_there_and_has_a_short_help(path: tuple[str, ...], place: str, text: str) -> None:
    module, _, attribute = place.partition(":")
    assert hasattr(importlib.import_module(module), attribute), path
    assert text.endswith(".")
    assert len(text) < 100


def test_help_of_a_group_imports_none_of_its_commands() -> None:
    lazy = lazy_app({"one": ("no.such.module:command", "Does one thing."), "two": ("nor.this:command", "Does two.")})
    shown = CliRunner().invoke(lazy, ["--help"])
    assert shown.exit_code == 0, shown.output
    assert "Does one thing." in shown.output
    assert "two" in shown.output


def test_help_is_shown_as_it_was_written() -> None:
    shown = CliRunner().invoke(app, ["trunk", "call", "--help"])
    assert "(one of [nodes])" in " ".join(shown.output.split())


def test_a_function_and_a_group_are_called_by_their_names() -> None:
    lazy = lazy_app(
        {"here": ("tests.unit.cli.test_lazy:hello", "Greet."), "more": ("tests.unit.cli.test_lazy:GROUP", "M.")}
    )
    assert CliRunner().invoke(lazy, ["here", "Ada"]).output == "hello Ada\n"
    assert CliRunner().invoke(lazy, ["more", "again", "Bo"]).output == "hello Bo\n"
    assert CliRunner().invoke(lazy, ["missing"]).exit_code == 2


def hello(name: str) -> None:
    """Greet somebody."""
    typer.echo(f"hello {name}")


GROUP = typer.Typer()
GROUP.command("again")(hello)
GROUP.command("once")(hello)


NEVER = ("voicebot.dialogue", "voicebot.speech", "voicebot.campaign", "numpy", "sklearn", "phonenumbers")
"""What commands that show or stop something have no work for."""
NOT_FOR_PLAIN_TEXT = ("alembic", "mako", "structlog", "rich", "pygments")
"""What is imported when it is used: to upgrade tables, to log a line, to lay out a table for a terminal."""


@pytest.mark.parametrize("command", ["campaign status", "campaign status november", "campaign pause november"])
def test_what_must_act_at_once_imports_no_more_than_it_needs(command: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    asyncio.run(a_running_campaign(url))
    configuration = tmp_path / "voicebot.toml"
    configuration.write_text(f'database.url = "{url}"\ntrunks.main.endpoint = "carrier-a"\n', encoding="utf-8")
    imported = modules_of(["--config", str(configuration), *command.split()])
    assert [name for name in imported if name.startswith((*NEVER, *NOT_FOR_PLAIN_TEXT))] == []
    assert "voicebot.store.store" in imported


@pytest.mark.parametrize("command", ["trunk list", "campaign --help"])
def test_what_needs_no_database_imports_none(command: str) -> None:
    imported = modules_of(command.split())
    assert [name for name in imported if name.startswith(("sqlalchemy", "voicebot.store", *NEVER[:2]))] == []


async def a_running_campaign(url: str) -> None:
    """Make a database with one."""
    await migrations.upgrade(url)
    store = await Store.open(url)
    try:
        text = "what it says"
        pinned = {"script_hash": sha256(text.encode()).hexdigest(), "script_text": text}
        pinned |= {"script": "reminder", "language": "en-US"}
        campaign = await store.create_campaign("november", trunk="main", **pinned)
        await store.set_state(campaign, CampaignState.RUNNING)
    finally:
        await store.close()


def modules_of(arguments: list[str]) -> list[str]:
    """Run the command line in a process of its own; return which modules it had imported when it ended well."""
    program = (
        "import sys\nfrom voicebot.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return ran.stderr.split()
