"""Keys that the callee has pressed and that are not decided about yet. Pure."""

from __future__ import annotations

from voicebot.call.turn_events import Decided, Digit, Turn


class Keys:
    """The keys of one turn, in order, and what was said beside them.

    ``words`` is what an utterance means that ended while the keys were open; it counts where the keys mean nothing.
    """

    def __init__(self) -> None:
        self.digits = ""
        self.pressed_at = 0.0
        self.words: Decided | None = None

    def press(self, event: Digit) -> None:
        """Take a key."""
        self.digits += event.digit
        self.pressed_at = event.at

    def complete(self, turn: Turn) -> bool:
        """Whether no further key belongs to them."""
        return bool(self.digits) and ("#" in self.digits or len(self.digits) >= turn.max_digits)

    def take(self) -> str:
        """Return the keys up to a hash, or the hash alone, and forget them."""
        digits, self.digits = self.digits, ""
        return digits.split("#")[0] or "#"
