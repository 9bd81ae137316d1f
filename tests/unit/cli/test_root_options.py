"""Options that stand before every command."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from voicebot.cli.main import app


@pytest.mark.parametrize(("option", "value"), [("--log-level", "LOUD"), ("--log-form", "xml")])
def test_a_level_or_form_that_is_none_is_an_error_of_usage(option: str, value: str) -> None:
    done = CliRunner().invoke(app, [option, value, "model", "list"])
    assert done.exit_code == 2
    assert f"'{value}' is not one of" in done.output
