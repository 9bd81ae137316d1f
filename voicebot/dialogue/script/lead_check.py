"""Whether a lead carries what a script needs. Pure."""

from __future__ import annotations

import zoneinfo

from voicebot.dialogue.script.model import Script
from voicebot.dialogue.talk import Lead
from voicebot.errors import Problem


def check_lead(script: Script, lead: Lead) -> tuple[Problem, ...]:
    """Tell what a lead lacks for this script."""
    found = [
        Problem(f"{name} is missing, and the script {script.script} needs it", f"add a column {name!r}")
        for name in script.lead.needs
        if not str(getattr(lead, name, None) or lead.more.get(name, "")).strip()
    ]
    found += [
        Problem(f"{name} is missing", f"every lead has a {name}")
        for name in ("name", "company", "currency")
        if not getattr(lead, name).strip()
    ]
    if not lead.amount.is_finite() or lead.amount <= 0:
        found.append(
            Problem(f"amount {lead.amount} is not more than nothing", "write what is owed, for example 120.50")
        )
    try:
        zoneinfo.ZoneInfo(lead.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        found.append(Problem(f"{lead.timezone!r} is no time zone", "write an IANA name, for example America/New_York"))
    return tuple(found)
