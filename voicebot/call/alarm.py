"""One timer, kept at the time that its owner names."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Alarm:
    """Calls its owner when the time it waits for has come.

    Parameters
    ----------
    clock
        Seconds that never go back.
    wake_at
        Returns the time to wait for; ``None``: nothing is waited for.
    ring
        Called with the time once ``wake_at`` has come.
    """

    def __init__(
        self, clock: Callable[[], float], wake_at: Callable[[], float | None], ring: Callable[[float], None]
    ) -> None:
        self._clock, self._wake_at, self._ring = clock, wake_at, ring
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._set_for = 0.0

    def set(self) -> None:
        """Check which time to wait for.

        A timer set for an earlier time stays: when it fires it finds that there is more time. On a line
        that sends audio the time moves with every frame, and this avoids a new timer for each.
        """
        wake = self._wake_at()
        if wake is None or (self._timer is not None and self._set_for <= wake):
            return
        self.cancel()
        self._set_for = wake
        self._timer = self._loop.call_later(max(0.0, wake - self._clock()), self._go_off)

    def cancel(self) -> None:
        """Wait for nothing."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _go_off(self) -> None:
        self._timer = None
        now, wake = self._clock(), self._wake_at()
        if wake is not None and wake <= now:
            self._ring(now)
        self.set()
