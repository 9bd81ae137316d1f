"""Several processes on one machine: their dialplan is printed, and each is started by its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from voicebot.agi.dialplan import asked_at, render
from voicebot.cli import serve, trunk
from voicebot.config import load_config
from voicebot.errors import ConfigurationError

TOML = """\
[asterisk]
fastagi_host = "::1"
[nodes.second]
fastagi_port = 4574
audiosocket_port = 9093
"""


def test_the_dialplan_is_printed_as_asterisk_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "voicebot.toml"
    path.write_text(TOML)
    result = CliRunner().invoke(trunk.app, ["dialplan"], obj=path)
    assert result.exit_code == 0
    assert result.stdout == render(load_config(path))
    lines = [(name.strip(), value.strip()) for name, _, value in (line.partition("=>") for line in
             result.stdout.partition("[voicebot-callee]")[2].splitlines())]  # fmt: skip
    assert asked_at(lines, "start") == "[::1]:4573"
    assert asked_at(lines, "start_second") == "[::1]:4574"


def test_a_node_that_is_not_configured_is_not_started(tmp_path: Path) -> None:
    path = tmp_path / "voicebot.toml"
    path.write_text(TOML)
    context = type("Context", (), {"obj": path})()
    with pytest.raises(ConfigurationError, match="no node 'third'"):
        serve.command(context, node_name="third")
