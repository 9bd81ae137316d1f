"""Shares with their intervals, and the places of a distribution. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from voicebot.rehearsal.measure import percentile

_Z: Final = 1.959964
"""95 % of a normal distribution lie within so many standard deviations."""


def wilson(right: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, 1927).

    Parameters
    ----------
    right, n
        So many of so many; without any, nothing is known: 0 to 1.
    """
    if not n:
        return 0.0, 1.0
    share, z2 = right / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = _Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def share(right: int, n: int) -> dict[str, Any]:
    """Return a share as data: counts, share and interval."""
    low, high = wilson(right, n)
    return {"right": right, "n": n, "share": round(right / n, 4) if n else None, "low": round(low, 4),
            "high": round(high, 4)}  # fmt: skip


def places(values: Sequence[float]) -> dict[str, float | None]:
    """Return median and 95th percentile; ``None`` of nothing."""
    found = {f"p{point}": percentile(values, point) for point in (50, 95)}
    return {name: None if value is None else round(value, 2) for name, value in found.items()}
