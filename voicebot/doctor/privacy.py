"""What others on this machine may read: the configuration with its secrets, the database, recordings, journals."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from voicebot.config import SECRETS
from voicebot.config.reading import read_data
from voicebot.config.secrets import holds_secret, secret_files
from voicebot.doctor.finding import Finding, Subject
from voicebot.errors import ConfigurationError
from voicebot.store.engine import parse_url

_REFUSED: Final = {"nothing": stat.S_IRWXG, "read": stat.S_IWGRP, "write": 0}
"""What a group may do -> which of its permission bits are too many."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that belongs to voicebot alone.

    Parameters
    ----------
    name
        What it is, for people.
    path
        Where it is.
    group
        What the group may do: a service's configuration is usually ``root:voicebot``, and Asterisk's user writes
        recordings.
    """

    name: str
    path: Path
    group: Literal["nothing", "read", "write"] = "nothing"


async def check(subject: Subject) -> list[Finding]:
    """Permissions of everything that holds secrets, or what people said and owe."""
    found = [finding for kept in _kept(subject) for finding in _examine(kept)]
    return found or [Finding("privacy", "fine", "nobody else may read configuration, database, recordings or journals")]


def _kept(subject: Subject) -> Iterator[Kept]:
    config = subject.config
    if subject.file is not None and subject.file.exists():
        with contextlib.suppress(ConfigurationError):  # reported by another check
            data = read_data(subject.file)
            if holds_secret(data, SECRETS):
                yield Kept("the configuration, which holds a secret,", subject.file, "read")
            for file in secret_files(data, SECRETS):
                yield Kept("the file of a secret", file, "read")
    url = parse_url(config.database.url)
    if url.get_backend_name() == "sqlite":
        yield Kept("the database", Path(url.database or ""))
    yield Kept("the folder of recordings", config.asterisk.recordings, "write")
    yield Kept("the folder of journals", config.call.journals)


def _examine(kept: Kept) -> Iterator[Finding]:
    try:
        mode = stat.S_IMODE(kept.path.stat().st_mode)
    except OSError:
        return  # not there, or not ours to look at: other checks say so
    refused = stat.S_IRWXO | _REFUSED[kept.group]
    if mode & refused:
        done = "changed" if mode & refused & (stat.S_IWOTH | stat.S_IWGRP) else "read"
        cure = f"chmod {stat.S_IMODE(mode & ~refused):o} {kept.path}"
        yield Finding("privacy", "broken", f"{kept.name} can be {done} by others", cure, str(kept.path))
