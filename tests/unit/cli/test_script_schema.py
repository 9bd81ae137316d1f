"""``voicebot script schema``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from voicebot import paths
from voicebot.cli.script.schema import command
from voicebot.dialogue.script.reading.schema import FILE, schema_text

APP = typer.Typer()
APP.command()(command)


def test_it_prints_the_schema() -> None:
    told = CliRunner().invoke(APP, [])
    assert (told.exit_code, told.stdout) == (0, schema_text())


def test_it_says_whether_the_shipped_one_is_this(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert CliRunner().invoke(APP, ["--check"]).exit_code == 0
    monkeypatch.setattr(paths, "shipped", lambda _: tmp_path)
    (tmp_path / FILE).write_text("{}\n")
    told = CliRunner().invoke(APP, ["--check", "--json"])
    assert told.exit_code == 1
    assert json.loads(told.stdout) == {"file": str(tmp_path / FILE), "current": False}
    assert "voicebot script schema >" in told.stderr
