"""Folders that are written to."""

from __future__ import annotations

import shutil
import tempfile
from typing import Final

from voicebot import paths
from voicebot.doctor.finding import Finding, State, Subject

_LEAST_DISK_MEGABYTES: Final = 500
_LITTLE_DISK_MEGABYTES: Final = 5000


async def check(subject: Subject) -> list[Finding]:
    """Folders that are written to, and the room on their disks."""
    config = subject.config
    wanted = {
        "cache": paths.cache_folder(),
        "recordings": config.asterisk.recordings,
        "journals": config.call.journals,
    }
    found = []
    for name, folder in wanted.items():
        place = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
        try:
            with tempfile.TemporaryFile(dir=place):
                pass
        except OSError as error:
            found.append(
                Finding("folders", "broken", f"{name} cannot be written: {error.strerror}",
                        f"make {folder} writable for this user, or set another folder", str(place))
            )  # fmt: skip
            continue
        free = shutil.disk_usage(place).free // 1_000_000
        if free < _LITTLE_DISK_MEGABYTES:
            state: State = "broken" if free < _LEAST_DISK_MEGABYTES else "note"
            found.append(
                Finding("folders", state, f"{free} MB are free for {name}; an hour of calls records 115 MB",
                        "free some space, or set a folder on another disk", str(place))
            )  # fmt: skip
    return found or [Finding("folders", "fine", "cache, recordings and journals can be written, with room to spare")]
