"""Clock and time zones."""

from __future__ import annotations

import time
import zoneinfo
from pathlib import Path
from typing import Final

from voicebot import paths
from voicebot.doctor.finding import Finding, Subject

_ZONES: Final = ("America/New_York", "Asia/Shanghai", "UTC")


async def check(_subject: Subject) -> list[Finding]:
    """Clock and time zones, by which calling hours are kept."""
    missing = []
    for name in _ZONES:
        try:
            zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            missing.append(name)
    if missing:
        return [
            Finding("clock", "broken", f"no time zone data for {', '.join(missing)}: calling hours could not be kept",
                    "install the system's package tzdata")
        ]  # fmt: skip
    if time.time() < _installed_at() - 86400:
        return [
            Finding(
                "clock",
                "broken",
                f"the clock says {time.strftime('%F')}, earlier than voicebot was installed",
                "set the clock",
            )
        ]
    return [Finding("clock", "fine", f"{time.strftime('%F %T %Z')}, time zones are known")]


def _installed_at() -> float:
    return Path(paths.__file__).stat().st_mtime
