"""The PBX that calls go through."""

from __future__ import annotations

from voicebot.agi.inspection import inspect_pbx
from voicebot.doctor.finding import Finding, Subject


async def check(subject: Subject) -> list[Finding]:
    """The configured PBX: its own files, then what it says while it runs."""
    config = subject.config
    section = config.asterisk
    if not section.ami_secret:
        return [
            Finding("pbx", "note", "no PBX is configured: only rehearsals can run, which bring their own",
                    "include asterisk-config in your Asterisk and set asterisk.ami_secret in voicebot.toml")
        ]  # fmt: skip
    inspection = await inspect_pbx(config)
    found = [Finding("pbx", one.state, one.what, one.cure, one.problem.where) for one in inspection.findings]
    if inspection.asked:
        found.append(Finding("pbx", "fine", f"it answers at {section.ami_host}:{section.ami_port}"))
    return found
