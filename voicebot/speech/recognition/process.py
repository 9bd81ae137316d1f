"""A recognition worker process and the socket to it; ending it always succeeds."""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Final, cast

from voicebot.errors import UnavailableError
from voicebot.services.launching import ONE_THREAD, dies_with_us
from voicebot.speech.recognition.framing import PROGRESS, Kind, Message, Reader

_CLOSE_SECONDS: Final = 2.0


class Process(asyncio.Protocol):
    """One worker process; made with ``start``."""

    def __init__(self, on_message: Callable[[Message], None], on_end: Callable[[], None]) -> None:
        self._on_message = on_message
        self._on_end = on_end
        self._reader = Reader()
        self._transport: asyncio.Transport | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._memory: mmap.mmap | None = None
        self._waiter: asyncio.Task[None] | None = None
        self._gone = False
        self.was_ready = False
        self.loaded: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
        """Details of the engine once it is loaded; raises UnavailableError where it cannot be."""

    @classmethod
    async def start(cls, *, on_message: Callable[[Message], None], on_end: Callable[[], None]) -> Process:
        """Start a worker.

        Parameters
        ----------
        on_message
            Called with WORDS and ALIVE.
        on_end
            Called once when the process is gone, unless it was closed.
        """
        loop = asyncio.get_running_loop()
        self = cls(on_message, on_end)
        ours, theirs = socket.socketpair()
        with theirs, tempfile.TemporaryFile() as file:
            file.truncate(PROGRESS.size)
            self._memory = mmap.mmap(file.fileno(), PROGRESS.size)
            handles = (str(theirs.fileno()), str(file.fileno()))
            worker = [sys.executable, "-m", "voicebot.speech.recognition.worker", *handles]
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *dies_with_us(worker),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(), file.fileno()),
                    env={**os.environ, **ONE_THREAD},
                )
            except BaseException:
                ours.close()
                raise
        ours.setblocking(False)
        try:
            await loop.create_connection(lambda: self, sock=ours)
        except BaseException:
            if self._transport is None:
                ours.close()
            await self.close(at_once=True)
            raise
        self._waiter = loop.create_task(self._wait())
        return self

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid if self._process is not None else 0

    @property
    def code(self) -> int | None:
        """Exit code; negative: the signal that ended it."""
        return self._process.returncode if self._process is not None else None

    @property
    def ready(self) -> bool:
        """Whether it accepts messages and will answer."""
        return self.was_ready and not self._gone

    def send(self, message: Message) -> None:
        """Send a message; never blocks."""
        if self._transport is not None and not self._gone:
            self._transport.write(message.pack())

    def busy_with(self) -> tuple[int, int]:
        """Session and utterance that the worker works on, or worked on when it ended; 0 0 when idle."""
        if self._memory is None:
            return 0, 0
        session, utterance = PROGRESS.unpack_from(self._memory, 0)
        return session, utterance

    def kill(self) -> None:
        """End it at once, even when it is stopped or hangs."""
        if self._process is not None and self._process.returncode is None:
            # Not Process.kill: it polls first, and so takes the exit code away from the event loop's watcher.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def close(self, *, at_once: bool = False) -> None:
        """Ask it to end, force it when that takes too long; returns when it is gone."""
        self._on_end = _nothing
        self._gone = True
        if self._transport is not None:
            self._transport.close()
        if self._process is not None:
            if at_once:
                self.kill()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _CLOSE_SECONDS)
            self.kill()
            await self._process.wait()
        if self._waiter is not None:
            await self._waiter
        if not self.loaded.done():
            self.loaded.cancel()

    async def _wait(self) -> None:
        assert self._process is not None  # noqa: S101 - started just before
        await self._process.wait()
        self._end()

    def _end(self) -> None:
        if not self._gone:
            self._gone = True
            if self._transport is not None:
                self._transport.close()
            self._fail_loading("the recogniser ended while it loaded its model")
        on_end, self._on_end = self._on_end, _nothing
        on_end()

    def _fail_loading(self, what: str) -> None:
        if not self.loaded.done():
            self.loaded.set_exception(UnavailableError(what, cure="install the model again: voicebot model install"))

    # ----------------------------------------------------------------------------------- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclasses of asyncio's

    def data_received(self, data: bytes) -> None:
        """Handle received messages."""
        try:
            for message in self._reader.feed(data):
                self._take(message)
        except ValueError:
            self.kill()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the worker: it has closed its side of the socket."""
        self.kill()

    def _take(self, message: Message) -> None:
        if message.kind is Kind.READY:
            self.was_ready = True
            if not self.loaded.done():
                self.loaded.set_result({str(name): str(value) for name, value in message.json().items()})
        elif message.kind is Kind.CANNOT_LOAD:
            self._fail_loading(str(message.json()))
        elif not self._gone:
            self._on_message(message)


def _nothing() -> None:
    return
