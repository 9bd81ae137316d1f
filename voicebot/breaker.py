"""A circuit breaker: whether something that failed lately is worth trying again. Pure.

After some faults in a row it opens, and nothing is tried. After a while it lets one trial through (half-open): if that
succeeds it closes, otherwise it stays open for twice as long, up to a limit. The state is a plain record, so that it
can be kept in a table and shared by processes.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class BreakerState:
    """The state of a breaker; by default it is closed and has seen no fault.

    Parameters
    ----------
    faults
        In a row.
    fault_at
        Time of the last one, in seconds of whatever clock the caller uses.
    opened_at
        Since when nothing is tried; ``None`` while it is closed.
    retry_at
        When the next trial may be made, or when the one in progress counts as over.
    trials
        Failed trials since it opened.
    trying
        A trial is in progress.
    why
        What went wrong last, for people.
    about
        What the last fault was about (a lead), so that one bad number alone does not open it.
    """

    faults: int = 0
    fault_at: float = 0.0
    opened_at: float | None = None
    retry_at: float = 0.0
    trials: int = 0
    trying: bool = False
    why: str = ""
    about: str = ""

    @property
    def is_open(self) -> bool:
        """It has opened, and no trial has succeeded since."""
        return self.opened_at is not None


CLOSED: Final = BreakerState()


@dataclass(frozen=True, slots=True)
class BreakerRule:
    """When a breaker opens and how long it stays open.

    Parameters
    ----------
    limit
        Faults in a row that open it, 1 or more.
    first_seconds, longest_seconds
        How long it stays open at first and at most; doubled after each failed trial.
    trial_seconds
        A trial without a result counts as over after this time.
    """

    limit: int
    first_seconds: float
    longest_seconds: float
    trial_seconds: float

    def __post_init__(self) -> None:
        if self.limit < 1 or self.first_seconds <= 0 or self.longest_seconds < self.first_seconds:
            raise ValueError("a circuit breaker needs at least one fault and some time to be open")

    def allows(self, state: BreakerState, now: float) -> int | None:
        """How many may be tried now: ``None`` for any number, 1 for a trial, 0 for none.

        A trial that is further ahead than possible was scheduled before the clock was set back: it is due.
        """
        if not state.is_open:
            return None
        furthest = max(self.longest_seconds, self.trial_seconds)
        return 1 if now >= state.retry_at or state.retry_at > now + furthest else 0

    def trial(self, state: BreakerState, now: float) -> BreakerState:
        """The one trial of an open breaker begins."""
        if state.opened_at is None:
            return state
        # Times in the future are from before the clock was set back; no success could be later than they are.
        return dataclasses.replace(
            state,
            trying=True,
            retry_at=now + self.trial_seconds,
            opened_at=min(state.opened_at, now),
            fault_at=min(state.fault_at, now),
        )

    def undecided(self, state: BreakerState, now: float) -> BreakerState:
        """The trial neither succeeded nor failed: another one may begin."""
        return dataclasses.replace(state, trying=False, retry_at=now) if state.trying else state

    def failed(self, state: BreakerState, now: float, why: str = "", *, about: str = "") -> BreakerState:
        """Something went wrong.

        Parameters
        ----------
        about
            What alone may be to blame (a lead): another fault about the same does not count.
        """
        if state.is_open:
            if not state.trying:  # begun before it opened
                return state
            trials = state.trials + 1
            return dataclasses.replace(
                state, faults=state.faults + 1, fault_at=now, trials=trials, trying=False, why=why, about=about,
                retry_at=now + self.open_seconds(trials),
            )  # fmt: skip
        again = bool(about) and about == state.about and state.faults > 0
        faults = state.faults if again else state.faults + 1
        state = dataclasses.replace(state, faults=faults, fault_at=now, why=why, about=about)
        return self.opened(state, now, why) if faults >= self.limit else state

    def opened(self, state: BreakerState, now: float, why: str) -> BreakerState:
        """Open it at once, whatever happened before."""
        if state.is_open:
            return state
        return dataclasses.replace(state, opened_at=now, retry_at=now + self.first_seconds, why=why)

    def succeeded(self, state: BreakerState, begun_at: float) -> BreakerState:
        """Something that began at ``begun_at`` succeeded; what began before the last fault proves nothing."""
        return CLOSED if begun_at >= (state.fault_at if state.opened_at is None else state.opened_at) else state

    def open_seconds(self, trials: int) -> float:
        """How long it stays open after so many failed trials."""
        return float(min(self.longest_seconds, self.first_seconds * 2.0 ** min(trials, 30)))
