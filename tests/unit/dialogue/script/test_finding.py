"""Which script a word on the command line means."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.dialogue.script.reading import finding
from voicebot.errors import ConfigurationError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("en-US/reminder", "zh-CN/reminder", "en-US/collection", "zh-CN/survey", "xx-A/poll", "xx-B/poll"):
        file = tmp_path / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text("# comment\nscript: it\n")
    (tmp_path / "en-US/common.yaml").write_text("language: en-US\n")
    (tmp_path / "script.schema.json").write_text("{}")
    monkeypatch.setattr(finding, "shipped", lambda _name: tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("word", "language", "file"),
    [
        ("reminder", "", "en-US/reminder"),
        ("zh-CN/reminder", "", "zh-CN/reminder"),
        ("reminder", "zh-CN", "zh-CN/reminder"),
        ("survey", "", "zh-CN/survey"),
    ],
)
def test_a_name_means_a_shipped_script(folder: Path, word: str, language: str, file: str) -> None:
    assert finding.find_script(word, language) == folder / f"{file}.yaml"


def test_a_path_means_a_file(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text("script: mine\n")
    assert finding.find_script(str(own)) == own


@pytest.mark.parametrize(
    ("word", "language", "what", "cure"),
    [
        ("remindr", "", "there is no script remindr", "did you mean reminder"),
        ("common", "", "there is no script common", "name a file, or a shipped one: en-US/collection, en-US/reminder"),
        ("survey", "en-US", "there is no script survey in en-US", "did you mean"),
        ("poll", "", "several languages have a script poll", "name xx-A/poll or xx-B/poll"),
    ],
)
def test_no_such_script_is_told_with_what_comes_near(
    folder: Path, word: str, language: str, what: str, cure: str
) -> None:
    with pytest.raises(ConfigurationError) as told:
        finding.find_script(word, language)
    assert told.value.problems[0].what == what
    assert cure in told.value.problems[0].cure


def test_no_such_file_is_told_with_what_comes_near(folder: Path) -> None:
    with pytest.raises(ConfigurationError) as told:
        finding.find_script(str(folder / "en-US/remainder.yaml"))
    assert told.value.problems[0].cure == f"did you mean {folder / 'en-US/reminder.yaml'}?"
    with pytest.raises(ConfigurationError) as told:
        finding.find_script(str(folder / "nowhere/reminder.yaml"))
    assert "no folder" in told.value.problems[0].cure


def test_every_shipped_script_is_found_by_its_name() -> None:
    found = finding.shipped_scripts()
    assert {"en-US/reminder", "en-US/collection"} <= set(found)
    assert all(finding.find_script(name) == file for name, file in found.items())
