"""AudioSocket: Asterisk's audio over TCP. A pure codec, one protocol per connection, one ticker for all calls.

A message is a kind (1 byte), a length (2 bytes, big endian) and a payload. Asterisk first sends the uuid that the
channel was made with, then audio (16-bit little-endian PCM at 8 kHz, 20 ms each) and keys. It neither buffers nor
paces what we send: exactly one frame goes out each 20 ms, silence when there is nothing to say, header and payload
in one write. After 2 s without traffic it would drop the call.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import struct
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast
from uuid import UUID

from voicebot import logs
from voicebot.agi import addresses
from voicebot.agi.keys import KEYS
from voicebot.errors import Problem, UnavailableError
from voicebot.framing import Cutter, fixed

FRAME_BYTES: Final = 320
"""20 ms of 16-bit PCM at 8 kHz; the same as in ``voicebot.speech.audio``, which this package does not know."""
TICK_SECONDS: Final = 0.02

_HEADER: Final = struct.Struct(">BH")
_LARGEST_PAYLOAD: Final = 4096
"""A quarter of a second; Asterisk sends 20 ms."""
_IDENTIFY_SECONDS: Final = 2.0
_MAX_STRANGERS: Final = 128
"""Connections that have not said who they are; beyond this the oldest one is closed."""
_TELL_SECONDS: Final = 60.0
"""Late audio is logged at most this often."""
_MAX_UNSENT_BYTES: Final = 64_000
"""About 4 s of audio: a peer that takes no more is dead."""

_log = logs.get_logger()


class Kind(enum.IntEnum):
    """Kinds of message."""

    HANG_UP = 0x00
    UUID = 0x01
    DTMF = 0x03
    AUDIO = 0x10
    ERROR = 0xFF


@dataclass(frozen=True, slots=True)
class Identified:
    """Which call this connection belongs to."""

    identifier: UUID


@dataclass(frozen=True, slots=True)
class Audio:
    """One 20 ms frame."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Key:
    """The callee pressed a key."""

    digit: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The other side says that it ends."""

    error: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """The bytes are not AudioSocket; nothing more is read from this connection."""

    reason: str


Message = Identified | Audio | Key | Ended | Fault


class Decoder:
    """Bytes in, messages out, however the bytes are split. Never raises; the first fault is the last message."""

    def __init__(self) -> None:
        self._cutter = Cutter(fixed(_HEADER, self._payload_size))
        self._audio = bytearray()
        self._over = False
        self._identified = False

    def feed(self, data: bytes) -> list[Message]:
        """Take ``data`` and return what is complete."""
        messages: list[Message] = []
        if self._over:
            return messages
        try:
            for (kind, _), payload in self._cutter.feed(data):
                messages += self._message(kind, payload)
                if kind in {Kind.HANG_UP, Kind.ERROR}:
                    break
        except ValueError as error:
            messages.append(Fault(str(error)))
            self._over = True
        return messages

    def _payload_size(self, header: tuple[Any, ...]) -> int:
        """Return how long the payload is; raises ValueError for a wrong header, before its payload is waited for."""
        kind, length = header
        limits = {Kind.HANG_UP: (0, 0), Kind.UUID: (16, 16), Kind.DTMF: (1, 1), Kind.ERROR: (0, 16)}
        if kind == Kind.AUDIO:
            low, high = 0, _LARGEST_PAYLOAD
        elif kind in limits:
            low, high = limits[Kind(kind)]
        else:
            raise ValueError(f"unknown kind 0x{kind:02x}")
        if not low <= length <= high:
            raise ValueError(f"{length} bytes of {Kind(kind).name.lower()}")
        if self._identified == (kind == Kind.UUID):
            raise ValueError("a second uuid" if self._identified else f"{Kind(kind).name.lower()} before the uuid")
        return int(length)

    def _message(self, kind: int, payload: bytes) -> list[Message]:
        if kind == Kind.AUDIO:
            return self._frames(payload)
        if kind == Kind.UUID:
            self._identified = True
            return [Identified(UUID(bytes=payload))]
        if kind == Kind.DTMF:
            digit = payload.decode("latin-1").upper()
            return [Key(digit)] if digit in KEYS else []
        self._over = True
        return [Ended(payload[0] if payload else 0)]

    def _frames(self, payload: bytes) -> list[Message]:
        """Cut audio of any length into frames of 20 ms."""
        if len(payload) == FRAME_BYTES and not self._audio:
            return [Audio(payload)]
        self._audio += payload
        whole = len(self._audio) // FRAME_BYTES * FRAME_BYTES
        frames: list[Message] = [
            Audio(bytes(self._audio[at : at + FRAME_BYTES])) for at in range(0, whole, FRAME_BYTES)
        ]
        del self._audio[:whole]
        return frames


def encode(kind: Kind, payload: bytes = b"") -> bytes:
    """Return one message as bytes."""
    return _HEADER.pack(kind, len(payload)) + payload


_AUDIO_HEADER: Final = _HEADER.pack(Kind.AUDIO, FRAME_BYTES)
_SILENCE: Final = _AUDIO_HEADER + bytes(FRAME_BYTES)


class MediaOwner(Protocol):
    """Whoever a connection belongs to: one call."""

    def media_attached(self, connection: Connection, at: float) -> bool:
        """A connection for this call is there; ``False`` refuses it."""

    def media_frame(self, pcm: bytes, at: float) -> None:
        """20 ms from the callee."""

    def media_digit(self, digit: str, at: float) -> None:
        """A key."""

    def media_lost(self, connection: Connection, at: float) -> None:
        """The connection is gone."""

    def next_frame(self) -> bytes | None:
        """The frame of this tick, ``None`` for silence, empty where nothing is to be sent."""


class Connection(asyncio.Protocol):
    """One connection: a stranger until its uuid is known, then the voice of one call."""

    def __init__(self, server: AudioSocketServer) -> None:
        self._server = server
        self._decoder = Decoder()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.owner: MediaOwner | None = None
        self.late_ticks = 0
        """Ticks of 20 ms in which this call should have got a frame, and got none."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the uuid, but not for long."""
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        if not self._server.welcome(self, peer[0] if peer else ""):
            self._transport.abort()
            return
        self._timer = asyncio.get_running_loop().call_later(_IDENTIFY_SECONDS, self.close)

    def data_received(self, data: bytes) -> None:
        """Hand each message to the call."""
        at = time.monotonic()
        for message in self._decoder.feed(data):
            if self._transport is None:
                return
            try:
                self._take(message, at)
            except Exception:
                _log.exception("a call's handler of received audio failed")
                self.close()

    def _take(self, message: Message, at: float) -> None:
        match message:
            case Audio(pcm) if self.owner is not None:
                self.owner.media_frame(pcm, at)
            case Key(digit) if self.owner is not None:
                self.owner.media_digit(digit, at)
            case Identified(identifier):
                self._identify(identifier, at)
            case Fault(reason):
                _log.warning("audiosocket: this is not AudioSocket", reason=reason, known=self.owner is not None)
                self.close()
            case _:
                self.close()

    def _identify(self, identifier: UUID, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        owner = self._server.identified(self, identifier)
        if owner is None or not owner.media_attached(self, at):
            _log.warning("audiosocket: refused a connection that no call expects")
            self.close()
            return
        self.owner = owner
        self._server.joined(self)

    def send(self, pcm: bytes | None) -> None:
        """Send one frame, or silence; empty: nothing at all, as a line with discontinuous transmission does."""
        if pcm == b"":
            return
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > _MAX_UNSENT_BYTES:
            _log.warning("audiosocket: the peer no longer takes audio")
            transport.abort()
            return
        good = pcm is not None and len(pcm) == FRAME_BYTES
        transport.write(_AUDIO_HEADER + pcm if good and pcm is not None else _SILENCE)

    def close(self) -> None:
        """Close; Asterisk takes it for a hang-up."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the call, once."""
        del exc
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        self._server.left(self)
        owner, self.owner = self.owner, None
        if owner is not None:
            owner.media_lost(self, time.monotonic())


class AudioSocketServer:
    """Listens for Asterisk's connections and gives every call its frame each 20 ms.

    Parameters
    ----------
    host, port
        Where to listen.
    find
        Gives the call that expects a connection with this uuid, or ``None`` when none does.
    peers
        Addresses that may connect.
    """

    def __init__(
        self,
        host: str,
        port: int,
        find: Callable[[UUID], MediaOwner | None],
        *,
        peers: Collection[str] = ("127.0.0.1", "::1"),
    ) -> None:
        self._host, self._port, self._find = addresses.bare(host), port, find
        self._peers = frozenset(peers)
        self._server: asyncio.Server | None = None
        self._strangers: dict[Connection, None] = {}
        self._joined: dict[Connection, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._untold: list[int] = []
        """Ticks missed at once, since that was logged."""
        self._tell_from = 0.0
        self.late_ticks = 0
        """Ticks of 20 ms that were missed because the loop was busy."""

    async def start(self) -> None:
        """Listen. Raises UnavailableError when the port is taken."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: Connection(self), self._host, self._port, backlog=512)
        except OSError as error:
            raise UnavailableError(
                Problem(
                    f"AudioSocket cannot listen on {self._host}:{self._port}: {error.strerror}",
                    "end what uses that port, or set asterisk.audiosocket_port",
                )
            ) from error

    async def close(self) -> None:
        """Stop listening and close every connection."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for connection in [*self._strangers, *self._joined]:
            connection.close()
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._server.wait_closed()
            self._server = None

    def welcome(self, connection: Connection, address: str) -> bool:
        """Take in a new connection; the oldest stranger makes room when there are too many."""
        if addresses.plain(address) not in self._peers:
            _log.warning("audiosocket: refused a connection from elsewhere", address=address)
            return False
        if len(self._strangers) >= _MAX_STRANGERS:
            oldest = next(iter(self._strangers))
            del self._strangers[oldest]
            oldest.close()
        self._strangers[connection] = None
        return True

    def identified(self, connection: Connection, identifier: UUID) -> MediaOwner | None:
        """Find the call of a connection that said its uuid."""
        self._strangers.pop(connection, None)
        return self._find(identifier)

    def joined(self, connection: Connection) -> None:
        """From now on the connection gets a frame each tick."""
        self._joined[connection] = None
        if self._timer is None:
            self._deadline = time.monotonic() + TICK_SECONDS
            self._schedule()

    def left(self, connection: Connection) -> None:
        """Forget a connection."""
        self._strangers.pop(connection, None)
        self._joined.pop(connection, None)

    def _schedule(self) -> None:
        delay = max(0.0, self._deadline - time.monotonic())
        self._timer = asyncio.get_running_loop().call_later(delay, self._tick)

    def _late(self, missed: int, now: float) -> None:
        """Count ticks that were missed, for each call; say so, but not each time."""
        self.late_ticks += missed
        self._untold.append(missed)
        for connection in self._joined:
            connection.late_ticks += missed
        if now >= self._tell_from:
            _log.warning(
                "audio was late: this process was too busy",
                times=len(self._untold),
                missed_ticks=sum(self._untold),
                worst_ms=round(max(self._untold) * TICK_SECONDS * 1000),
                calls=len(self._joined),
            )
            self._untold.clear()
            self._tell_from = now + _TELL_SECONDS

    def _tick(self) -> None:
        """Send one frame to each call.

        Deadlines are absolute, so being a little late does not add up. Ticks missed altogether are left out, never
        made up for: two frames at once would reach the callee as a burst.
        """
        self._timer = None
        if not self._joined:
            return
        now = time.monotonic()
        missed = int((now - self._deadline) / TICK_SECONDS)
        if missed:
            self._late(missed, now)
        self._deadline += TICK_SECONDS * (missed + 1)
        for connection in tuple(self._joined):
            frame = None
            owner = connection.owner
            if owner is not None:
                try:
                    frame = owner.next_frame()
                except Exception:
                    _log.exception("a call's source of audio to send failed")
            connection.send(frame)
        self._schedule()
