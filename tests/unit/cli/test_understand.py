"""``voicebot script understand``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from tests.unit.dialogue.shipped import policy_of, script_of
from voicebot.cli.script import app, understand
from voicebot.dialogue import policies
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.understanding.local import LocalPolicy
from voicebot.errors import ConfigurationError

CONTEXT = typer.Context(get_command(app))


@pytest.fixture(autouse=True)
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the policy that all tests share: loading one takes seconds."""

    def local(script: Script) -> LocalPolicy:
        assert script.content_hash == script_of("en-US/reminder").content_hash
        return policy_of("en-US/reminder")

    monkeypatch.setattr(policies, "LocalPolicy", local)


def told(capsys: pytest.CaptureFixture[str], *texts: str, **options: Any) -> dict[str, Any]:
    understand.command(CONTEXT, "reminder", list(texts), json=True, today="2026-11-23", **options)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    found: dict[str, Any] = json.loads(lines[0])
    return found


def test_texts_are_told_with_runners_up_and_values(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "i'll pay you on friday i swear", "stop calling me")
    first, second = found["texts"]
    assert first["intent"] == "promise_to_pay"
    assert first["slots"] == {"promise_date": "2026-11-27"}
    assert [one["value"] for one in first["entities"]] == ["2026-11-27"]
    assert (second["intent"], second["confidence"], second["by"]) == ("stop_calling", 1.0, "keyword")


def test_a_step_changes_what_words_mean(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "hello", step="identity")["texts"][0]["intent"] == "repeat"
    assert told(capsys, "monday", step="when")["texts"][0]["intent"] == "promise_to_pay"


def test_files_are_counted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    intents, entities = tmp_path / "i.tsv", tmp_path / "e.tsv"
    intents.write_text("affirm\tyes\ndeny\tyes\n")
    entities.write_text("2026-11-23\tdate\tfriday\t2026-11-27\n2026-11-23\tamount\tten dollars\t11\n")
    found = told(capsys, file=intents, entities=entities)
    assert found["intents"]["accuracy"] == 0.5
    assert found["intents"]["n"] == 2
    assert found["intents"]["expected_calibration_error"] == 0.5
    assert found["intents"]["reliability"] == [{"from": 0.933, "to": 1.0, "n": 2, "confidence": 1.0, "right": 0.5}]
    assert found["intents"]["out_of_scope"] is None
    assert found["entities"]["misses"] == [
        {"line": 2, "text": "ten dollars", "expected": "11", "got": "10", "more": "amount said on 2026-11-23"}
    ]
    understand.command(CONTEXT, "reminder", file=intents, entities=entities)
    shown = capsys.readouterr().out
    assert "intents: 1 of 2 right, accuracy 0.500" in shown
    assert "taken for another" in shown
    assert "expected calibration error 0.500" in shown
    intents.write_text("out_of_scope\twhat is the capital of peru\nout_of_scope\tstop calling me\n")
    understand.command(CONTEXT, "reminder", file=intents, step="payment")
    assert "out of scope: 1 of 2 refused, 1 taken for something that decides (50.0%)" in capsys.readouterr().out


@pytest.mark.parametrize("options", [{}, {"texts": ["x"], "policy": "oracle"}, {"texts": ["x"], "step": "nowhere"}])
def test_wrong_use_is_told(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as error:
        understand.command(CONTEXT, "reminder", **options)
    assert error.value.problems[0].cure
