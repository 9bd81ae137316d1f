"""Starting a campaign says what would keep this machine from calling its leads."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from voicebot.cli.campaign import app
from voicebot.store.migrations import upgrade


@pytest.fixture
def config(tmp_path: Path) -> Path:
    url = f"sqlite+aiosqlite:///{tmp_path}/voicebot.db"
    asyncio.run(upgrade(url))
    file = tmp_path / "voicebot.toml"
    file.write_text(
        f'[database]\nurl = "{url}"\n[trunks.main]\nendpoint = "carrier"\nnumbers = ["\\\\+86\\\\d{{11}}"]\n',
        encoding="utf-8",
    )
    return file


def run(config: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(app, list(arguments), obj=config)
    assert result.exit_code == 0, result.output
    return result


def test_a_language_that_nothing_hears_is_told_at_start_and_the_campaign_runs_for_other_nodes(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path / "empty"))
    run(config, "create", "november", "--script", "zh-CN/reminder")
    started = run(config, "start", "november")
    assert "for zh-CN is installed" in started.stderr
    assert "others that serve the trunk might" in started.stderr
    assert "running" in run(config, "status", "november").stdout


def test_nothing_is_told_where_nothing_is_lacking(config: Path) -> None:
    run(config, "create", "november", "--script", "reminder")
    assert "could not make these calls" not in run(config, "start", "november").stderr
