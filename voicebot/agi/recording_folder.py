"""Whether Asterisk's user may write recordings where voicebot looks for them."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voicebot.agi.addresses import is_loopback
from voicebot.agi.configuration.files import ConfigurationFiles
from voicebot.agi.lint.finding import PbxFinding
from voicebot.config import Config
from voicebot.errors import Problem

_LISTENING: Final = "0A"
"""State of a listening socket in /proc/net/tcp."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder as far as permissions go.

    Parameters
    ----------
    path
        Shown to people.
    mode
        Permission bits.
    owner, group
        Numeric ids.
    """

    path: str
    mode: int
    owner: int
    group: int


@dataclass(frozen=True, slots=True)
class User:
    """A user of this machine.

    Parameters
    ----------
    name
        Shown to people.
    uid
        Numeric id; 0 may do everything.
    groups
        Numeric ids of all groups that the user is in.
    """

    name: str
    uid: int
    groups: frozenset[int]


def first_refusal(places: Sequence[Place], user: User) -> Place | None:
    """Return the first folder on a path that keeps a user from writing into the last one. Pure.

    Parameters
    ----------
    places
        From the root down; every folder must be searchable (x), the last one writable, too (w and x).
    """
    if user.uid == 0:
        return None
    for number, place in enumerate(places):
        shift = 6 if place.owner == user.uid else 3 if place.group in user.groups else 0
        needed = 0o3 if number == len(places) - 1 else 0o1
        if (place.mode >> shift) & needed != needed:
            return place
    return None


def recording_findings(config: Config, files: ConfigurationFiles) -> list[PbxFinding]:
    """Compare Asterisk's user with the recordings' folder, where both are on this machine.

    Parameters
    ----------
    files
        Name the user (``asterisk.conf``, ``runuser``) where no Asterisk runs.
    """
    if not is_loopback(config.asterisk.ami_host):
        return []
    user = _user(config.asterisk.ami_port, files)
    if user is None:
        return []
    folder = config.asterisk.recordings.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        places = [_place(path) for path in (*reversed(folder.parents), folder)]
    except OSError:
        return []
    refusal = first_refusal(places, user)
    if refusal is None:
        return []
    what = f"Asterisk runs as {user.name} and may not write into {config.asterisk.recordings}: no call is recorded"
    cure = f"let that user search and write {refusal.path}, for example through a group that both users are in"
    return [PbxFinding("broken", Problem(what, cure, refusal.path))]


def _place(path: Path) -> Place:
    status = path.stat()
    return Place(str(path), stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)


def _user(port: int, files: ConfigurationFiles) -> User | None:
    """Return who runs the Asterisk that listens on a port, or would by its configuration."""
    uid = owner_of_listener(port)
    if uid is None:
        options = files.read("asterisk.conf").named("options")
        name = options.value("runuser") if options is not None else ""
        try:
            uid = pwd.getpwnam(name).pw_uid if name else None
        except KeyError:
            return None
    if uid is None:
        return None
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return User(f"user {uid}", uid, frozenset())
    groups = frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return User(entry.pw_name, uid, groups)


def owner_of_listener(port: int) -> int | None:
    """Return the user id of whoever listens on a TCP port of this machine, or ``None`` where that cannot be seen."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except (OSError, UnicodeDecodeError):
            continue
        for line in lines:
            fields = line.split()
            if len(fields) > 7 and fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                return int(fields[7])
    return None
