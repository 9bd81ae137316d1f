"""Trunks to call over."""

from __future__ import annotations

from voicebot.doctor.finding import Finding, Subject


async def check(subject: Subject) -> list[Finding]:
    """Trunks to call over."""
    config = subject.config
    if not config.trunks:
        return [
            Finding("trunks", "note", "no trunk is configured: only rehearsals can be run",
                    "add a [trunks.NAME] section to voicebot.toml")
        ]  # fmt: skip
    return [Finding("trunks", "fine", ", ".join(f"{name} ({trunk.endpoint})" for name, trunk in config.trunks.items()))]
