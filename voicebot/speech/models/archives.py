"""Archives of models: unpacked so that nothing is written outside the model's folder, and no more than a model has.

An archive is made by somebody else. A few kilobytes can hold names that reach outside (``../``), links, or zeros by
the terabyte (https://www.bamsoftware.com/hacks/zipbomb/), so its list is judged before anything is written.
"""

from __future__ import annotations

import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from voicebot.errors import UnavailableError

Progress = Callable[[str, int, int], None]
"""What is done, bytes done, bytes in all (0 when unknown)."""

MOST_FILES: Final = 20_000
MOST_BYTES: Final = 12_000_000_000
"""Unpacked; the largest model that is known of takes 3 GB."""
MOST_EXPANSION: Final = 25
"""Times the size of the archive; models are numbers that hardly shrink, 1.1 to 5 times were found."""
ALWAYS_ALLOWED_BYTES: Final = 50_000_000
"""However little the archive is."""
_BLOCK: Final = 1 << 20
_BROKEN: Final = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, RuntimeError)


@dataclass(frozen=True, slots=True)
class _Member:
    path: PurePosixPath
    size: int
    open: Callable[[], IO[bytes]]


def names_in(archive: Path) -> list[PurePosixPath]:
    """Paths of all files in an archive; of something else none.

    Raises
    ------
    UnavailableError
        It is malicious.
    """
    try:
        with _members(archive) as members:
            return [member.path for member in members]
    except _BROKEN:
        return []  # unpacking it reports what is wrong


def unpack(archive: Path, target: Path, required: Sequence[str], progress: Progress) -> None:
    """Unpack the model inside an archive, wherever in it the model lies, into ``target``.

    Parameters
    ----------
    required
        Files that the model must have; the folder of the archive that has them all is the model.

    Raises
    ------
    UnavailableError
        Not an archive, cut off, without a model, too large for the disk, or malicious.
    """
    try:
        with _members(archive) as members:
            base = base_of([member.path for member in members], required, str(archive))
            wanted = [member for member in members if member.path.is_relative_to(base)]
            total = sum(member.size for member in wanted)
            free = shutil.disk_usage(target.parent).free
            if total > free:
                raise UnavailableError(
                    f"{archive.name} takes {total // 1_000_000} MB, and {free // 1_000_000} MB are free",
                    cure="free some space, or name a folder on another disk in VOICEBOT_CACHE",
                )
            done = 0
            for member in wanted:
                place = target / member.path.relative_to(base)
                place.parent.mkdir(parents=True, exist_ok=True)
                with member.open() as packed, place.open("xb") as file:
                    _copy(packed, file, member, archive)
                done += member.size
                progress("unpacking", done, total)
    except _BROKEN as error:
        raise UnavailableError(f"{archive} is not a whole archive: {error}", cure="fetch it again") from error
    except OSError as error:
        if error.errno is not None:  # the disk's own
            raise
        raise UnavailableError(f"{archive} is not a whole archive: {error}", cure="fetch it again") from error


@contextmanager
def _members(archive: Path) -> Iterator[list[_Member]]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            yield _judged(archive, (_zip_member(packed, entry) for entry in packed.infolist() if not entry.is_dir()))
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as packed_tar:
            # Read on as long as it is a model's size: the list of a packed tar is as long as what it unpacks to.
            yield _judged(archive, (_tar_member(packed_tar, entry) for entry in packed_tar if not entry.isdir()))
    else:
        raise UnavailableError(
            f"{archive} is not a whole archive (zip, wheel or tar)", cure="fetch it again, or name another one"
        )


def _judged(archive: Path, members: Iterable[_Member]) -> list[_Member]:
    """Return all members; refuse an archive that unpacks to more than a model can be."""
    most = min(MOST_BYTES, max(ALWAYS_ALLOWED_BYTES, MOST_EXPANSION * archive.stat().st_size))
    found: dict[PurePosixPath, _Member] = {}
    total = 0
    for member in members:
        total += member.size
        if total > most:
            raise _harmful(archive, f"unpacks to more than {most // 1_000_000} MB, which is more than a model has")
        if len(found) >= MOST_FILES:
            raise _harmful(archive, f"holds more than {MOST_FILES} files")
        if member.path in found:
            raise _harmful(archive, f"holds {str(member.path)!r} twice")
        found[member.path] = member
    return list(found.values())


def _copy(packed: IO[bytes], file: IO[bytes], member: _Member, archive: Path) -> None:
    left = member.size
    while block := packed.read(_BLOCK):
        left -= len(block)
        if left < 0:
            raise _harmful(archive, f"has more in {str(member.path)!r} than its list says")
        file.write(block)


def _harmful(archive: Path, what: str) -> UnavailableError:
    return UnavailableError(f"{archive.name} {what}", cure="do not use this archive; get the model from its maker")


def _zip_member(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> _Member:
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _unsafe(entry.filename)
    return _Member(_safe(entry.filename), entry.file_size, lambda: packed.open(entry))


def _tar_member(packed: tarfile.TarFile, entry: tarfile.TarInfo) -> _Member:
    if not entry.isreg():
        raise _unsafe(entry.name)

    def content() -> IO[bytes]:
        file = packed.extractfile(entry)
        assert file is not None, "a regular file has content"  # noqa: S101
        return file

    return _Member(_safe(entry.name), entry.size, content)


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in name or "\0" in name:
        raise _unsafe(name)
    return path


def _unsafe(name: str) -> UnavailableError:
    return UnavailableError(
        f"the archive holds {name!r}, which would reach outside its folder", cure="do not use this archive"
    )


def base_of(paths: Sequence[PurePosixPath], required: Sequence[str], where: str) -> PurePosixPath:
    """The folder that holds all required files, nearest to the top.

    Raises
    ------
    UnavailableError
        There is none in ``where``.
    """
    present = set(paths)
    first = PurePosixPath(required[0])
    depth = len(first.parts)
    bases = [PurePosixPath(*path.parts[:-depth]) for path in paths if path.parts[-depth:] == first.parts]
    for base in sorted(bases, key=lambda base: len(base.parts)):
        if all(base / name in present for name in required):
            return base
    raise UnavailableError(
        f"there is no model in {where}: it must hold {', '.join(required)}",
        cure="name the folder or archive of the model itself",
    )
