"""Files that come with voicebot."""

from __future__ import annotations

from voicebot import paths
from voicebot.doctor.finding import Finding, Subject


async def check(_subject: Subject) -> list[Finding]:
    """Scripts and Asterisk files that come with voicebot."""
    found = []
    for name in ("scripts_dialogue", "asterisk-config"):
        try:
            found.append(Finding("shipped files", "fine", f"{name}: {paths.shipped(name)}"))
        except FileNotFoundError as error:
            found.append(Finding("shipped files", "broken", str(error), "clone or install voicebot again"))
    return found
