"""Whether to ask a service that failed recently."""

from __future__ import annotations

from voicebot.breaker import CLOSED, BreakerRule, BreakerState


class CircuitBreaker:
    """Opens after several failures in a row; after a while it lets one trial through, which decides.

    A trial without a result (its caller was cancelled) expires after ``open_seconds``. The state of one breaker in
    memory; ``voicebot.breaker`` decides.

    Parameters
    ----------
    failures
        Failures in a row that open it, 1 or more.
    open_seconds
        How long it lets nobody through, above 0.
    """

    def __init__(self, failures: int, open_seconds: float) -> None:
        self._rule = BreakerRule(failures, open_seconds, open_seconds, open_seconds)
        self._state: BreakerState = CLOSED

    @property
    def is_open(self) -> bool:
        """Whether it has opened and no trial has succeeded since."""
        return self._state.is_open

    def allows(self, now: float) -> bool:
        """Return whether to ask the service; while open, ``True`` starts the one trial.

        Parameters
        ----------
        now
            Seconds of a clock that never goes back.
        """
        allowed = self._rule.allows(self._state, now)
        if allowed:
            self._state = self._rule.trial(self._state, now)
        return allowed != 0

    def succeeded(self) -> None:
        """Record an answer: everybody is let through."""
        self._state = CLOSED

    def failed(self, now: float) -> None:
        """Record a missing or late answer."""
        self._state = self._rule.failed(self._state, now)
