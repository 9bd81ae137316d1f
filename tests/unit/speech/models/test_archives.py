"""No archive takes more than a model can have, whatever its list says."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path
from typing import IO, cast

import pytest

from voicebot.errors import UnavailableError
from voicebot.speech import model_install
from voicebot.speech.models import archives, sources
from voicebot.speech.models import catalogue as models

REQUIRED = ("am/final.mdl", "conf/model.conf")
MODEL = {"am/final.mdl": b"acoustics" * 1000, "conf/model.conf": b"--beam=10"}


class Zeros(io.RawIOBase):
    """A file of zeros that is nowhere."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        count = self._left if size < 0 else min(size, self._left)
        self._left -= count
        return bytes(count)


def zip_of(path: Path, zeros: int = 0, more: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in {**MODEL, **(more or {})}.items():
            archive.writestr(name, content)
        if zeros:
            with archive.open("graph/HCLG.fst", "w", force_zip64=True) as member:
                for _ in range(zeros >> 20):
                    member.write(bytes(1 << 20))
    return path


def tar_of(path: Path, zeros: int) -> Path:
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, content in MODEL.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        entry = tarfile.TarInfo("graph/HCLG.fst")
        entry.size = zeros
        archive.addfile(entry, cast(IO[bytes], Zeros(zeros)))
    return path


def refusal(archive: Path, box: Path) -> str:
    with pytest.raises(UnavailableError) as refused:
        archives.unpack(archive, box / "model", REQUIRED, sources.no_progress)
    assert not (box / "model").exists()
    return str(refused.value)


@pytest.mark.parametrize("make", [zip_of, tar_of])
def test_zeros_by_the_gigabyte_are_refused(tmp_path: Path, make: object) -> None:
    assert callable(make)
    archive = make(tmp_path / "archive", 200 << 20)
    assert archive.stat().st_size < 2 << 20
    assert "unpacks to more than 50 MB" in refusal(archive, tmp_path)


def test_it_is_refused_when_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path / "cache"))
    with pytest.raises(UnavailableError, match="more than a model has"):
        model_install.install("zeros", str(zip_of(tmp_path / "a.zip", 200 << 20)), language="en-US")
    assert models.installed("zeros") is None


def test_a_small_model_may_shrink_as_much_as_it_likes(tmp_path: Path) -> None:
    archives.unpack(zip_of(tmp_path / "a.zip", 20 << 20), tmp_path / "model", REQUIRED, sources.no_progress)
    assert (tmp_path / "model" / "graph" / "HCLG.fst").stat().st_size == 20 << 20


def test_files_without_number_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 5)
    archive = zip_of(tmp_path / "a.zip", more={f"graph/{number}": b"" for number in range(4)})
    assert "more than 5 files" in refusal(archive, tmp_path)


def test_one_name_twice_is_refused(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "a.zip")
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(archive, "a") as more:
        more.writestr("am/final.mdl", b"another one")
    assert "twice" in refusal(archive, tmp_path)


def test_an_archive_does_not_say_that_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path / "cache"))
    forged = {models.MARKER: b'{"name": "x", "checked": "yes"}'}
    found = model_install.install("mine", str(zip_of(tmp_path / "a.zip", more=forged)), language="en-US")
    assert (found.name, found.checked) == ("mine", None)
    assert models.damaged("mine") == ()
