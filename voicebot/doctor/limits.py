"""Limits of this process."""

from __future__ import annotations

import resource
from typing import Final

from voicebot.doctor.finding import Finding, Subject

_LEAST_DESCRIPTORS: Final = 1024


async def check(_subject: Subject) -> list[Finding]:
    """How many files one process may have open: a call takes about six."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _LEAST_DESCRIPTORS:
        return [
            Finding(
                "limits",
                "broken",
                f"{soft} open files are too few",
                f"ulimit -n {min(hard, 65536)}, or LimitNOFILE=65536",
            )
        ]
    return [Finding("limits", "fine", f"{soft} files may be open, enough for about {soft // 6} calls")]
