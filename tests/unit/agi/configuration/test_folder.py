"""A folder on the disk: includes from elsewhere, links that lead nowhere, files without permission."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from voicebot.agi.configuration.folder import read_folder
from voicebot.errors import ConfigurationError


def names(folder: Path, file: str) -> list[str]:
    reading = read_folder(folder).read(file)
    assert (reading.problems, reading.unseen) == ([], [])
    return [section.name for section in reading.sections]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    etc = tmp_path / "asterisk"
    etc.mkdir()
    return etc


def test_a_pattern_outside_the_folder_is_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere/deeper").mkdir(parents=True)
    (tmp_path / "elsewhere/a.conf").write_text("[a]\n")
    (tmp_path / "elsewhere/b.conf").write_text("[b]\n#include c.inc\n")
    (tmp_path / "elsewhere/deeper/d.conf").write_text("[d]\n")
    (folder / "c.inc").write_text("[c]\n")
    (folder / "pjsip.conf").write_text(f"#include {tmp_path}/elsewhere/*.conf\n")
    assert names(folder, "pjsip.conf") == ["a", "b", "c"]


def test_a_single_file_elsewhere(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.inc").write_text("[general]\n")
    (folder / "manager.conf").write_text(f'#include "{tmp_path}/elsewhere.inc"\n#tryinclude ../elsewhere.inc\n')
    assert names(folder, "manager.conf") == ["general", "general"]
    section = read_folder(folder).read("manager.conf").sections[0]
    assert section.file == f"{tmp_path}/elsewhere.inc"


def test_a_folder_that_is_named_by_a_relative_path(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (folder / "b.conf").write_text("[b]\n")
    (folder / "a.conf").write_text(f"#include {folder}/b.conf\n")
    assert names(Path("asterisk"), "a.conf") == ["b"]


def test_a_link_that_leads_nowhere_is_a_file_that_is_not_there(folder: Path) -> None:
    (folder / "gone.conf").symlink_to(folder / "nowhere")
    (folder / "round.conf").symlink_to(folder / "round.conf")
    (folder / "a.conf").write_text("[a]\n")
    (folder / "b.conf").write_text("#include gone.conf\n")
    files = read_folder(folder)
    assert "gone.conf" not in files
    assert "round.conf" not in files
    assert "is not there" in files.read("b.conf").problems[0].what
    assert names(folder, "a.conf") == ["a"]


def test_what_is_no_regular_file_is_left_alone(folder: Path) -> None:
    os.mkfifo(folder / "pipe.conf")
    (folder / "folder.conf").mkdir()
    files = read_folder(folder)
    assert "pipe.conf" not in files
    assert "folder.conf" not in files


def test_a_file_without_permission_is_not_known(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "pjsip.conf").write_text("#include trunks.conf\n")
    (folder / "trunks.conf").write_text("[carrier]\n")
    real = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "trunks.conf":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)  # whoever is root may read everything
    reading = read_folder(folder).read("pjsip.conf")
    assert reading.problems == []
    assert [("trunks.conf" in one.what, "Permission denied" in one.what) for one in reading.unseen] == [(True, True)]


def test_bytes_that_are_no_text_can_be_read(folder: Path) -> None:
    (folder / "a.conf").write_bytes(b"[a]\nname=\xe9\xff\n")
    assert names(folder, "a.conf") == ["a"]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        read_folder(tmp_path / "nowhere")
