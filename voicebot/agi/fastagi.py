"""FastAGI: Asterisk's dialplan asks what to do, over TCP. Panoramisk's application, hardened.

Panoramisk reads headers until they are complete, which after a port probe means forever, and takes a ``HANGUP``
line for the reply to a command. Here headers have a size and a time limit, and a peer is a stranger until it has
proved that it is the Asterisk we ordered the call from: any program on the machine can connect and name an attempt,
but only that Asterisk knows the secret that the order carried.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from panoramisk import fast_agi

from voicebot import logs
from voicebot.agi import addresses
from voicebot.errors import ConfigurationError, Problem, UnavailableError

PROOF_VARIABLE: Final = "VOICEBOT_SECRET"
"""The channel variable that carries a call's secret."""
_HEADER_SECONDS: Final = 2.0
"""For the headers, and again for the proof."""
_LINE_BYTES: Final = 8192
"""Of all headers together, and of one reply line."""
_USAGE_LINES: Final = 200
_MAX_STRANGERS: Final = 128
_REPLY: Final = re.compile(r"(?P<code>[0-9]{3})(?P<more>[ -])(?:result=(?P<result>\S*))?\s*(?:\((?P<data>.*)\))?")

_log = logs.get_logger()


class SessionOverError(UnavailableError):
    """Asterisk closed the session; the channel or Asterisk itself is gone."""

    def __init__(self) -> None:
        super().__init__("the FastAGI session is over")


@dataclass(frozen=True, slots=True)
class Reply:
    """Asterisk's answer to one command.

    Parameters
    ----------
    code
        200 done, 510 unknown command, 511 not on a dead channel, 520 wrong usage.
    result
        What stands after ``result=``; ``-1`` means that it failed or the channel was hung up.
    data
        What stands in parentheses.
    """

    code: int
    result: str = ""
    data: str = ""

    @property
    def fine(self) -> bool:
        """The command was carried out."""
        return self.code == 200 and self.result != "-1"


def parse_reply(line: str) -> Reply | None:
    """Read one reply line; ``None`` for anything else."""
    found = _REPLY.match(line)
    if found is None:
        return None
    return Reply(int(found["code"]), found["result"] or "", found["data"] or "")


def parse_headers(block: str) -> dict[str, str]:
    """Read the headers that open a session; other lines are skipped."""
    pairs = (line.split(":", 1) for line in block.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs if name.startswith("agi_")}


