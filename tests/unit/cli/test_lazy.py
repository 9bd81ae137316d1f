"""Commands are imported when they are used, and each one that is listed is there."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest
import typer
from typer.main import get_group
from typer.testing import CliRunner

from voicebot.cli.lazy import LazyGroup, lazy_app
from voicebot.cli.main import app


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


@pytest.mark.parametrize("command", ["status", "pause"])
def test_what_must_act_at_once_imports_no_dialogue_and_no_speech(command: str) -> None:
    place = importlib.import_module("voicebot.cli.campaign").COMMANDS[command][0].partition(":")[0]
    program = (
        f"import sys, voicebot.cli.main, voicebot.cli.campaign.{place};"
        "print([m for m in sys.modules if m.startswith(('voicebot.dialogue', 'voicebot.speech', 'numpy', 'sklearn'))])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"
