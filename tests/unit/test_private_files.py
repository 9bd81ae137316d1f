"""Files and folders are made for their owner alone, whatever the umask is."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from voicebot.private_files import make_missing, open_private, private_folder, tighten, write_private


@pytest.fixture(autouse=True, params=[0o000, 0o022, 0o077])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_and_those_above_it_are_private(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "var" / "journals" / "2026")
    assert [mode(place) for place in (folder, *folder.parents[:2])] == [0o700] * 3


def test_an_open_folder_of_ours_is_tightened_and_that_of_the_user_is_not(tmp_path: Path) -> None:
    theirs, ours = tmp_path / "home", tmp_path / "home" / "journals"
    for folder in (theirs, ours):
        folder.mkdir()
        folder.chmod(0o755)
    private_folder(ours)
    make_missing(theirs / "new")
    assert (mode(theirs), mode(ours), mode(theirs / "new")) == (0o755, 0o700, 0o700)


def test_a_folder_that_another_program_writes_to_keeps_that(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    folder.chmod(0o2775)
    private_folder(folder, mode=0o2770)
    assert mode(folder) == 0o2770


@pytest.mark.parametrize("how", ["w", "a", "x", "wb", "ab"])
def test_a_new_file_is_private(tmp_path: Path, how: str) -> None:
    path = tmp_path / "file"
    with open_private(path, how) as file:
        assert mode(path) == 0o600  # before anything stands in it
        file.write(b"x" if "b" in how else "für")
    assert mode(path) == 0o600


def test_an_open_file_is_tightened_when_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o664)
    with open_private(path, "a") as file:
        file.write("new")
    assert (mode(path), path.read_text()) == (0o600, "oldnew")
    write_private(path, "für")
    assert path.read_bytes() == "für".encode()


def test_tightening_takes_away_and_never_gives(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    path.chmod(0o404)
    assert tighten(path)
    assert mode(path) == 0o400
    assert tighten(tmp_path / "missing")


def test_devices_are_left_alone() -> None:
    before = mode(Path("/dev/null"))
    with open_private(Path("/dev/null"), "w") as file:
        file.write("x")
    assert mode(Path("/dev/null")) == before
