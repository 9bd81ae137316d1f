"""Files and folders that only the user who runs voicebot may read.

Recordings, journals, exports, logs and the database hold what people said and owe. Files are made ``0600`` and
folders ``0700`` whatever the umask is, and what an earlier version left readable by others is tightened when it is
used again. Access control lists are left to the system: these bits cap them (``acl(5)``, the mask entry).
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO, Any, Final

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def private_folder(folder: Path, *, mode: int = FOLDER_MODE) -> Path:
    """Make ``folder`` and the folders above it that are missing, or tighten it where it is there already.

    Parameters
    ----------
    folder
        A folder of voicebot's own. Never name one that others use as well (a home folder, ``/tmp``): use
        ``make_missing`` for the folder that a user's file happens to lie in.
    mode
        Permissions of ``folder`` itself; more than ``0700`` only where another program has to write there.

    Returns
    -------
    Path
        ``folder``.

    Raises
    ------
    OSError
        It cannot be created.
    """
    make_missing(folder)
    tighten(folder, mode)
    return folder


def make_missing(folder: Path) -> None:
    """Make the folders on the way to ``folder`` that are missing, ``0700`` each; those that exist stay as they are.

    Raises
    ------
    OSError
        One cannot be made, or is a file.
    """
    missing = []
    for place in (folder, *folder.parents):
        if place.is_dir():
            break
        missing.append(place)
    for place in reversed(missing):
        # Path.mkdir(parents=True, mode=…) gives the mode to the last folder only.
        place.mkdir(mode=FOLDER_MODE, exist_ok=True)


def open_private(path: Path, mode: str = "w", **more: Any) -> IO[Any]:
    """Open a file for writing that only its owner may read; tightened where it exists.

    Parameters
    ----------
    path
        Its folder must be there.
    mode
        As for ``open``: ``w``, ``a`` or ``x``, with ``b`` or ``+``.
    more
        Further arguments of ``open``; text is UTF-8 unless an encoding is named.

    Raises
    ------
    OSError
        As ``open`` does.
    """

    def opener(name: str, flags: int) -> int:
        handle = os.open(name, flags | os.O_CLOEXEC, FILE_MODE)
        _tighten_handle(handle, FILE_MODE)
        return handle

    if "b" not in mode:
        more.setdefault("encoding", "utf-8")
    return open(path, mode, opener=opener, **more)


def write_private(path: Path, content: str | bytes) -> None:
    """Write a whole file that only its owner may read.

    Raises
    ------
    OSError
        It cannot be written.
    """
    with open_private(path, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


def tighten(path: Path, mode: int | None = None) -> bool:
    """Take away from others what they may do with a file or folder of ours.

    Parameters
    ----------
    mode
        The most that is allowed; by default ``0600`` for a file and ``0700`` for a folder.

    Returns
    -------
    bool
        ``False`` when it stays too open: it belongs to somebody else, or the file system has no permissions.
    """
    try:
        found = path.stat()
        if mode is None:
            mode = FOLDER_MODE if stat.S_ISDIR(found.st_mode) else FILE_MODE
        extra = stat.S_IMODE(found.st_mode) & _OTHERS & ~mode
        if extra:
            path.chmod(stat.S_IMODE(found.st_mode) & ~extra)
            return not stat.S_IMODE(path.stat().st_mode) & _OTHERS & ~mode
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _tighten_handle(handle: int, mode: int) -> None:
    found = os.fstat(handle)
    extra = stat.S_IMODE(found.st_mode) & _OTHERS & ~mode
    if extra and stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid():
        os.fchmod(handle, stat.S_IMODE(found.st_mode) & ~extra)