def quote(argument: str) -> str:
    """Quote one argument of a command."""
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in argument):
        raise ConfigurationError(Problem("an AGI argument holds a control character", "remove it"))
    return '"' + argument.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Session:
    """One session: a dialplan that waits for commands.

    Parameters
    ----------
    headers
        What Asterisk said at the start.
    """

    def __init__(self, headers: Mapping[str, str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.headers = headers
        self.hung_up = False
        self._reader, self._writer = reader, writer
        self._lock = asyncio.Lock()

    @property
    def call(self) -> str:
        """Id of the call that the dialplan works for: its first argument."""
        return self.headers.get("agi_arg_1", "")

    async def command(self, *words: str) -> Reply:
        """Send one command and wait for its reply, as long as it takes (``EXEC Dial`` takes as long as the call).

        Parameters
        ----------
        words
            The command's own words; arguments from elsewhere go through :func:`quote`.

        Raises
        ------
        ConfigurationError
            A word holds a control character; nothing was sent.
        SessionOverError
            Asterisk closed the session.
        """
        line = " ".join(words)
        if any(ord(character) < 0x20 or ord(character) == 0x7F for character in line):
            raise ConfigurationError(Problem("an AGI command holds a control character", "remove it"))
        async with self._lock:
            try:
                self._writer.write(line.encode() + b"\n")
                await self._writer.drain()
                return await self._reply()
            except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
                self.hung_up = True
                raise SessionOverError from error

    async def _reply(self) -> Reply:
        usage = 0
        while True:
            line = (await self._reader.readuntil(b"\n")).decode("utf-8", "replace").rstrip("\r\n")
            if line == "HANGUP":  # comes between replies and is no reply
                self.hung_up = True
                continue
            if usage:  # the middle of a usage text, up to its last line
                usage += 1
                if not line.startswith("520 ") and usage < _USAGE_LINES:
                    continue
                return Reply(520)
            if line.startswith("520-"):
                usage = 1
                continue
            reply = parse_reply(line)
            if reply is not None and reply.code != 100:
                return reply

    async def execute(self, application: str, *arguments: str) -> Reply:
        """Run a dialplan application; arguments are joined with commas as in the dialplan."""
        return await self.command("EXEC", application, quote(",".join(arguments)))

    async def set_variable(self, name: str, value: str) -> Reply:
        """Set a variable or dialplan function of the channel."""
        return await self.command("SET VARIABLE", name, quote(value))

    async def evaluate(self, expression: str) -> str:
        """Return what an expression such as ``${DIALSTATUS}`` evaluates to, empty when it has no value."""
        reply = await self.command("GET FULL VARIABLE", quote(expression))
        return reply.data if reply.fine and reply.result == "1" else ""


Handler = Callable[[Session], Awaitable[None]]
SecretOf = Callable[[str], str]


class FastAgiServer(fast_agi.Application):  # type: ignore[misc]
    """Listens for sessions and gives each that proves itself to the handler of its path.

    Parameters
    ----------
    host, port
        Where to listen.
    secret_of
        The secret of the call whose id is given (the dialplan's first argument), empty for one that nobody expects.
    peers
        Addresses that may connect.
    """

    def __init__(
        self, host: str, port: int, secret_of: SecretOf, *, peers: Collection[str] = ("127.0.0.1", "::1")
    ) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._host, self._port, self._secret_of = addresses.bare(host), port, secret_of
        self._peers = frozenset(peers)
        self._handlers: dict[str, Handler] = {}
        self._server: asyncio.Server | None = None
        self._strangers: dict[asyncio.Task[None], None] = {}
        self._sessions: set[asyncio.Task[None]] = set()

    def __hash__(self) -> int:
        return id(self)

    def add_route(self, path: str, endpoint: Handler) -> None:
        """Give sessions for ``agi://host:port/path`` to ``endpoint``."""
        if path in self._handlers:
            raise ValueError(f"the path {path!r} has a handler already")
        self._handlers[path] = endpoint

    async def start(self) -> None:
        """Listen. Raises UnavailableError when the port is taken."""
        try:
            self._server = await asyncio.start_server(
                self._connected, self._host, self._port, limit=_LINE_BYTES, backlog=512
            )
        except OSError as error:
            raise UnavailableError(
                Problem(
                    f"FastAGI cannot listen on {self._host}:{self._port}: {error.strerror}",
                    "end what uses that port, or set asterisk.fastagi_port",
                )
            ) from error

    async def close(self) -> None:
        """Stop listening and end every session."""
        if self._server is not None:
            self._server.close()
        tasks = [*self._strangers, *self._sessions]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._server is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._server.wait_closed()
            self._server = None

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take in a connection; the oldest stranger makes room when there are too many."""
        peer = writer.get_extra_info("peername")
        address = addresses.plain(peer[0]) if peer else ""
        if address not in self._peers:
            _log.warning("fastagi: refused a connection from elsewhere", address=address)
            writer.transport.abort()
            return
        if len(self._strangers) >= _MAX_STRANGERS:
            oldest = next(iter(self._strangers))
            del self._strangers[oldest]
            oldest.cancel()
        task = asyncio.get_running_loop().create_task(self.handler(reader, writer))
        self._strangers[task] = None
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._strangers.pop(task, None)
        self._sessions.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("fastagi: a session failed", error=repr(task.exception()))

    async def handler(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read the headers, find the handler, have the peer prove itself, run the handler, close."""
        try:
            headers = await self._headers(reader)
            if headers is None:
                return
            handler = self._handlers.get(headers.get("agi_network_script", ""))
            if handler is None:
                _log.warning("fastagi: no such path", path=headers.get("agi_network_script", "")[:40])
                return
            session = Session(headers, reader, writer)
            if not await self._proves_itself(session):
                return
            task = asyncio.current_task()
            if task is not None:
                self._strangers.pop(task, None)
                self._sessions.add(task)
            with contextlib.suppress(SessionOverError):
                await handler(session)
        finally:
            writer.close()

    async def _proves_itself(self, session: Session) -> bool:
        """Ask for the secret of the call that the peer names; the answer takes the same time for every wrong one."""
        try:
            async with asyncio.timeout(_HEADER_SECONDS):
                shown = await session.evaluate(f"${{{PROOF_VARIABLE}}}")
        except (TimeoutError, SessionOverError):
            shown = ""
        expected = self._secret_of(session.call)
        if expected and hmac.compare_digest(shown.encode(), expected.encode()):
            return True
        _log.warning("fastagi: refused a session without the secret of an expected call")
        return False

    async def _headers(self, reader: asyncio.StreamReader) -> dict[str, str] | None:
        try:
            async with asyncio.timeout(_HEADER_SECONDS):
                block = await reader.readuntil(b"\n\n")
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            _log.debug("fastagi: a connection opened no session")
            return None
        return parse_headers(block.decode("utf-8", "replace"))
