"""Finding espeak-ng: on the PATH, else in the fetched tree, else with a cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.config import SpeechSection
from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.speech.speaking.choosing import choose_voice
from voicebot.speech.tools import find_espeak, tools_root


def _tree(root: Path) -> Path:
    for name in ("usr/bin/espeak-ng", "usr/lib64/ld-linux-x86-64.so.2"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch(mode=0o755)
    (root / "usr/lib/x86_64-linux-gnu/espeak-ng-data").mkdir(parents=True)
    return root


def test_the_tree_runs_through_its_own_loader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    root = _tree(tmp_path / "root")
    binary = find_espeak(root)
    assert binary.command[0] == str(root / "usr/lib64/ld-linux-x86-64.so.2")
    assert binary.command[-1] == str(root / "usr/bin/espeak-ng")
    assert binary.environment["ESPEAK_DATA_PATH"] == str(root / "usr/lib/x86_64-linux-gnu")


def test_an_installed_one_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin/espeak-ng"
    program.parent.mkdir()
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    assert find_espeak(_tree(tmp_path / "root")).command == (str(program),)


def test_neither_is_told_with_a_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path))
    assert tools_root() == tmp_path / "tools/root"
    with pytest.raises(UnavailableError, match="scripts/setup-tools"):
        choose_voice(SpeechSection(), "zh-CN")


def test_a_voice_that_does_not_speak_the_language_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="English only"):
        choose_voice(SpeechSection(voice="hibari"), "zh-CN")
