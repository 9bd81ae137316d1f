"""Recordings: kept as files that anybody can open, and counted only where they are there and long enough."""

from __future__ import annotations

import shutil
import stat
import wave
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from voicebot.call.recordings import (
    BYTES_A_SECOND,
    Kept,
    Recordings,
    keep,
    make_shared,
    missing_part,
    playable,
    seconds_of,
)

WALL = 1_790_000_000.0
SECOND = bytes(range(32)) * (BYTES_A_SECOND // 32)


def raw_file(folder: Path, seconds: int) -> Path:
    path = folder / "call.raw"
    path.write_bytes(SECOND * seconds)
    return path


def test_a_raw_recording_becomes_a_wave_file(tmp_path: Path) -> None:
    kept = keep(raw_file(tmp_path, 5), 4.9)
    assert kept == Kept(tmp_path / "call.wav", 5.0)
    with wave.open(str(kept.path)) as file:
        assert file.readframes(file.getnframes()) == SECOND * 5
    assert seconds_of(tmp_path / "call.wav") == 5.0
    assert [path.name for path in tmp_path.iterdir()] == ["call.wav"]
    assert keep(tmp_path / "call.raw", 4.9) == kept, "after a crash it is asked for again"


def test_a_recording_that_is_a_wave_file_already_stays_as_it_is(tmp_path: Path) -> None:
    kept = keep(raw_file(tmp_path, 5), 4.9)
    assert kept.path is not None
    before = kept.path.read_bytes()
    assert keep(kept.path, 4.9) == kept, "after a crash the journal may name this file"
    assert kept.path.read_bytes() == before


def test_a_disk_without_room_for_another_file_keeps_the_raw_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(wave.Wave_write, "writeframesraw", refuse)
    kept = keep(raw_file(tmp_path, 5), 4.9)
    assert kept == Kept(tmp_path / "call.raw", 5.0)
    assert [path.name for path in tmp_path.iterdir()] == ["call.raw"]
    monkeypatch.undo()
    other = tmp_path / "elsewhere"
    other.mkdir()
    assert playable(tmp_path / "call.raw", other) == other / "call.wav"
    assert seconds_of(other / "call.wav") == 5.0


@given(st.floats(0, 3600), st.floats(0, 3600))
def test_what_is_too_short(seconds: float, of: float) -> None:
    if seconds >= of:
        assert not missing_part(seconds, of)
    if seconds < 0.9 * of and of > 40:
        assert missing_part(seconds, of)
    if of - seconds < 2:
        assert not missing_part(seconds, of)


def test_folders_of_days_are_like_the_one_they_are_in(tmp_path: Path) -> None:
    top = tmp_path / "recordings"
    top.mkdir()
    top.chmod(0o2770)
    make_shared(top / "2026/11/26", top)
    make_shared(top / "2026/11/27", top)
    for place in ("2026", "2026/11", "2026/11/26", "2026/11/27"):
        assert stat.S_IMODE((top / place).stat().st_mode) == 0o2770
        assert (top / place).stat().st_gid == top.stat().st_gid
    own = tmp_path / "new"
    make_shared(own / "2026", own)
    assert stat.S_IMODE(own.stat().st_mode) == stat.S_IMODE((own / "2026").stat().st_mode) == 0o700


def test_a_disk_that_is_nearly_full_is_told_once_and_again_when_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = 1_000_000
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    recordings = Recordings(tmp_path / "recordings", 300.0)
    with capture_logs() as logged:
        for _ in range(3):
            call = recordings.open(uuid4(), WALL)
            assert call.path == ""
            assert "1.0 MB are free" in call.why_not()
            assert call.keep(12.0).path is None
        free = 10**9
        call = recordings.open(uuid4(), WALL)
        assert call.path.startswith(str(tmp_path / "recordings/2026/09/21"))
        Path(call.path).write_bytes(SECOND * 12)
        assert call.why_not() == ""
        assert call.keep(12.0) == Kept(Path(call.path).with_suffix(".wav"), 12.0)
    assert [line["event"] for line in logged] == ["calls are not recorded", "calls are recorded again"]


def test_nothing_is_kept_that_nobody_was_told_of(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path, 1.0)
    late = recordings.open(uuid4(), WALL)
    path = Path(late.path)
    assert "has not made" in late.why_not()
    path.write_bytes(SECOND)
    assert late.keep(1.0).path is None
    unanswered = recordings.open(uuid4(), WALL)
    Path(unanswered.path).write_bytes(SECOND)
    assert unanswered.keep(None) == Kept()
    assert not list(path.parent.iterdir())


def test_a_folder_that_is_none_costs_no_call(tmp_path: Path) -> None:
    (tmp_path / "recordings").touch()
    call = Recordings(tmp_path / "recordings", 300.0).open(uuid4(), WALL)
    assert call.path == ""
    assert "cannot be written" in call.why_not()
    assert call.keep(5.0).path is None


def test_a_folder_that_goes_while_somebody_talks_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    call = Recordings(folder, 300.0).open(uuid4(), WALL)
    Path(call.path).write_bytes(SECOND * 12)
    assert call.why_not() == ""
    folder.rename(tmp_path / "away")
    folder.touch()
    with capture_logs() as logged:
        assert call.keep(12.0).why_not
    assert [line["event"] for line in logged] == ["calls are not recorded"]


def test_files_are_private(tmp_path: Path) -> None:
    kept = keep(raw_file(tmp_path, 1), 1.0)
    assert kept.path is not None
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(("talked", "levels"), [(5.0, ["warning"]), (30.0, ["info"])])
def test_a_full_disk_is_not_told_twice_for_one_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, talked: float, levels: list[str]
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(wave.Wave_write, "writeframesraw", refuse)
    with capture_logs() as logged:
        kept = keep(raw_file(tmp_path, 5), talked)
    assert [entry["log_level"] for entry in logged] == levels
    assert bool(kept.why_not) == (talked > 5.0)
