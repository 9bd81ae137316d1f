"""Whether it is worth asking a service that has failed lately. Pure."""

from __future__ import annotations

from voicebot.breaker import CLOSED, BreakerRule


class CircuitBreaker:
    """Opens after some failures in a row; when open for a while, lets one trial through, which decides.

    A trial that is never heard of again (its caller was cancelled) counts as over after ``open_seconds``.

    Parameters
    ----------
    failures
        In a row that open it, 1 or more.
    open_seconds
        How long nobody is let through, above 0.
    """

    def __init__(self, failures: int, open_seconds: float) -> None:
        self._rule = BreakerRule(failures, open_seconds, open_seconds, open_seconds)
        self._state = CLOSED

    @property
    def is_open(self) -> bool:
        """It has opened, and no trial has gone well since."""
        return self._state.is_open

    def allows(self, now: float) -> bool:
        """Tell whether to ask the service; while open, saying yes begins the one trial.

        Parameters
        ----------
        now
            Seconds of a clock that never goes back.
        """
        allowed = self._rule.allows(self._state, now) != 0
        if allowed:
            self._state = self._rule.trial(self._state, now)
        return allowed

    def succeeded(self, now: float) -> None:
        """The service answered: everybody is let through."""
        self._state = self._rule.succeeded(self._state, now)

    def failed(self, now: float) -> None:
        """The service did not answer, or not in time."""
        self._state = self._rule.failed(self._state, now)
