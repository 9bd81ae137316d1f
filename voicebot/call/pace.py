"""How long this person pauses: who stops to think once will do so again. Pure."""

from __future__ import annotations

from typing import Final

_LONGER: Final = 1.25
"""People's pauses differ from one to the next; the next one may be so much longer than the longest so far."""
_LONGEST_SEARCHING_MS: Final = 2500
_LONGEST_ANSWERED_MS: Final = 500


class Pace:
    """The pauses of one callee within answers, as far as they have been heard in this call."""

    def __init__(self) -> None:
        self._searching_ms = 0.0
        self._answered_ms = 0.0

    def paused(self, milliseconds: float) -> None:
        """Note a pause after which the callee went on with the same utterance."""
        self._searching_ms = max(self._searching_ms, milliseconds)

    def cut_off(self, milliseconds: float) -> None:
        """Note a pause that was taken for the end of an answer, which was then changed by more words."""
        self.paused(milliseconds)
        self._answered_ms = max(self._answered_ms, milliseconds)

    def searching(self, milliseconds: int) -> float:
        """Return how long to wait for more after words that are no answer yet, where others get ``milliseconds``."""
        return max(milliseconds, min(self._searching_ms * _LONGER, _LONGEST_SEARCHING_MS))

    def answered(self, milliseconds: int) -> float:
        """Return how long to wait for more after words that answer, where others get ``milliseconds``."""
        return max(milliseconds, min(self._answered_ms * _LONGER, _LONGEST_ANSWERED_MS))
