"""A designer's first steps: a script of one's own, its lines heard, compared with what was published."""

from __future__ import annotations

import asyncio
import json
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from voicebot.cli.script import app
from voicebot.errors import ConfigurationError
from voicebot.store.migrations import upgrade

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of ``voicebot script`` in an empty folder with a database."""
    monkeypatch.chdir(tmp_path)
    url = f"sqlite+aiosqlite:///{tmp_path}/voicebot.db"
    asyncio.run(upgrade(url))
    config = tmp_path / "voicebot.toml"
    config.write_text(f'[database]\nurl = "{url}"\n', encoding="utf-8")

    def invoke(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, list(arguments), obj=config)
        if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.mark.parametrize(("like", "folder"), [("reminder", "mine"), ("zh-CN/collection", "nest/mine")])
def test_a_new_script_is_sound_with_its_schemas_beside_it(run: Run, tmp_path: Path, like: str, folder: str) -> None:
    run("new", "mine", "--from", like, "--to", folder)
    file = tmp_path / folder / "mine.yaml"
    report = json.loads(run("check", str(file), "--json").stdout)
    assert report["findings"] == []
    assert report["script"] == "mine"
    for made in file.parent.rglob("*.yaml"):
        first = made.read_text(encoding="utf-8").partition("\n")[0]
        if "$schema=" in first:
            assert (made.parent / first.partition("$schema=")[2]).is_file(), made


def test_conversations_come_along(run: Run, tmp_path: Path) -> None:
    run("new", "mine")
    tried = json.loads(run("test", "mine/mine.yaml", "mine/tests", "--json").stdout)
    assert len(tried["conversations"]) > 100
    assert all(one["ok"] for one in tried["conversations"])


def test_nothing_is_written_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(ConfigurationError, match="already exists"):
        run("new", "mine")
    with pytest.raises(ConfigurationError, match="cannot be a script's name"):
        run("new", "Mine!")


def test_a_schema_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    run("new", "mine")
    (tmp_path / "mine/script.schema.json").unlink()
    (finding,) = json.loads(run("check", "mine/mine.yaml", "--json").stdout)["findings"]
    assert (finding["id"], finding["severity"], finding["line"]) == ("schema-not-found", "warning", 1)


def test_a_line_is_spoken_with_values(run: Run, tmp_path: Path) -> None:
    said = run(
        "say",
        "reminder",
        "confirm",
        "--value",
        "promise_date=2026-12-03",
        "--today",
        "2026-11-23",
        "-o",
        "a.wav",
        "--json",
    )
    (line,) = json.loads(said.stdout)["lines"]
    assert "Thursday, December third" in line["text"]
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert file.getframerate() == 8000
        assert file.getnframes() / 8000 == pytest.approx(line["seconds"], abs=0.01)
        assert max(file.readframes(16000)) > 0


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("payment", "--stranger"), "a stranger must never hear it"),
        (("paymnt",), "no step and no line"),
        (("confirm", "--value", "promise_date=soon"), "'soon' is no date"),
        (("confirm", "--value", "date=2026-12-03"), "there is no slot 'date'"),
        (("identity", "--variant", "kind"), "there is no variant kind"),
    ],
)
def test_what_cannot_be_spoken_is_told(run: Run, arguments: tuple[str, ...], what: str) -> None:
    with pytest.raises(ConfigurationError, match=what):
        run("say", "reminder", *arguments, "--json")


def test_a_name_means_the_published_version_and_shipped_the_shipped_one(run: Run, tmp_path: Path) -> None:
    run("new", "reminder", "--to", "mine")
    file = tmp_path / "mine/reminder.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Will you be able to pay it on time?", "Can you pay it on time?"), encoding="utf-8")
    run("publish", str(file), "--note", "shorter")
    same = json.loads(run("diff", "reminder", str(file), "--json").stdout)
    assert same["same"]
    other = json.loads(run("diff", "shipped:reminder", "reminder", "--json").stdout)
    assert [one["told"] for one in other["changes"]] != []
    assert "Can you" in run("draw", "reminder").stdout
    assert "Can you" not in run("draw", "shipped:reminder").stdout
