"""When a lead is tried again, from what the last attempt came to. Pure.

What was agreed in the talk (a call back) is the call's to say; this is for attempts that reached nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from voicebot.store.records import Fate, Result

DELAYS: Final[Mapping[str, float]] = MappingProxyType(
    {"busy": 15 * 60.0, "no_answer": 2 * 3600.0, "congestion": 5 * 60.0}
)
"""Disposition -> seconds; all others end the lead: asking again changes nothing, or is not wanted."""


@dataclass(frozen=True, slots=True)
class RetryRule:
    """How often and after what wait a lead is tried again.

    Parameters
    ----------
    max_tries
        Attempts of one lead in all, the first included.
    delays
        Disposition -> seconds to wait; a disposition that is not named is not tried again.
    """

    max_tries: int = 3
    delays: Mapping[str, float] = field(default_factory=lambda: DELAYS)

    def retry_in(self, result: Result, tries: int) -> float | None:
        """Return the seconds until the next try, or ``None`` for no further try.

        Parameters
        ----------
        result
            Of the attempt that just ended. A time that the call itself agreed on stands.
        tries
            Which try that was, from 1.
        """
        if result.fate is Fate.UNKNOWN:
            return None
        if result.retry_in is not None:
            return max(0.0, result.retry_in)
        if result.fate is Fate.NOT_SENT or result.outcome or tries >= self.max_tries:
            return None
        return self.delays.get(result.disposition)
