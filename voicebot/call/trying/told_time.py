"""An event loop whose time passes by itself: an hour takes as long as what is done in it."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    """Where a loop would wait it goes on to the time that it would have waited for."""

    jump: Callable[[float], None]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found and timeout is None:
            raise AssertionError("nothing would ever happen again")
        if not found and timeout:
            self.jump(timeout)
        return found


class ToldTime(asyncio.SelectorEventLoop):
    """The loop; nothing in it may wait for another thread or process."""

    def __init__(self) -> None:
        self._now = 1000.0
        selector = _Selector()
        selector.jump = self._jump
        super().__init__(selector)

    def time(self) -> float:
        """Seconds."""
        return self._now

    def _jump(self, seconds: float) -> None:
        self._now += seconds


def told(story: Coroutine[Any, Any, T]) -> T:
    """Run a story in told time."""
    with asyncio.Runner(loop_factory=ToldTime) as runner:
        return runner.run(story)
