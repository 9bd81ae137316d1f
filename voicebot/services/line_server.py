"""Server side of ``lines``: requests and answers as lines of JSON over a Unix socket.

This file stands alone: the standard library only, Python 3.8 or later. Programs in other environments load it by its
path (``importlib.util.spec_from_file_location``) and know nothing else of voicebot.

A request is one line, an object with ``id`` (a number), ``do`` (what is wanted), ``until`` (on the machine's monotonic
clock: nobody waits for the answer after that) and whatever belongs to it. The answer is one line with the same ``id``
and ``bytes``, and that many bytes follow it. A refusal has ``error``, for people. Answers come as they are ready, in
any order. The server itself answers ``{"do": "health"}``.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, Set, Tuple, Union  # noqa: UP035 - 3.8 evaluates the aliases below

LONGEST_LINE = 1 << 20
"""Bytes of one request; a peer that sends a longer one is dropped."""

Fields = Dict[str, Any]  # noqa: UP006
Answer = Union[Fields, Tuple[Fields, bytes]]  # noqa: UP006, UP007


class RefusedError(Exception):
    """Raised by ``answer`` for a request that cannot be answered; its text goes to whoever asked."""


class LineServer:
    """Serves one socket; every request is a task of its own, and none can end the server.

    Parameters
    ----------
    path
        Where the socket is made, readable by this user alone; what a dead predecessor left there is removed.
    answer
        Called with each request but ``health``; returns the fields of the answer, with or without bytes.
    details
        Returns what ``health`` reports besides ``pid``, ``pending`` and ``oldest_seconds``.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        answer: Callable[[Fields], Awaitable[Answer]],
        details: Callable[[], Fields] = dict,
    ) -> None:
        self._path = Path(path)
        self._answer = answer
        self._details = details
        self._tasks: Set[asyncio.Task[None]] = set()  # noqa: UP006
        self._since: Dict[int, float] = {}  # noqa: UP006
        """When each request under way arrived."""
        self._count = 0

    async def serve_forever(self) -> None:
        """Serve until cancelled."""
        self._path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(self._serve, str(self._path), limit=LONGEST_LINE)
        finally:
            os.umask(mask)
        async with server:
            await server.serve_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                line = await reader.readline()
                if not line.endswith(b"\n"):
                    return
                request = json.loads(line)
                if not isinstance(request, dict) or not isinstance(request.get("id"), int):
                    return
                task = asyncio.ensure_future(self._reply(request, writer))
                self._tasks.add(task)  # the loop itself holds tasks only weakly
                task.add_done_callback(self._tasks.discard)
        except (ValueError, OSError):  # not JSON, too long, or the peer is gone
            return
        finally:
            writer.close()

    async def _reply(self, request: Fields, writer: asyncio.StreamWriter) -> None:
        fields, payload = await self._fields(request)
        if writer.transport.is_closing():
            return
        header = {**fields, "id": request["id"], "bytes": len(payload)}
        try:
            writer.write(json.dumps(header).encode() + b"\n" + payload)
            await writer.drain()
        except OSError:
            writer.close()

    async def _fields(self, request: Fields) -> Tuple[Fields, bytes]:  # noqa: UP006
        if request.get("do") == "health":
            return self._health(), b""
        until = request.get("until")
        if isinstance(until, (int, float)) and until < time.monotonic():
            return {"error": "nobody waits for this any more"}, b""
        self._count += 1
        number = self._count
        self._since[number] = time.monotonic()
        try:
            answer = await self._answer(request)
            fields, payload = answer if isinstance(answer, tuple) else (answer, b"")
            json.dumps(fields)
        except RefusedError as error:
            return {"error": str(error)}, b""
        except Exception as error:
            # Not the error's text: it may contain what people said.
            where = _innermost(error)
            print(f"{request.get('do')} failed: {type(error).__name__} at {where}", file=sys.stderr, flush=True)
            return {"error": f"{type(error).__name__} in the service, at {where}"}, b""
        else:
            return fields, payload
        finally:
            del self._since[number]

    def _health(self) -> Fields:
        oldest = min(self._since.values(), default=None)
        return {
            **self._details(),
            "pid": os.getpid(),
            "pending": len(self._since),
            "oldest_seconds": 0.0 if oldest is None else round(time.monotonic() - oldest, 3),
        }


def _innermost(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "unknown" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
