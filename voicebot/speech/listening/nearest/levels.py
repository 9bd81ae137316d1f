"""How loud something has been of late: levels by how often they occurred, older ones fading. Pure."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

LOWEST_DBFS: Final = -96.0
"""Level given to digital silence; nothing is lower."""
_RESCALE: Final = 1e12
"""Weights grow instead of older ones shrinking, and are scaled back here."""
_LEAST_PART: Final = 1e-6
_FRESH: Final = 5
"""A percentile is recomputed after so many levels."""


class Levels:
    """Levels heard of one source, in steps of 1 dB.

    Parameters
    ----------
    fading_frames
        After so many ticks a level counts for 1/e of what it did.
    """

    def __init__(self, fading_frames: float) -> None:
        self._growth = 1.0 + 1.0 / fading_frames
        self._counts: np.ndarray[Any, np.dtype[np.float64]] = np.zeros(round(-LOWEST_DBFS) + 1)
        self._one = 1.0
        self._total = 0.0
        self._since = _FRESH
        self._known: dict[float, float] = {}

    def tick(self) -> None:
        """Let 20 ms pass."""
        self._one *= self._growth
        if self._one > _RESCALE:
            self._counts /= self._one
            self._total /= self._one
            self._one = 1.0

    def add(self, level: float, times: float = 1.0) -> None:
        """Take a level in dBFS, as heard for ``times`` frames."""
        at = min(max(round(level - LOWEST_DBFS), 0), len(self._counts) - 1)
        self._counts[at] += times * self._one
        self._total += times * self._one
        self._since += 1

    def forget(self) -> None:
        """Forget everything."""
        self._counts[:] = 0.0
        self._total = 0.0
        self._since = _FRESH

    def forget_above(self, level: float) -> None:
        """Forget all that was louder than ``level`` dBFS."""
        first = min(max(math.floor(level - LOWEST_DBFS) + 1, 0), len(self._counts))
        self._counts[first:] = 0.0
        self._total = float(self._counts.sum())
        self._since = _FRESH

    @property
    def frames(self) -> float:
        """How many frames were heard, faded ones counted for less."""
        return self._total / self._one

    def percentile(self, part: float) -> float:
        """Return the level that a part (0 to 1) of the frames lies under; the lowest where none was heard."""
        if self._total <= 0.0:
            return LOWEST_DBFS
        if self._since >= _FRESH:
            self._since = 0
            self._known.clear()
        if part not in self._known:
            place = int(np.searchsorted(np.cumsum(self._counts), max(part, _LEAST_PART) * self._total))
            self._known[part] = min(place, len(self._counts) - 1) + LOWEST_DBFS
        return self._known[part]


def upper(levels: list[float], part: float = 0.9) -> float:
    """Return the level that a part of ``levels`` lies under; how loud speech is, whatever its pauses."""
    if not levels:
        return LOWEST_DBFS
    ordered = sorted(levels)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]
