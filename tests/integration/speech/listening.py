"""One call's ear in the tests: keeps what comes, in order, and lets a test wait for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from voicebot.speech.recognition.pool import Session, WorkerPool
from voicebot.speech.recognition.recognizer import Hints, Recognition

LONG = 60.0
"""Longest wait for anything; far from what it takes."""
BLOCK = 320


class Listener:
    """A session of a pool and all recognitions that came from it."""

    def __init__(self, pool: WorkerPool, call: str = "call") -> None:
        self.got: list[Recognition] = []
        self.then: Callable[[Recognition], None] = lambda _recognition: None
        """Done within the callback."""
        self._news = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self.session: Session = pool.open(call, self._words)
        self._utterance = 0

    def _words(self, recognition: Recognition) -> None:
        self.got.append(recognition)
        task = asyncio.get_running_loop().create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.then(recognition)

    async def _notify(self) -> None:
        async with self._news:
            self._news.notify_all()

    def begin(self, hints: tuple[str, ...] = ()) -> int:
        """Begin the next utterance; return its number."""
        self._utterance += 1
        self.session.begin(self._utterance, Hints(hints))
        return self._utterance

    def feed(self, pcm: bytes) -> None:
        """Feed in frames, as a call does."""
        for start in range(0, len(pcm), BLOCK):
            self.session.feed(pcm[start : start + BLOCK])

    async def words(self, count: int = 1) -> Recognition:
        """Wait until so many recognitions have come in all; return the last."""
        async with asyncio.timeout(LONG), self._news:
            await self._news.wait_for(lambda: len(self.got) >= count)
        return self.got[-1]

    async def hear(self, pcm: bytes, hints: tuple[str, ...] = ()) -> Recognition:
        """One whole utterance with one interim result."""
        before = len(self.got)
        utterance = self.begin(hints)
        self.feed(pcm)
        self.session.interim(7)
        heard = await self.words(before + 1)
        assert (heard.utterance, heard.interim, len(self.got)) == (utterance, 7, before + 1)
        self.session.end()
        return heard

    @property
    def worker(self) -> int:
        """Process id of the worker that has the utterance."""
        slot = self.session.slot
        assert slot is not None
        assert slot.process is not None
        return slot.process.pid

    async def being_heard(self, *, not_by: int = 0) -> int:
        """Wait until a worker (another than ``not_by``) is at work on this session; return its process id."""

        def at_work() -> bool:
            slot = self.session.slot
            process = slot.process if slot is not None else None
            if process is None or not process.ready or process.pid == not_by:
                return False
            return process.busy_with()[0] == self.session.number

        await true(at_work)
        return self.worker


async def whole(pool: WorkerPool) -> None:
    """Wait until every worker is there and has loaded its model."""
    await true(lambda: all(slot.ready for slot in pool._slots))


async def gone(*pids: int) -> None:
    """Wait until processes are gone, waited for and all."""
    await true(lambda: not any(is_there(pid) for pid in pids))


async def true(condition: Callable[[], bool]) -> None:
    """Wait for something of which the kernel or a pool tells nobody."""
    async with asyncio.timeout(LONG):
        while not condition():  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.002)


def is_there(pid: int) -> bool:
    """Whether a process exists, be it only as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
