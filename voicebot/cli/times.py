"""Times for people: in the machine's zone or the lead's, always with the zone."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Zone(enum.StrEnum):
    """Zone in which times are shown."""

    MACHINE = "machine"
    LEAD = "lead"


def shown(at: float | None, zone: str = "") -> str:
    """Seconds since the epoch for people, with the zone; empty for ``None``.

    Parameters
    ----------
    zone
        IANA name; empty: the machine's.
    """
    if at is None:
        return ""
    moment = datetime.fromtimestamp(at, UTC)
    try:
        there = moment.astimezone(ZoneInfo(zone) if zone else None)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        there = moment
    return there.strftime("%Y-%m-%d %H:%M:%S %Z")


def machine_now() -> datetime:
    """The time now, in the machine's zone."""
    return datetime.now(UTC).astimezone()
