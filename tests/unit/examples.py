"""How many examples a property-based test tries, if it needs more than usual or each one is slow."""

from __future__ import annotations

from hypothesis import settings


def times(factor: float) -> int:
    """Return the profile's number of examples, ``factor`` times as many."""
    return max(1, round(settings().max_examples * factor))
