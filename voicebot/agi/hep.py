"""What a carrier says beside a refusal: the ``Reason`` headers in Asterisk's copies of SIP messages.

Asterisk 22.9 and later report only the SIP status and phrase of a refusal: ``PJSIP_RESPONSE_HEADER`` reads no headers
but those of a 200, and the cause that res_pjsip_rfc3326 takes from a ``Reason`` is overwritten. res_hep_pjsip sends a
copy of every message to a UDP port (Homer Encapsulation Protocol, version 3); voicebot takes them at the address of
its AudioSocket server. Without them a refusal is read from its status.
"""

from __future__ import annotations

import asyncio
import struct
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from voicebot.agi import addresses

_MAGIC: Final = b"HEP3"
_CHUNK: Final = struct.Struct("!HHH")
"""Vendor, type and length of a chunk, its own six bytes included."""
_PAYLOAD: Final = (0, 15)
_MOST_KEPT: Final = 2000
"""Refusals that are remembered; each is asked for within a second."""
_LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """The final refusal of one INVITE: its call, status and ``Reason`` headers, joined by commas."""

    call_id: str
    status: int
    reason: str


def read_refusal(packet: bytes) -> Refusal | None:
    """Read one packet; ``None`` for everything but the final refusal of an INVITE."""
    payload = _payload(packet)
    if payload is None or not payload.startswith(b"SIP/2.0 "):
        return None
    head = payload.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    first, *lines = head.replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n")
    status = first[8:11]
    if not (status.isascii() and status.isdigit() and 300 <= int(status) <= 699):
        return None
    call_id, method, reasons = "", "", []
    for line in lines:
        name, _, value = line.partition(":")
        match name.strip().lower():
            case "call-id" | "i":
                call_id = value.strip()
            case "cseq":
                method = value.split()[-1] if value.split() else ""
            case "reason":
                reasons.append(value.strip())
    if method != "INVITE" or not call_id:
        return None
    return Refusal(call_id, int(status), ", ".join(reasons)[:_LONGEST_REASON])


def _payload(packet: bytes) -> bytes | None:
    """Return the captured message of a packet; ``None`` where there is none or it is cut off."""
    if len(packet) < 6 or not packet.startswith(_MAGIC):
        return None
    end = min(len(packet), int.from_bytes(packet[4:6], "big"))
    place = 6
    while place + _CHUNK.size <= end:
        vendor, kind, length = _CHUNK.unpack_from(packet, place)
        if length < _CHUNK.size or place + length > end:
            return None
        if (vendor, kind) == _PAYLOAD:
            return packet[place + _CHUNK.size : place + length]
        place += length
    return None


class Refusals(asyncio.DatagramProtocol):
    """Receives the copies, and returns the reason that came with a refused call.

    Parameters
    ----------
    peers
        Addresses from which Asterisk sends; others are not listened to.
    """

    def __init__(self, peers: Collection[str]) -> None:
        self._peers = peers
        self._kept: OrderedDict[str, Refusal] = OrderedDict()
        self._came = asyncio.Event()
        self.heard = False
        """Whether Asterisk sends copies."""

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        """Keep the refusal in a copy, if there is one."""
        if addresses.plain(str(addr[0])) not in self._peers or not data.startswith(_MAGIC):
            return
        self.heard = True
        refusal = read_refusal(data)
        if refusal is None:
            return
        self._kept.pop(refusal.call_id, None)
        self._kept[refusal.call_id] = refusal
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        self._came.set()

    async def reason(self, call_id: str, status: int, seconds: float) -> str:
        """Return the ``Reason`` beside a refusal, empty where there is none.

        Parameters
        ----------
        call_id, status
            Of the refused INVITE, as Asterisk reports them.
        seconds
            How long to wait for the copy; not at all where none ever came.
        """
        if not call_id or not self.heard:
            return ""
        try:
            async with asyncio.timeout(seconds):
                while (found := self._kept.get(call_id)) is None or found.status != status:
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            return ""
        return found.reason
