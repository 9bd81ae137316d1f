"""When calls may start on a trunk: never more than its calls at a time, never faster than its calls a second.

A token bucket of depth one kept as the earliest time of the next start (a theoretical arrival time, as in the
generic cell rate algorithm, ITU-T I.371). A call that is not sent within ``TOLERANCE`` of its slot is not sent at
all, so the gap between slots is stretched to fit ``calls_per_second`` late and punctual calls into any one second.

A slot is a time of the database's clock, and that may be set. So a next slot counts only as far as it can have been
given by the clock as it is now; one further ahead was given before the clock was set back. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TOLERANCE: Final = 0.1
"""Seconds after its slot in which a call may still be sent."""
HORIZON: Final = 1.0
"""Seconds ahead for which slots are given: time to prepare the call."""


@dataclass(frozen=True, slots=True)
class Slots:
    """Start times for the calls to claim, and the trunk's next slot after each of them.

    Parameters
    ----------
    starts
        Ascending, database time.
    gap
        Seconds between two starts.
    clock_set_back
        Seconds by which the trunk's next slot was further ahead than possible; 0 if it was not.
    """

    starts: tuple[float, ...]
    gap: float
    clock_set_back: float = 0.0

    def next_slot(self, used: int) -> float:
        """The trunk's next slot when the first ``used`` (at least 1) of the starts are taken."""
        return self.starts[used - 1] + self.gap


def gap_between(calls_per_second: float) -> float:
    """Seconds between slots so that no second on the wire has more than ``calls_per_second`` starts.

    Below one call a second the window is that of one call.
    """
    window = max(1.0, 1.0 / calls_per_second)
    return (window + TOLERANCE) / max(1.0, calls_per_second)


def furthest_ahead(calls_per_second: float, max_calls: int) -> float:
    """Seconds ahead of now at which a next slot can lie at most.

    A claim gives slots up to ``HORIZON`` ahead. Only attempts that were late for theirs get later ones, behind each
    other, and there are no more attempts than calls at a time.
    """
    return HORIZON + gap_between(calls_per_second) * (max_calls + 1)


def earliest_start(now: float, next_slot: float, *, calls_per_second: float, max_calls: int) -> float:
    """Return the earliest time at which another call may start, whatever was done to the clock.

    After the clock was set back it lies ``HORIZON`` ahead: what was claimed before has been dialled by then.
    """
    if next_slot > now + furthest_ahead(calls_per_second, max_calls):
        return now + HORIZON
    return max(now, next_slot)


def needs_another(until: float, *, calls_per_second: float, max_calls: int) -> bool:
    """Whether a claimed attempt needs another slot than its own.

    Parameters
    ----------
    until
        Seconds until its slot, negative when that has passed.

    Returns
    -------
    bool
        It has passed, or is further ahead than any can be: the clock was set forward or back since.
    """
    return until < -TOLERANCE / 2 or until > furthest_ahead(calls_per_second, max_calls)


def plan_slots(
    now: float, next_slot: float, *, open_calls: int, max_calls: int, calls_per_second: float, at_most: int
) -> Slots:
    """Give start times to as many calls as may be claimed now.

    Parameters
    ----------
    now, next_slot
        Database time, seconds; the trunk's next free slot, in the past when the trunk has been idle, far ahead when
        the clock was set back.
    open_calls, max_calls
        Attempts on the trunk that are claimed, dialling or lost; how many there may be.
    calls_per_second
        Limit of the trunk.
    at_most
        How many the asking node can take.
    """
    gap = gap_between(calls_per_second)
    first = earliest_start(now, next_slot, calls_per_second=calls_per_second, max_calls=max_calls)
    within_horizon = int((now + HORIZON - first) / gap) + 1 if first <= now + HORIZON else 0
    count = max(0, min(at_most, max_calls - open_calls, within_horizon))
    starts = tuple(first + place * gap for place in range(count))
    return Slots(starts, gap, next_slot - now if first < next_slot else 0.0)
