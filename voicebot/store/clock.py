"""The database's clock, derived from this process's monotonic clock without asking each time. Pure."""

from __future__ import annotations

from collections import deque
from typing import Final

SAMPLES: Final = 12
DRIFT_SECONDS: Final = 0.05
"""More than two clocks can drift apart between the oldest and the newest sample: NTP slews by at most 500 ppm (RFC
5905), which is 30 ms a minute."""


class DatabaseClock:
    """Offset between two clocks, from the sample with the shortest round trip (the idea of NTP, RFC 5905)."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=SAMPLES)

    def add(self, *, asked: float, answered: float, database: float) -> float:
        """Take one reading.

        Parameters
        ----------
        asked, answered
            Monotonic seconds before and after.
        database
            What the database said in between, seconds since the epoch.

        Returns
        -------
        float
            Seconds by which the database's clock was set forward (back: negative) since the readings before, which
            are forgotten then; 0 when round trips and drift explain the difference.
        """
        trip, offset = answered - asked, database - (asked + answered) / 2
        jump = 0.0
        if self._samples:
            best_trip, best = min(self._samples)
            if abs(offset - best) > (trip + best_trip) / 2 + DRIFT_SECONDS:
                jump = offset - best
                self._samples.clear()
        self._samples.append((trip, offset))
        return jump

    def at(self, monotonic: float) -> float:
        """Database time at a monotonic time."""
        return monotonic + min(self._samples)[1]
