"""How this person speaks: somebody who stops to think once, or says "uh-huh" while listening, will again. Pure."""

from __future__ import annotations

from typing import Final

_LONGER: Final = 1.25
"""People's pauses differ from one to the next; the next one may be so much longer than the longest so far."""
_LONGEST_SEARCHING_MS: Final = 2500
_LONGEST_ANSWERED_MS: Final = 380
_HABIT: Final = 2
"""So many back-channels make a habit."""
_LONGER_THAN_BACK_CHANNEL_MS: Final = 40
_LATEST_BARGE_IN_MS: Final = 380


class Pace:
    """The pauses and back-channels of one callee, as far as they have been heard in this call."""

    def __init__(self) -> None:
        self._searching_ms = 0.0
        self._back_channels: list[float] = []
        self._answered_ms = 0.0

    def paused(self, milliseconds: float) -> None:
        """Note a pause after which the callee went on with the same utterance."""
        self._searching_ms = max(self._searching_ms, milliseconds)

    def cut_off(self, milliseconds: float) -> None:
        """Note a pause that was taken for the end of an answer, after which more words came."""
        self.paused(milliseconds)
        self._answered_ms = max(self._answered_ms, milliseconds)

    def searching(self, milliseconds: int) -> float:
        """Return how long to wait for more after words that are no answer yet, where others get ``milliseconds``."""
        return max(milliseconds, min(self._searching_ms * _LONGER, _LONGEST_SEARCHING_MS))

    def answered(self, milliseconds: int) -> float:
        """Return how long to wait for more after words that answer, where others get ``milliseconds``."""
        return max(milliseconds, min(self._answered_ms * _LONGER, _LONGEST_ANSWERED_MS))

    def back_channel(self, milliseconds: float) -> None:
        """Note how long an "uh-huh" lasted."""
        self._back_channels.append(milliseconds)

    def barge_in(self, milliseconds: int) -> float:
        """Return how long speech over a line lasts before it holds the line, where others' takes ``milliseconds``."""
        if len(self._back_channels) < _HABIT:
            return milliseconds
        longer = max(self._back_channels) + _LONGER_THAN_BACK_CHANNEL_MS
        return max(milliseconds, min(longer, _LATEST_BARGE_IN_MS))
