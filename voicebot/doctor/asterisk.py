"""An Asterisk on this machine, for rehearsals."""

from __future__ import annotations

import asyncio

from voicebot.doctor.finding import Finding, Subject
from voicebot.pbx import instance
from voicebot.pbx.files import MODULES


async def check(_subject: Subject) -> list[Finding]:
    """An Asterisk that starts, with the modules that are used."""
    binary = await asyncio.to_thread(instance.find_asterisk)
    missing = [name for name in MODULES if not (binary.modules / f"{name}.so").exists()]
    if missing:
        return [
            Finding(
                "asterisk",
                "broken",
                f"{binary.modules} lacks {', '.join(missing)}",
                "install all of Asterisk's modules",
            )
        ]
    return [Finding("asterisk", "fine", f"{binary.version}: {binary.command[-1]}")]
