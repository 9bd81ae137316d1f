"""AMI client: panoramisk's protocol and messages, with their traps closed.

Panoramisk queues actions during an outage and sends them afterwards (stale calls do get dialled), leaves those in
flight pending forever, does not notice a frozen Asterisk and retries a wrong password endlessly. Here each action has a
time limit, a lost connection fails whatever was in flight, nothing is ever sent twice, and a watchdog drops a
connection that does not answer.

The secret never leaves this process: log-in is by challenge (MD5 of Asterisk's challenge and the secret), so whoever
listens on the port while Asterisk is away learns nothing that it can use. It does not prove that the other side is
Asterisk; only TLS does (``asterisk.ami_ca``).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import ssl
import unicodedata
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from voicebot import logs
from voicebot.agi import addresses
from voicebot.agi.ami_events import AmiEvent, read_event
from voicebot.errors import ConfigurationError, Problem, RefusedError, UnavailableError, UncertainError

_LARGEST_MESSAGE: Final = 4_000_000
"""More than this without the end of a message is not AMI."""
_WATCH_SECONDS: Final = 3.0
_RETRY_SECONDS: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
_MESSAGE_END: Final = b"\r\n\r\n"
_GREETING: Final = re.compile(rb"Asterisk Call Manager/\d[\w.]*")
_LONGEST_GREETING: Final = 128
_CHALLENGE: Final = re.compile(r"[0-9]{1,20}")
EVENTS: Final = "call,dtmf"
"""Classes of events that are asked for; Asterisk sends those that the user may read."""

_log = logs.get_logger()
_SILENT: Final = logging.Logger("panoramisk", logging.CRITICAL + 1)


def check_fields(name: str, fields: Mapping[str, str]) -> None:
    """Refuse values that could inject a header of their own.

    Raises
    ------
    ConfigurationError
        A key is not a plain word, or the action or a value holds a control character; nothing was sent.
    """
    for key in fields:
        if not (key.isascii() and key.replace("-", "").isalnum()):
            raise ConfigurationError(Problem(f"{key!r} cannot be a header of an AMI action", "use letters and digits"))
    for key, value in {"Action": name, **fields}.items():
        if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in value):
            raise ConfigurationError(
                Problem(f"{key} of the AMI action {name!r} holds a control character", "remove it")
            )


class _Action(Action):  # type: ignore[misc]
    """An action that ends with its response, or with the event that closes a list; an error always ends it."""

    def add_message(self, message: Message) -> bool:
        """Take one message of this action; ``True`` when it was the last."""
        self.responses.append(message)
        if self.future.done():
            return True
        first = self.responses[0]
        ended = "Event" in message and (message.eventlist == "Complete" or message.event.endswith("Complete"))
        if not self.as_list or not first.success or ended:
            self.future.set_result(list(self.responses))
            return True
        return False


class _Wire(AMIProtocol):  # type: ignore[misc]
    """Panoramisk's protocol, given whole messages only: text split across reads would lose characters."""

    def __init__(self, owner: Ami) -> None:
        self._owner = owner
        self._bytes = bytearray()
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.greeted.add_done_callback(lambda future: future.cancelled() or future.exception())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.encoding = "utf8"
        self.log = _SILENT  # panoramisk logs every message, passwords of trunks among them
        self.factory = self._owner

    def data_received(self, data: bytes) -> None:
        if not self.greeted.done():
            self._bytes += data
            end = self._bytes.find(b"\r\n", 0, _LONGEST_GREETING)
            if end >= 0 and _GREETING.fullmatch(self._bytes, 0, end):
                del self._bytes[: end + 2]
                self.greeted.set_result(None)
            elif end >= 0 or len(self._bytes) >= _LONGEST_GREETING:
                self.greeted.set_exception(ConnectionError("it does not greet as Asterisk does"))
                self.transport.abort()
            return
        searched = max(0, len(self._bytes) - len(_MESSAGE_END))
        self._bytes += data
        end = self._bytes.rfind(_MESSAGE_END, searched)
        if end >= 0:
            whole = bytes(self._bytes[: end + len(_MESSAGE_END)])
            del self._bytes[: end + len(_MESSAGE_END)]
            super().data_received(whole)
        elif len(self._bytes) > _LARGEST_MESSAGE:
            _log.error("ami: the other side does not speak AMI")
            self.transport.abort()

    def connection_lost(self, exc: Any) -> None:
        if not self.greeted.done():
            self.greeted.set_exception(ConnectionError("it closed the connection"))
        if not self.closed:
            self.close()
            self._owner.wire_lost(self)


def _tell(owner: Callable[[], None]) -> None:
    """Tell the owner; its failure must not stop us from keeping the connection up."""
    try:
        owner()
    except Exception:
        _log.exception("ami: the handler of a connection change failed")


def _tls(authority: Path | None) -> ssl.SSLContext | None:
    """Read the certificate authority that AMI's certificate is checked against."""
    if authority is None:
        return None
    try:
        return ssl.create_default_context(cafile=str(authority))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            Problem(f"asterisk.ami_ca: no certificate can be read from {authority}: {error}", "name a PEM file")
        ) from error


