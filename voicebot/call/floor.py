"""When a turn that has had to wait may begin: after a greeting, a screener's words, or a machine's beep. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.call.timing import Timing
from voicebot.call.turn_events import Turn


@dataclass(frozen=True, slots=True)
class Floor:
    """What the other side is doing while it has the floor. Times are seconds on the machine's clock.

    Parameters
    ----------
    off_since
        Since when the turn waits.
    silent_since
        Since when nothing has been heard.
    hears
        An utterance is open.
    said_nothing
        None was ever open in this call.
    screened
        A call screener speaks.
    beeped
        An answering machine's beep has ended.
    wary
        It is not known what picked up, and more is to come of it.
    """

    off_since: float
    silent_since: float
    hears: bool
    said_nothing: bool
    screened: bool
    beeped: bool
    wary: bool = False

    def free_at(self, turn: Turn, timing: Timing) -> float:
        """Return when nobody would be talked over any more (rules 7 and 12 of the turn machine)."""
        if self.screened:
            closed = self.silent_since + timing.screener_close_ms / 1000
            return min(closed, self.off_since + timing.screener_longest_seconds)
        if turn.after_beep:
            if self.beeped:
                return self.off_since
            missed = max(self.silent_since, self.off_since) + timing.beep_silence_ms / 1000
            return min(missed, self.off_since + timing.beep_longest_seconds)
        if self.wary and turn.opens:
            closed = self.silent_since + timing.greeting_wary_ms / 1000
            return min(closed, self.off_since + timing.greeting_wary_longest_seconds)
        if not self.hears:
            greets = turn.opens and self.said_nothing
            return self.off_since + (timing.greeting_wait_seconds if greets else 0.0)
        closed = self.silent_since + timing.greeting_close_ms / 1000
        return min(closed, self.off_since + timing.greeting_longest_seconds)
