"""Client of a service over a Unix socket; ``line_server`` is the other half and documents the protocol.

One connection carries any number of concurrent requests, each with its own time limit. An unanswered request holds up
no other, and an answer that arrives too late is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from voicebot.errors import RefusedError, UnavailableError
from voicebot.framing import Cutter

LONGEST_HEADER: Final = 1 << 24
LONGEST_PAYLOAD: Final = 1 << 28
_MOST_UNSENT: Final = 1 << 22
"""Bytes that a service may leave unread before no more requests are sent to it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer.

    Parameters
    ----------
    fields
        What the line said.
    payload
        The bytes that came with it.
    """

    fields: Mapping[str, Any]
    payload: bytes = b""


class ReplyReader:
    """Splits received bytes into answers. Pure."""

    def __init__(self) -> None:
        self._cutter = Cutter(_header)

    def feed(self, data: bytes) -> Iterator[Reply]:
        """Take received bytes and yield the answers that are complete.

        Raises
        ------
        ValueError
            The bytes do not follow the protocol.
        """
        for header, payload in self._cutter.feed(data):
            yield Reply(header, payload)


def _header(data: bytearray) -> tuple[int, dict[str, Any], int] | None:
    """Read the line that begins an answer."""
    end = data.find(b"\n")
    if end < 0:
        if len(data) > LONGEST_HEADER:
            raise ValueError("an answer has no end")
        return None
    header = json.loads(bytes(data[:end]))
    size = header.get("bytes") if isinstance(header, dict) and isinstance(header.get("id"), int) else None
    if not isinstance(size, int) or not 0 <= size <= LONGEST_PAYLOAD:
        raise ValueError("an answer without id, or whose length cannot be")
    return end + 1, dict(header), size


class LineClient:
    """Client of one service; connects when needed and reconnects when the connection is lost.

    Parameters
    ----------
    path
        The service's socket; it need not be there yet.
    name
        Of the service, for people.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._ids = itertools.count(1)
        self._connection: _Connection | None = None
        self._connecting: asyncio.Task[_Connection] | None = None

    async def ask(self, request: Mapping[str, Any], *, seconds: float) -> Reply:
        """Ask and wait for the answer.

        Parameters
        ----------
        request
            ``do`` and what belongs to it; ``id`` and ``until`` are added.
        seconds
            How long to wait in all, connecting included.

        Raises
        ------
        RefusedError
            The service says that it cannot.
        UnavailableError
            No connection, no answer in time, or the connection was lost meanwhile.
        """
        until = time.monotonic() + seconds
        connection = await self._connected(seconds)
        number = next(self._ids)
        line = json.dumps({**request, "id": number, "until": until}).encode() + b"\n"
        answer = connection.send(number, line)
        try:
            # Not wait_for: after a stall of this process, an answer that is there counts, however late we look.
            await asyncio.wait({answer}, timeout=until - time.monotonic())
        finally:
            connection.forget(number)
        if not answer.done():
            raise UnavailableError(f"{self._name} did not answer within {seconds:g} s")
        reply = answer.result()
        if reply is None:
            raise UnavailableError(f"{self._name} ended while it was asked")
        if "error" in reply.fields:
            raise RefusedError(f"{self._name}: {reply.fields['error']}")
        return reply

    def disconnect(self) -> None:
        """Drop the connection; pending requests fail at once, the next one reconnects."""
        if self._connecting is not None:
            self._connecting.cancel()
            self._connecting = None
        if self._connection is not None:
            self._connection.drop()
            self._connection = None

    async def _connected(self, seconds: float) -> _Connection:
        if self._connection is not None and self._connection.open:
            return self._connection
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._connect())
            # Whoever asked may be gone by the time it fails.
            self._connecting.add_done_callback(lambda task: task.cancelled() or task.exception())
        connecting = self._connecting
        await asyncio.wait({connecting}, timeout=seconds)
        if not connecting.done():
            raise UnavailableError(f"{self._name} did not take the connection within {seconds:g} s")
        if connecting.cancelled():
            raise UnavailableError(f"{self._name} was let go")
        error = connecting.exception()
        if error is not None:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise UnavailableError(f"{self._name} cannot be reached: {reason}")
        self._connection = connecting.result()
        return self._connection

    async def _connect(self) -> _Connection:
        _, connection = await asyncio.get_running_loop().create_unix_connection(_Connection, str(self._path))
        return connection


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._reader = ReplyReader()
        self._waiting: dict[int, asyncio.Future[Reply | None]] = {}

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def send(self, number: int, line: bytes) -> asyncio.Future[Reply | None]:
        """Send a request; the future gives its answer, or ``None`` when the connection is lost before."""
        future: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()
        transport = self._transport
        if transport is None or transport.is_closing():
            future.set_result(None)
            return future
        if transport.get_write_buffer_size() < _MOST_UNSENT:  # else it is left to its limit
            transport.write(line)
        self._waiting[number] = future
        return future

    def forget(self, number: int) -> None:
        self._waiting.pop(number, None)

    def drop(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        self._fail()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclasses of asyncio's

    def data_received(self, data: bytes) -> None:
        try:
            for reply in self._reader.feed(data):
                future = self._waiting.pop(reply.fields["id"], None)
                if future is not None and not future.done():
                    future.set_result(reply)
        except ValueError:
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail()

    def _fail(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            with contextlib.suppress(asyncio.InvalidStateError):
                future.set_result(None)
