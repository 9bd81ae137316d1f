"""A campaign is made only with a script that is sound."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.unit.dialogue.checks.faulty_scripts import EXAMPLES, GOOD
from voicebot.cli import campaign
from voicebot.errors import ConfigurationError
from voicebot.store.migrations import upgrade


def test_a_script_with_a_fault_is_refused_with_its_line_and_nothing_is_made(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/voicebot.db"
    asyncio.run(upgrade(url))
    config = tmp_path / "voicebot.toml"
    config.write_text(
        f'[database]\nurl = "{url}"\n[trunks.main]\nendpoint = "carrier"\nnumbers = ["\\\\+1\\\\d{{10}}"]\n',
        encoding="utf-8",
    )
    (tmp_path / "examples.yaml").write_text(EXAMPLES, encoding="utf-8")
    script = tmp_path / "script.yaml"
    app = typer.Typer()
    app.add_typer(campaign.app, name="campaign")
    create = ["campaign", "create", "november", "--script", str(script)]

    script.write_text(GOOD.replace("        - {if: promise_date given, go: confirm}\n", ""), encoding="utf-8")
    refused = CliRunner().invoke(app, create, obj=config)
    assert isinstance(refused.exception, ConfigurationError)
    line = script.read_text(encoding="utf-8")[: script.read_text(encoding="utf-8").index("- {end: promise_to_pay}")]
    (fault, advice) = refused.exception.problems
    assert (fault.file, fault.line) == (str(script), line.count("\n") + 1)
    assert f"voicebot script check {script}" in advice.cure

    script.write_text(GOOD, encoding="utf-8")
    made = CliRunner().invoke(app, create, obj=config)
    assert made.exit_code == 0, made.output
    with pytest.raises(ConfigurationError, match="november"):
        raise CliRunner().invoke(app, create, obj=config).exception or AssertionError("made twice")
