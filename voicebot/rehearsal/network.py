"""A small telephone network on loopback: a PBX as in real life, a simulated carrier, and people who answer.

Rehearsals, the demo and the acceptance tests all run on it. Whoever starts one gets a configuration with which a
node (or a bare ``AsteriskPhone``) calls through it.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from voicebot.config import Config
from voicebot.errors import Problem, UnavailableError
from voicebot.pbx.files import pbx_files
from voicebot.pbx.instance import AsteriskInstance
from voicebot.private_files import make_missing, private_folder, write_private
from voicebot.rehearsal.carrier import Carrier
from voicebot.rehearsal.people import Follow, People, no_journal

TRUNK: Final = "carrier"
PORTS: Final = 500
"""Ports of one network: AMI, FastAGI, AudioSocket, SIP, and RTP for a hundred calls."""
_FIRST_BLOCKS: Final = range(27000, 32500, PORTS)
"""Below what systems give away to outgoing connections."""
_RTP_PORTS: Final = 240


class Ports:
    """A block of ports that is nobody else's: its first port is held for as long as the block is used.

    Parameters
    ----------
    first
        First port of the block; ``None``: any free one.

    Raises
    ------
    UnavailableError
        No block is free.
    """

    def __init__(self, first: int | None = None) -> None:
        for candidate in [first] if first is not None else _FIRST_BLOCKS:
            holder = _bound(candidate, socket.SOCK_STREAM)
            if holder is None:
                continue
            self._holder = holder
            self.first = candidate
            if all(_free(candidate + offset, kind) for offset, kind in _OFFSETS.values()):
                return
            holder.close()
        raise UnavailableError(
            Problem("no free block of ports for a telephone network", "end other rehearsals on this machine")
        )

    def __getitem__(self, name: str) -> int:
        return self.first + _OFFSETS[name][0]

    def rtp(self, *, carrier: bool) -> tuple[int, int]:
        """Return first and last RTP port of one side."""
        start = self.first + 20 + (_RTP_PORTS if carrier else 0)
        return start, start + _RTP_PORTS - 1

    def release(self) -> None:
        """Give the block back."""
        self._holder.close()


_OFFSETS: Final = {
    "ami": (1, socket.SOCK_STREAM),
    "fastagi": (2, socket.SOCK_STREAM),
    "audiosocket": (3, socket.SOCK_STREAM),
    "people": (4, socket.SOCK_STREAM),
    "carrier_ami": (5, socket.SOCK_STREAM),
    "sip": (10, socket.SOCK_DGRAM),
    "carrier_sip": (11, socket.SOCK_DGRAM),
}


class Network:
    """PBX, carrier and people.

    Parameters
    ----------
    folder
        Where everything of it goes: ``pbx``, ``carrier``, ``recordings``, ``journals``, ``voicebot.toml``.
    config
        Sections and values that differ from a rehearsal's own, as in ``voicebot.toml``.
    follow
        Finds the live journal of a call; see ``People``.
    first_port
        First of 500 ports; ``None``: any free block.
    max_calls, calls_per_second
        Of the one trunk.
    """

    def __init__(
        self,
        folder: Path,
        *,
        config: Mapping[str, Mapping[str, Any]] | None = None,
        follow: Follow = no_journal,
        first_port: int | None = None,
        max_calls: int = 20,
        calls_per_second: float = 5.0,
    ) -> None:
        self.folder = folder.resolve()
        self._given = config or {}
        self._follow = follow
        self._first_port = first_port
        self._trunk = {
            "endpoint": TRUNK,
            "max_calls": max_calls,
            "calls_per_second": calls_per_second,
            "ring_seconds": 20.0,
        }
        self._ports: Ports | None = None
        self.config = Config()
        self.config_file = self.folder / "voicebot.toml"
        self.carrier: Carrier
        self.pbx: AsteriskInstance
        self.people: People

    async def start(self) -> None:
        """Write the configuration and start both Asterisks and the people.

        Raises
        ------
        UnavailableError
            No Asterisk, no free ports, or one of them does not come up.
        """
        make_missing(self.folder)
        ports = self._ports = Ports(self._first_port)
        data = self._configuration(ports)
        self.config = Config.model_validate(data)
        write_private(self.config_file, as_toml(data))
        for folder in (self.config.asterisk.recordings, self.config.call.journals):
            private_folder(folder)
        self.carrier = Carrier(
            self.folder / "carrier",
            sip_port=ports["carrier_sip"],
            rtp_ports=ports.rtp(carrier=True),
            pbx_port=ports["sip"],
            ami_port=ports["carrier_ami"],
            callees=f"127.0.0.1:{ports['people']}",
        )
        self.people = People("127.0.0.1", ports["people"], follow=self._follow, press=self.carrier.press)
        files = pbx_files(
            self.config,
            sip_port=ports["sip"],
            rtp_ports=ports.rtp(carrier=False),
            carrier_host="127.0.0.1",
            carrier_port=ports["carrier_sip"],
        )
        self.pbx = AsteriskInstance(self.folder / "pbx", files, name="pbx")
        try:
            await self.people.start()
            await self.carrier.start(self.people.voices)
            await self.pbx.start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop everything; harmless when nothing runs."""
        if self._ports is None:
            return
        for stop in (self.pbx.stop, self.carrier.stop, self.people.close):
            with contextlib.suppress(UnavailableError):
                await stop()
        self._ports.release()
        self._ports = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _configuration(self, ports: Ports) -> dict[str, Any]:
        data: dict[str, Any] = {
            "node": "rehearsal",
            "asterisk": {
                "ami_port": ports["ami"],
                "ami_secret": secrets.token_urlsafe(16),
                "fastagi_port": ports["fastagi"],
                "audiosocket_port": ports["audiosocket"],
                "recordings": str(self.folder / "recordings"),
                "configuration": str(self.folder / "pbx" / "etc"),
            },
            "trunks": {TRUNK: self._trunk},
            "database": {"url": f"sqlite+aiosqlite:///{self.folder / 'voicebot.db'}"},
            "call": {"journals": str(self.folder / "journals")},
        }
        for section, values in self._given.items():
            data[section] = {**data.get(section, {}), **values}
        return data


def as_toml(data: Mapping[str, Any], *, section: str = "") -> str:
    """Write nested mappings of strings, numbers, booleans and lists of them as TOML."""
    lines, tables = [], []
    for name, value in data.items():
        if isinstance(value, Mapping):
            tables.append((f"{section}.{name}" if section else name, value))
        else:
            lines.append(f"{name} = {json.dumps(value)}")
    text = "".join(line + "\n" for line in lines)
    for name, value in tables:
        text += f"\n[{name}]\n{as_toml(value, section=name)}"
    return text


def _bound(port: int, kind: socket.SocketKind) -> socket.socket | None:
    held = socket.socket(socket.AF_INET, kind)
    if kind == socket.SOCK_STREAM:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that just ended hold nobody off
    try:
        held.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            held.listen(1)  # only one socket can
    except OSError:
        held.close()
        return None
    return held


def _free(port: int, kind: socket.SocketKind) -> bool:
    held = _bound(port, kind)
    if held is not None:
        held.close()
    return held is not None
