"""Whether it is worth asking a service that has failed lately. Pure."""

from __future__ import annotations


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
        if failures < 1 or open_seconds <= 0:
            raise ValueError("a circuit breaker needs at least one failure and some time to be open")
        self._limit = failures
        self._open_seconds = open_seconds
        self._failures = 0
        self._barred_until: float | None = None
        """Nobody is let through before this; ``None`` while all is well."""

    @property
    def is_open(self) -> bool:
        """It has opened, and no trial has gone well since."""
        return self._barred_until is not None

    def allows(self, now: float) -> bool:
        """Tell whether to ask the service; while open, saying yes begins the one trial.

        Parameters
        ----------
        now
            Seconds of a clock that never goes back.
        """
        if self._barred_until is None:
            return True
        if now < self._barred_until:
            return False
        self._barred_until = now + self._open_seconds
        return True

    def succeeded(self, now: float) -> None:
        """The service answered: everybody is let through."""
        self._failures = 0
        self._barred_until = None

    def failed(self, now: float) -> None:
        """The service did not answer, or not in time."""
        self._failures += 1
        if self._failures >= self._limit:
            self._barred_until = now + self._open_seconds
