"""``voicebot script check``: what it prints, for people and as data, and what it leaves with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from tests.unit.dialogue.checks.faulty_scripts import EXAMPLES, GOOD
from voicebot.cli.script import check
from voicebot.cli.script.soundness import sound_script
from voicebot.errors import ConfigurationError

FAULTY = GOOD.replace("        - {if: promise_date given, go: confirm}\n", "")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "examples.yaml").write_text(EXAMPLES, encoding="utf-8")
    path = tmp_path / "script.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_good_script_leaves_with_0(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check.command(str(script), words=False, json=True)
    record = json.loads(capsys.readouterr().out)
    assert (record["ok"], record["findings"], record["script"]) == (True, [], "good")
    assert record["states"] > 20


def test_a_fault_is_told_with_the_conversation_that_shows_it(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(typer.Exit) as left:
        check.command(str(script), words=False, json=True)
    assert left.value.exit_code == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["id"] == "promise-changed-unconfirmed"
    assert FAULTY.splitlines()[finding["line"] - 1].strip() == "- {end: promise_to_pay}"
    last = finding["turns"][-1]
    assert (last["step"], last["heard"], last["leads_to"]) == ("confirm", "affirm", "end:promise_to_pay")
    with pytest.raises(typer.Exit):
        check.command(str(script), words=False, json=False)
    told = " ".join(capsys.readouterr().out.split())
    assert "promises ✗" in told
    assert "You will pay by" in told
    assert "“affirm now”" in told
    assert "1 fault, no warnings" in told


def test_a_script_that_cannot_be_read_is_told_as_far_as_it_was(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text(GOOD.replace("affirm: when", "affirm: whne"), encoding="utf-8")
    with pytest.raises(typer.Exit):
        check.command(str(script), words=False, json=True)
    record = json.loads(capsys.readouterr().out)
    assert [(one["id"], one["cure"]) for one in record["findings"]] == [("not-readable", "did you mean when?")]
    assert record["states"] == 0


def test_only_a_sound_script_is_used_in_a_campaign(script: Path) -> None:
    assert sound_script(script).script == "good"
    script.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="without having been read back"):
        sound_script(script)


def test_phrases_that_are_banned_beside_a_script_are_banned_in_it(script: Path) -> None:
    (script.parent / "banned.yaml").write_text("banned: [{phrase: I understand, why: nobody does}]", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="nobody does"):
        sound_script(script)
    (script.parent / "banned.yaml").write_text("banned: [{phrase: }, {phrase: a, wy: b}]", encoding="utf-8")
    with pytest.raises(ConfigurationError) as told:
        sound_script(script)
    assert [(one.line, one.what) for one in told.value.problems] == [
        (1, "is not a banned phrase"),
        (1, "'wy' is not known here"),
    ]
