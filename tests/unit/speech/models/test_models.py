"""Models: half of one never counts, and no archive writes outside its folder."""

from __future__ import annotations

import contextlib
import errno
import io
import tarfile
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.paths import models_folder
from voicebot.speech import model_install
from voicebot.speech.models import archives, sources
from voicebot.speech.models import catalogue as models

FILES = {"am/final.mdl": b"acoustics" * 1000, "conf/model.conf": b"--beam=10", "graph/words.txt": b"yes\nno\n"}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def make_zip(path: Path, files: dict[str, bytes], top: str = "some-model/") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(top + name, content)
    return path


def make_tar(path: Path, files: dict[str, bytes], top: str = "some-model/") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(top + name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def left_behind() -> list[str]:
    """All but the lock files."""
    return sorted(path.name for path in models_folder().iterdir() if not path.name.endswith(".lock"))


def refused(name: str, source: Path | str, sha256: str | None = None) -> str:
    with pytest.raises(UnavailableError) as caught:
        model_install.install(name, str(source), language="en-US", sha256=sha256)
    assert models.installed(name) is None
    assert left_behind() == []
    return str(caught.value)


def test_an_archive_is_installed_wherever_in_it_the_model_lies(tmp_path: Path) -> None:
    for number, archive in enumerate(
        (
            make_zip(tmp_path / "a.zip", FILES),
            make_zip(tmp_path / "b.zip", FILES, top=""),
            make_zip(tmp_path / "c.whl", FILES, top="package/data/model/"),
            make_tar(tmp_path / "d.tar.gz", FILES),
        )
    ):
        model = model_install.install(f"mine-{number}", str(archive), language="en-US")
        assert model.folder == models.installed(f"mine-{number}")
        assert (model.folder / "graph/words.txt").read_bytes() == b"yes\nno\n"
        assert set(model.files_sha256) == set(FILES)
        assert models.damaged(model.name) == ()
        assert archive.exists()


def test_a_folder_is_copied_and_links_in_it_are_followed(tmp_path: Path) -> None:
    with zipfile.ZipFile(make_zip(tmp_path / "a.zip", FILES, top="deep/er/")) as archive:
        archive.extractall(tmp_path / "source")
    outside = tmp_path / "elsewhere.conf"
    outside.write_bytes(b"linked")
    (tmp_path / "source/deep/er/conf/mfcc.conf").symlink_to(outside)
    model = model_install.install("mine", str(tmp_path / "source"), language="en-US")
    assert (model.folder / "conf/mfcc.conf").read_bytes() == b"linked"
    assert not (model.folder / "conf/mfcc.conf").is_symlink()


@pytest.mark.parametrize("kept", [0, 1, 100, 5000])
def test_a_cut_off_archive_is_told_and_never_counts(tmp_path: Path, kept: int) -> None:
    for archive in (make_zip(tmp_path / "a.zip", FILES), make_tar(tmp_path / "a.tar.gz", FILES)):
        whole = archive.read_bytes()
        archive.write_bytes(whole[: min(kept, len(whole) // 2)])
        assert "not a whole archive" in refused("mine", archive)


def test_a_flipped_byte_is_told_and_never_counts(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "a.zip", FILES)
    broken = bytearray(archive.read_bytes())
    broken[100] ^= 0xFF
    archive.write_bytes(broken)
    assert "not a whole archive" in refused("mine", archive)


def test_another_archive_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "a.zip", FILES)
    with pytest.raises(UnavailableError, match="SHA-256"):
        model_install.install("vosk-model-small-en-us-0.15", str(archive))
    assert left_behind() == []
    assert "expected" in refused("mine", archive, sha256="0" * 64)
    assert model_install.install("mine", str(archive), language="en-US", sha256=models.checksum(archive))


def test_another_file_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    files = {"encoder_model.ort": b"1", "decoder_model_merged.ort": b"2", "tokenizer.bin": b"3"}
    with pytest.raises(UnavailableError, match=r"encoder_model\.ort.*is not what moonshine-tiny-en is known to hold"):
        model_install.install("moonshine-tiny-en", str(make_zip(tmp_path / "a.zip", files)))
    assert left_behind() == []


def test_an_archive_without_a_model_is_told(tmp_path: Path) -> None:
    assert "am/final.mdl" in refused("mine", make_zip(tmp_path / "a.zip", {"conf/model.conf": b"x"}))
    (tmp_path / "empty").mkdir()
    assert "there is no model in" in refused("mine", tmp_path / "empty")


@pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped", "some-model/../../escaped", "a\\..\\..\\escaped"])
def test_no_archive_reaches_outside_its_folder(tmp_path: Path, name: str) -> None:
    files = {**{f"some-model/{path}": content for path, content in FILES.items()}, name: b"evil"}
    for archive in (make_zip(tmp_path / "a.zip", files, top=""), make_tar(tmp_path / "a.tar.gz", files, top="")):
        assert "outside its folder" in refused("mine", archive)
    assert not list(tmp_path.rglob("escaped"))


def test_links_in_archives_are_refused(tmp_path: Path) -> None:
    linked = make_zip(tmp_path / "a.zip", FILES)
    with zipfile.ZipFile(linked, "a") as archive:
        entry = zipfile.ZipInfo("some-model/link")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    assert "outside its folder" in refused("mine", linked)
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
        path = tmp_path / "b.tar"
        with tarfile.open(path, "w") as packed:
            member = tarfile.TarInfo("some-model/link")
            member.type, member.linkname = kind, "/etc/passwd"
            packed.addfile(member)
        assert "outside its folder" in refused("mine", path)


@given(st.lists(st.text(st.sampled_from("ab./\\"), min_size=1, max_size=12), max_size=6, unique=True))
def test_whatever_the_names_in_an_archive_nothing_is_written_outside(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        box = Path(folder) / "x/y/z"
        box.mkdir(parents=True)
        archive = Path(folder) / "a.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            for name in ("am/final.mdl", "conf/model.conf", *names):
                packed.writestr(name, b"content")
        # Refused, or a name that is both file and folder.
        with contextlib.suppress(UnavailableError, OSError):
            archives.unpack(archive, box / "model", ("am/final.mdl", "conf/model.conf"), sources.no_progress)
        written = [path for path in Path(folder).rglob("*") if path.is_file() and path != archive]
        assert all(path.is_relative_to(box / "model") for path in written)


def test_an_interrupted_install_leaves_nothing_and_keeps_what_was_there(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "a.zip", FILES)

    def interrupt(what: str, _done: int, _total: int) -> None:
        if what == "unpacking":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model_install.install("mine", str(archive), interrupt, language="en-US")
    assert left_behind() == []
    before = model_install.install("mine", str(archive), language="en-US")
    with pytest.raises(KeyboardInterrupt):
        model_install.install("mine", str(archive), interrupt, language="en-US")
    assert models.describe("mine") == before
    assert models.damaged("mine") == ()


def test_what_a_killed_install_left_is_cleared_away(tmp_path: Path) -> None:
    left = models_folder() / ".mine.abcd"
    left.mkdir(parents=True)
    (left / "download").write_bytes(b"half")
    model_install.install("mine", str(make_zip(tmp_path / "a.zip", FILES)), language="en-US")
    assert left_behind() == ["mine"]


@pytest.mark.parametrize("marker", [None, b"", b"{", b"[]", b'{"name": "mine"}', b"\xff\xfe"])
def test_a_folder_without_a_whole_marker_is_not_installed(tmp_path: Path, marker: bytes | None) -> None:
    model = model_install.install("mine", str(make_zip(tmp_path / "a.zip", FILES)), language="en-US")
    path = model.folder / models.MARKER
    path.unlink() if marker is None else path.write_bytes(marker)
    assert models.installed("mine") is None
    assert models.all_installed() == ()
    assert model_install.install("mine", str(tmp_path / "a.zip"), language="en-US").files_sha256 == model.files_sha256


def test_files_that_changed_after_the_install_are_named(tmp_path: Path) -> None:
    model = model_install.install("mine", str(make_zip(tmp_path / "a.zip", FILES)), language="en-US")
    (model.folder / "conf/model.conf").write_bytes(b"other")
    (model.folder / "graph/words.txt").unlink()
    assert models.damaged("mine") == ("conf/model.conf", "graph/words.txt")


def test_a_check_is_remembered_and_a_removed_model_is_gone(tmp_path: Path) -> None:
    model = model_install.install("mine", str(make_zip(tmp_path / "a.zip", FILES)), language="en-US")
    models.remember_check("mine", "hello")
    assert models.describe("mine") == replace(model, checked="hello")
    models.remove("mine")
    assert models.installed("mine") is None
    assert left_behind() == []


@pytest.mark.parametrize("name", ["", ".hidden", "../up", "a/b", "a b"])
def test_a_name_that_cannot_be_a_folder_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be a model's name"):
        model_install.install(name, "/nowhere", language="en-US")


def test_a_model_of_ones_own_needs_a_source_and_a_language(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no model is called mine"):
        model_install.install("mine")
    with pytest.raises(ConfigurationError, match="the language of mine"):
        model_install.install("mine", str(tmp_path))
    with pytest.raises(ConfigurationError, match="neither a folder nor an archive nor a URL"):
        model_install.install("mine", str(tmp_path / "missing.zip"), language="en-US")


def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = replace(models.CATALOGUE["moonshine-tiny-en"], name="huge", disk_megabytes=10**9)
    monkeypatch.setitem(models.CATALOGUE, "huge", huge)
    with pytest.raises(UnavailableError, match=r"needs \d+ MB in .*, and \d+ MB are free"):
        model_install.install("huge")


def test_a_full_disk_is_told_with_its_cure() -> None:
    told = model_install._disk_error(Path("/cache"), OSError(errno.ENOSPC, "No space left on device"))
    assert "is full" in str(told)
    assert "VOICEBOT_CACHE" in str(told)


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path / "file"))
    with pytest.raises(UnavailableError, match="cannot be used"):
        model_install.install("moonshine-tiny-en")
