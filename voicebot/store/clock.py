"""The database's clock, told from this process's monotonic clock without asking each time."""

from __future__ import annotations

from collections import deque
from typing import Final

SAMPLES: Final = 12


class DatabaseClock:
    """Offset between two clocks, from the sample with the shortest round trip (the idea of NTP, RFC 5905)."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=SAMPLES)

    def add(self, *, asked: float, answered: float, database: float) -> None:
        """Take one reading.

        Parameters
        ----------
        asked, answered
            Monotonic seconds before and after.
        database
            What the database said in between, seconds since the epoch.
        """
        self._samples.append((answered - asked, database - (asked + answered) / 2))

    def at(self, monotonic: float) -> float:
        """Database time at a monotonic time."""
        return monotonic + min(self._samples)[1]
