"""Finding a folder's recordings and their classes, and judging whether each was classified correctly."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.call.trying.folder import find_recordings, judge
from voicebot.call.trying.recorded_call import RecordedCall, Told
from voicebot.errors import ConfigurationError
from voicebot.speech.listening.greeting import Verdict


def test_classes_are_listed_or_stand_in_names(tmp_path: Path) -> None:
    for name in ("person-1.wav", "other.wav", "unknown.mp3", "voicemail/a.wav", "notes.txt", ".hidden.wav", "machine"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "classes.tsv").write_text("# file\tclass\nother.wav\tscreener\n", encoding="utf-8")
    found = {str(one.path.relative_to(tmp_path)): one.truth for one in find_recordings(tmp_path)}
    assert found == {
        "machine": "machine",
        "other.wav": "screener",
        "person-1.wav": "person",
        "unknown.mp3": "",
        "voicemail/a.wav": "voicemail",
    }
    assert [one.truth for one in find_recordings(tmp_path / "person-1.wav")] == ["person"]


@pytest.mark.parametrize(
    ("listed", "told"),
    [("a.wav\thuman\n", "'human' is no class"), ("b.wav\tperson\n", "there is no recording b.wav"), (None, "holds no")],
)
def test_what_is_wrong_with_a_folder_is_told(tmp_path: Path, listed: str | None, told: str) -> None:
    if listed is not None:
        (tmp_path / "a.wav").touch()
        (tmp_path / "classes.tsv").write_text(listed, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=told):
        find_recordings(tmp_path)


@pytest.mark.parametrize(
    ("truth", "verdicts", "counted", "right"),
    [
        ("person", ["person"], ("affirm",), True),
        ("person", ["person", "voicemail"], (), False),
        ("person", [], (), False),
        ("voicemail", ["voicemail"], (), True),
        ("voicemail", ["switchboard", "voicemail"], (), True),
        ("voicemail", ["switchboard"], (), False),
        ("voicemail", ["person", "voicemail"], (), False),
        ("machine", ["announcement"], (), True),
        ("machine", ["voicemail"], ("attorney",), False),
        ("screener", ["screener", "person"], ("affirm",), True),
        ("screener", ["voicemail"], (), False),
        ("silence", ["silence"], (), True),
        ("silence", ["person"], (), False),
        ("", ["person"], (), True),
    ],
)
def test_what_is_right(truth: str, verdicts: list[str], counted: tuple[str, ...], right: bool) -> None:
    told = tuple(Told(Verdict(verdict), 1.0, "it said so") for verdict in verdicts)
    assert (judge(truth, RecordedCall(told, counted=counted)).wrong == "") == right
