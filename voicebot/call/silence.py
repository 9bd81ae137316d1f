"""How long the callee has been silent, by the clock, whether or not the line sends its silence. Pure."""

from __future__ import annotations

from typing import Final

_SPOKEN_BELOW_MS: Final = 20
"""A frame with less silence than its own length has speech in it."""


class Silence:
    """The callee's silence; ``since`` is when it began, or the time of the last speech."""

    def __init__(self) -> None:
        self.since = 0.0
        self._frame_at = 0.0

    def begin(self, at: float) -> None:
        """Count from here."""
        self.since = self._frame_at = at

    def follow(self, at: float, silence_ms: int) -> float:
        """Take a frame.

        Parameters
        ----------
        at
            When it came, seconds.
        silence_ms
            Silence up to its end, as far as frames were heard. Frames of silence that did not come are counted as well.

        Returns
        -------
        float
            Milliseconds of silence that the frame ends, or follows upon.
        """
        missing_ms = (at - self._frame_at) * 1000
        self._frame_at = at
        began = at - silence_ms / 1000
        spoken = silence_ms < _SPOKEN_BELOW_MS
        self.since = began if spoken else min(began, self.since)
        return max(silence_ms, missing_ms)
