"""When a service is started, health-checked, ended and restarted. Pure.

    starting ──healthy──► ready ──two checks unanswered, or stuck──► ending
       │                                                               │
       └─ too slow ──► ending         exited (from anywhere) ◄─────────┘
                                        │
               paused (longer each time) ┴ resting (after too many failures in a row)
                        └──────────► starting ◄──────┘

A process that stays healthy for a while clears the failures before it. Answers and exits of an earlier process are
recognised by its number and change nothing.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Final

_END_SECONDS: Final = 5.0
_SILENCES: Final = 2
"""Unanswered checks in a row that prove a freeze: a single one can be a stall of the whole machine."""


class State(enum.StrEnum):
    """The state of a service."""

    IDLE = "idle"
    STARTING = "starting"
    READY = "ready"
    ENDING = "ending"
    PAUSED = "paused"
    RESTING = "resting"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a service.

    Parameters
    ----------
    start_seconds
        From its start to its first answer.
    ask_seconds
        Between an answer and the next health check.
    frozen_seconds
        Without any answer, after which it counts as frozen; noticed within ``ask_seconds + frozen_seconds``.
    stuck_seconds
        How old a request inside it may get.
    first_pause_seconds, longest_pause_seconds
        Before a restart; doubles with each failure in a row.
    failures
        In a row after which it is left alone for ``rest_seconds`` (infinite: for good).
    steady_seconds
        Of good health after which earlier failures are forgotten.
    """

    start_seconds: float = 60.0
    ask_seconds: float = 1.0
    frozen_seconds: float = 3.0
    stuck_seconds: float = math.inf
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 30.0
    failures: int = 5
    rest_seconds: float = 300.0
    steady_seconds: float = 30.0

    @property
    def answer_seconds(self) -> float:
        """How long one health check may take."""
        return self.frozen_seconds / _SILENCES


@dataclass(frozen=True, slots=True)
class Start:
    """Start process number ``process``."""

    process: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Check the health of process ``process``."""

    process: int


@dataclass(frozen=True, slots=True)
class End:
    """End process ``process`` at once."""

    process: int
    reason: str


@dataclass(frozen=True, slots=True)
class BecameReady:
    """Report that process ``process`` is ready, ``seconds`` after its start."""

    process: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Report that it ended; it is restarted in ``again_in`` seconds, after ``failures`` failures in a row."""

    reason: str
    failures: int
    again_in: float


Command = Start | Ask | End | BecameReady | Failed


class Supervision:
    """State machine of one service; every ``now`` is in seconds of one monotonic clock."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.state = State.IDLE
        self.process = 0
        """Number of the process that runs, or ran last."""
        self.reason = "it was not started"
        """Why it is not ready, for people."""
        self._failures = 0
        self._started = self._next = 0.0
        self._well_since = math.inf
        self._asked = False
        self._silent = 0

    @property
    def wake_at(self) -> float:
        """When ``tick`` must be called at the latest; infinite while only events matter."""
        match self.state:
            case State.IDLE:
                return math.inf
            case State.STARTING:
                deadline = self._started + self._limits.start_seconds
                return deadline if self._asked else min(deadline, self._next)
            case State.READY:
                return math.inf if self._asked else self._next
            case _:
                return self._next

    def begin(self, now: float) -> list[Command]:
        """Start the first process, or the next one without waiting out the pause."""
        return self._start(now) if self.state in {State.IDLE, State.PAUSED, State.RESTING} else []

    def tick(self, now: float) -> list[Command]:
        """Time has passed."""
        if now < self.wake_at:
            return []
        match self.state:
            case State.STARTING if now >= self._started + self._limits.start_seconds:
                return self._end(now, f"it was not ready within {self._limits.start_seconds:g} s")
            case State.STARTING | State.READY:
                self._asked = True
                return [Ask(self.process)]
            case State.ENDING:
                return self._end(now, self.reason)
            case State.PAUSED | State.RESTING:
                return self._start(now)
        return []

    def answered(self, process: int, oldest_seconds: float, now: float) -> list[Command]:
        """A health check was answered.

        Parameters
        ----------
        process
            Which one answered.
        oldest_seconds
            Age of the oldest request inside it.
        """
        if process != self.process or self.state not in {State.STARTING, State.READY}:
            return []
        self._asked, self._silent = False, 0
        self._next = now + self._limits.ask_seconds
        if self.state is State.STARTING:
            self.state, self._well_since, self.reason = State.READY, now, ""
            return [BecameReady(process, now - self._started)]
        if oldest_seconds > self._limits.stuck_seconds:
            return self._end(now, f"it is stuck in a request for {oldest_seconds:.0f} s")
        return []

    def unanswered(self, process: int, now: float) -> list[Command]:
        """A health check was not answered within ``answer_seconds``."""
        if process != self.process or self.state not in {State.STARTING, State.READY}:
            return []
        self._asked = False
        self._next = now
        if self.state is State.READY:
            self._silent += 1
        if self._silent >= _SILENCES:
            return self._end(now, f"it is frozen: no answer for {self._limits.frozen_seconds:g} s")
        return []

    def exited(self, process: int, how: str, now: float, *, hopeless: bool = False) -> list[Command]:
        """A process is gone, or could not be started.

        Parameters
        ----------
        how
            For people: ``it ended with exit code 1: …``.
        hopeless
            The program itself says that another try would fail the same way.
        """
        if process != self.process or self.state in {State.IDLE, State.PAUSED, State.RESTING}:
            return []
        if self.state is not State.ENDING:
            self.reason = how
        if now - self._well_since >= self._limits.steady_seconds:
            self._failures = 0
        self._failures += 1
        tired = hopeless or self._failures % self._limits.failures == 0
        self.state = State.RESTING if tired else State.PAUSED
        pause = self._limits.rest_seconds if tired else self._pause()
        self._next = now + pause
        return [Failed(self.reason, self._failures, pause)]

    def end(self, reason: str, now: float) -> list[Command]:
        """End the running process, so that it is restarted."""
        return self._end(now, reason) if self.state in {State.STARTING, State.READY} else []

    def _pause(self) -> float:
        doubled = self._limits.first_pause_seconds * 2.0 ** min(self._failures - 1, 30)
        return min(self._limits.longest_pause_seconds, doubled)

    def _start(self, now: float) -> list[Command]:
        self.process += 1
        self.state, self.reason = State.STARTING, "it is starting"
        self._started = self._next = now
        self._well_since = math.inf
        self._asked, self._silent = False, 0
        return [Start(self.process)]

    def _end(self, now: float, reason: str) -> list[Command]:
        self.state, self.reason = State.ENDING, reason
        self._next = now + _END_SECONDS
        return [End(self.process, reason)]
