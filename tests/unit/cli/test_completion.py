"""Shells complete commands, options and their values."""

from __future__ import annotations

import sys

import pytest

from voicebot.cli.main import app


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("voicebot ca", {"campaign", "call"}),
        ("voicebot campaign im", {"import"}),
        ("voicebot dnc ", {"list", "add", "import"}),
        ("voicebot call ", {"list", "show", "play", "export", "classify"}),
        ("voicebot call list --dis", {"--disposition"}),
        ("voicebot lead list --times ", {"machine", "lead"}),
        ("voicebot zzz", set()),
    ],
)
def test_a_shell_completes(
    typed: str, words: set[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["voicebot"])
    monkeypatch.setenv("_VOICEBOT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split(" ")) - 1))
    with pytest.raises(SystemExit):
        app(prog_name="voicebot")
    assert set(capsys.readouterr().out.split()) == words
