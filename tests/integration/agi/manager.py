"""A small manager interface on a loopback socket that does what a test says: answer, be silent, freeze, vanish."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl
from collections import Counter

SECRET = "open sesame"
CHALLENGE = "840415273"
END = "\r\n\r\n"


class Manager:
    """Speaks as much AMI as a log-in, a ping and whatever ``answers`` holds need.

    Everything that is received over all connections is kept in order, so that a test can say what was sent, and
    that nothing else was.
    """

    def __init__(self) -> None:
        self.received: list[dict[str, str]] = []
        self.connections = 0
        self.port = 0
        self.secret = SECRET
        self.greeting = b"Asterisk Call Manager/9.0.0\r\n"
        self.answers: dict[str, str] = {}
        """Action -> what is sent for it; ``{id}`` stands for its ActionID, the empty text for no answer."""
        self.tls: ssl.SSLContext | None = None
        self.thawed = asyncio.Event()
        self.thawed.set()
        self._news = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        """Listen, always on the same port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def vanish(self) -> None:
        """Break every connection off, and take no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def send(self, data: bytes | str) -> None:
        """Send to everybody."""
        for writer in self._writers:
            writer.write(data if isinstance(data, bytes) else data.encode())

    def event(self, name: str, **headers: str) -> None:
        """Send an event to everybody."""
        self.send("\r\n".join([f"Event: {name}", *(f"{key}: {value}" for key, value in headers.items())]) + END)

    def times(self, action: str) -> int:
        """How often an action was received."""
        return Counter(fields["Action"] for fields in self.received)[action]

    async def until(self, action: str, times: int = 1) -> None:
        """Wait until an action has been received so often."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: self.times(action) >= times)

    async def reached(self, connections: int) -> None:
        """Wait until so many connections have been made in all."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: self.connections >= connections)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        writer.write(self.greeting)
        async with self._news:
            self._news.notify_all()
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    text = (await reader.readuntil(END.encode())).decode().removesuffix(END)
                    await self.thawed.wait()
                    fields = dict(line.split(": ", 1) for line in text.split("\r\n"))
                    self.received.append(fields)
                    writer.write(self._answer(fields).encode())
                    async with self._news:
                        self._news.notify_all()
        finally:
            self._writers.discard(writer)
            self._tasks.discard(task)
            writer.close()

    def _answer(self, fields: dict[str, str]) -> str:
        name = fields["Action"]
        if name in self.answers:
            return self.answers[name].replace("{id}", fields["ActionID"])
        if name == "Challenge":
            return f"Response: Success\r\nActionID: {fields['ActionID']}\r\nChallenge: {CHALLENGE}{END}"
        if name == "Login" and fields.get("Key") != key(self.secret):
            return response(fields["ActionID"], "Error", "Authentication failed")
        return response(fields.get("ActionID", ""))


def key(secret: str) -> str:
    """What answers the challenge, as Asterisk computes it."""
    return hashlib.md5(f"{CHALLENGE}{secret}".encode(), usedforsecurity=False).hexdigest()


def response(action_id: str, outcome: str = "Success", message: str = "done") -> str:
    """The response to an action."""
    return f"Response: {outcome}\r\nActionID: {action_id}\r\nMessage: {message}{END}"
