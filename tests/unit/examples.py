"""How many examples a property is tried with, where it needs many or each takes long."""

from __future__ import annotations

from hypothesis import settings


def times(factor: float) -> int:
    """Return the profile's number of examples, ``factor`` times as many."""
    return max(1, round(settings().max_examples * factor))
