"""Where things live, also for a user without a home."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot import paths
from voicebot.errors import ConfigurationError


def test_the_cache_is_where_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOICEBOT_CACHE", "~/kept")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert paths.models_folder() == tmp_path / "kept" / "models"
    monkeypatch.delenv("VOICEBOT_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert paths.cache_folder() == tmp_path / ".cache" / "voicebot"


def test_a_user_without_a_home_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_uid: int) -> None:
        raise KeyError

    for name in ("VOICEBOT_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", nobody)
    with pytest.raises(ConfigurationError, match="no home folder") as told:
        paths.cache_folder()
    assert "VOICEBOT_CACHE" in told.value.problems[0].cure