class Ami:
    """A connection to Asterisk's manager interface that reconnects whenever it is lost.

    Parameters
    ----------
    host, port, username, secret
        Where and as whom.
    authority
        File of the authority that signed AMI's certificate: AMI is spoken over TLS and the certificate is checked.
    action_seconds
        Time limit of each action.
    on_event
        Gets every followed event, in order.
    on_connected, on_lost
        Told after each log-in and after each loss.
    """

    # Attributes that panoramisk's protocol expects of its factory. Nothing is queued to be sent later.
    awaiting_actions: deque[Any]
    forgetable_actions: tuple[str, ...] = ()
    save_stream = None

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        secret: str,
        *,
        authority: Path | None = None,
        action_seconds: float = 5.0,
        on_event: Callable[[AmiEvent], None] = lambda _event: None,
        on_connected: Callable[[], None] = lambda: None,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        check_fields("Login", {"Username": username, "Secret": secret})
        self._tls = _tls(authority)
        self._host, self._port, self._username, self._secret = addresses.bare(host), port, username, secret
        self._where = addresses.join(host, port)
        self._action_seconds = action_seconds
        self._on_event, self._on_connected, self._on_lost = on_event, on_connected, on_lost
        self._wire: _Wire | None = None
        self._ready = False
        self._in_flight: dict[asyncio.Future[list[Message]], None] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()
        self.awaiting_actions = deque(maxlen=0)

    @property
    def connected(self) -> bool:
        """Logged in, and the connection is not known to be lost."""
        return self._ready

    async def start(self) -> None:
        """Connect and log in; from then on the connection is kept up.

        Raises
        ------
        ConfigurationError
            User or secret are wrong.
        UnavailableError
            Nobody answers, it is not Asterisk, or the user may log in only once and is already logged in.
        """
        if self._tls is None and not addresses.is_loopback(self._host):
            _log.warning(
                "ami: commands to Asterisk cross the network unencrypted; set asterisk.ami_ca", host=self._host
            )
        await self._connect()
        self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def close(self) -> None:
        """Log out and do not reconnect."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
        wire = self._wire
        if wire is not None and self._ready:
            wire.transport.write(b"Action: Logoff\r\n\r\n")
        self._drop(tell=False)

    async def action(self, name: str, fields: Mapping[str, str] | None = None, *, uncertain: bool = False) -> Message:
        """Carry out one action.

        Parameters
        ----------
        name
            Its name, such as ``Hangup``.
        fields
            Its other headers.
        uncertain
            Without an answer the action may still have been carried out, and that matters (Originate).

        Raises
        ------
        ConfigurationError
            A control character; nothing was sent.
        RefusedError
            Asterisk says no.
        UnavailableError
            There is no connection, or no answer came.
        UncertainError
            No answer came and ``uncertain`` is set.
        """
        return (await self._send(name, fields or {}, as_list=False, uncertain=uncertain))[0]

    async def list_action(self, name: str, fields: Mapping[str, str] | None = None) -> list[Message]:
        """Carry out an action that answers with a list of events; return them. Raises as :meth:`action`."""
        messages = await self._send(name, fields or {}, as_list=True, uncertain=False)
        return [message for message in messages[1:] if not message.event.endswith("Complete")]

    async def variable(self, expression: str, *, channel: str = "") -> str:
        """Return the value of a dialplan function or variable, empty if Asterisk refuses to give it.

        Parameters
        ----------
        expression
            Such as ``DEVICE_STATE(PJSIP/carrier)``.
        channel
            Name of the channel that is asked; empty for a global value.

        Raises
        ------
        UnavailableError
            There is no connection, or no answer came.
        """
        fields = {"Variable": expression} | ({"Channel": channel} if channel else {})
        try:
            return str((await self.action("Getvar", fields)).value)
        except RefusedError:
            return ""

    async def _send(self, name: str, fields: Mapping[str, str], *, as_list: bool, uncertain: bool) -> list[Message]:
        check_fields(name, fields)
        if not self._ready:
            raise UnavailableError(
                Problem(
                    f"no connection to Asterisk's AMI at {self._where}",
                    "see whether Asterisk runs",
                )
            )
        return await self._exchange(name, fields, as_list=as_list, uncertain=uncertain)

    async def _exchange(self, name: str, fields: Mapping[str, str], *, as_list: bool, uncertain: bool) -> list[Message]:
        wire = self._wire
        if wire is None or wire.closed:
            raise UnavailableError(f"no connection to Asterisk's AMI at {self._where}")
        action = _Action({"Action": name, **fields})
        future: asyncio.Future[list[Message]] = action.future
        self._in_flight[future] = None
        kind = UncertainError if uncertain else UnavailableError
        wire.send(action, as_list=as_list)
        try:
            async with asyncio.timeout(self._action_seconds):
                messages = await future
        except TimeoutError as error:
            raise kind(f"Asterisk did not answer {name} in {self._action_seconds:.1f} s") from error
        except ConnectionError as error:
            raise kind(f"the connection to Asterisk was lost before it answered {name}") from error
        finally:
            self._in_flight.pop(future, None)
            wire.responses.pop(action.id, None)
        if not messages[0].success:
            raise RefusedError(Problem(f"Asterisk refused {name}: {messages[0].message}"))
        return messages

    async def _connect(self) -> None:
        """Make one connection and log in."""
        where = self._where
        cure = "see whether Asterisk runs, and asterisk.ami_host and asterisk.ami_port"
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._action_seconds):
                _, self._wire = await loop.create_connection(lambda: _Wire(self), self._host, self._port, ssl=self._tls)
        except (OSError, TimeoutError) as error:
            raise UnavailableError(Problem(f"Asterisk's AMI does not answer at {where}: {error}", cure)) from error
        self._lost.clear()
        try:
            await self._log_in(self._wire)
        except RefusedError as error:
            self._drop(tell=False)
            if "in use" in str(error).lower():
                raise UnavailableError(
                    Problem(
                        f"Asterisk's AMI at {where} has the user {self._username!r} logged in already",
                        "set allowmultiplelogin = yes in manager.conf, or give each node an AMI user of its own",
                    )
                ) from error
            raise ConfigurationError(
                Problem(
                    f"Asterisk's AMI at {where} refuses the user {self._username!r}",
                    "make asterisk.ami_username and asterisk.ami_secret match manager.conf, and see its permit lines",
                )
            ) from error
        except (UnavailableError, ConnectionError, TimeoutError) as error:
            self._drop(tell=False)
            why = "it does not answer" if isinstance(error, TimeoutError) else error
            raise UnavailableError(Problem(f"what answers at {where} does not log us in: {why}", cure)) from error
        except BaseException:
            self._drop(tell=False)
            raise
        self._ready = True
        _tell(self._on_connected)

    async def _log_in(self, wire: _Wire) -> None:
        """Log in by challenge, once the other side has greeted as Asterisk does."""
        async with asyncio.timeout(self._action_seconds):
            await asyncio.shield(wire.greeted)
        asked = await self._exchange("Challenge", {"AuthType": "MD5"}, as_list=False, uncertain=False)
        challenge = str(asked[0].challenge)
        if not _CHALLENGE.fullmatch(challenge):
            raise UnavailableError("its challenge is not Asterisk's")
        # What AMI's protocol asks for; the secret must be long and random for it.
        key = hashlib.md5(f"{challenge}{self._secret}".encode(), usedforsecurity=False).hexdigest()
        fields = {"AuthType": "MD5", "Username": self._username, "Key": key, "Events": EVENTS}
        await self._exchange("Login", fields, as_list=False, uncertain=False)

    async def _keep(self) -> None:
        """Watch the connection and reconnect; ends only by being cancelled."""
        failures = 0
        while True:
            if self._ready:
                await self._watch()
                failures = 0
            await asyncio.sleep(_RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)])
            try:
                await self._connect()
            except (UnavailableError, ConfigurationError) as error:
                failures += 1
                if failures in {1, 10} or failures % 100 == 0:
                    # The dialler logs an outage once; that our log-in is wrong is known only here.
                    tell = _log.info if isinstance(error, UnavailableError) else _log.error
                    tell("ami: not connected", error=str(error), failures=failures)
            except Exception:
                failures += 1
                _log.exception("ami: not connected")

    async def _watch(self) -> None:
        """Return when the connection is lost; ping now and then: a frozen Asterisk keeps connections open."""
        while self._ready:
            try:
                async with asyncio.timeout(_WATCH_SECONDS):
                    await self._lost.wait()
            except TimeoutError:
                try:
                    await self.action("Ping")
                except UnavailableError as error:
                    if self._ready:
                        _log.error("ami: Asterisk does not answer", error=str(error))
                        self._drop()

    def _drop(self, *, tell: bool = True) -> None:
        """Close the connection and fail what is in flight."""
        wire, self._wire = self._wire, None
        was_ready, self._ready = self._ready, False
        if wire is not None:
            wire.responses.clear()
            wire.closed = True
            wire.transport.close() if not tell else wire.transport.abort()
        for future in list(self._in_flight):
            if not future.done():
                future.set_exception(ConnectionError("lost"))
        self._lost.set()
        if was_ready and tell:
            # The dialler warns of the outage, once for as long as it lasts.
            _log.info("ami: connection lost", host=self._host, port=self._port)
            _tell(self._on_lost)

    def wire_lost(self, wire: _Wire) -> None:
        """Called by the protocol when its connection is gone."""
        if wire is self._wire:
            self._drop()

    def dispatch(self, message: Message) -> None:
        """Called by the protocol for every event that belongs to no action."""
        event = read_event(message)
        if event is None:
            return
        try:
            self._on_event(event)
        except Exception:
            _log.exception("ami: the handler of an event failed", event_name=message.event)
