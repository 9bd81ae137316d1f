"""A far side that tries to have Asterisk call somebody else: it redirects calls, or answers and transfers them."""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass, field
from typing import Final

SDP: Final = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 9 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=sendrecv\r\n"
)


@dataclass(slots=True)
class Dialogue:
    """One call that was answered, as far as a REFER needs it."""

    headers: dict[str, str]
    tag: str
    address: tuple[str, int]


@dataclass(slots=True)
class FarSide(asyncio.DatagramProtocol):
    """Answers INVITEs by the dialled number; keeps who was asked for, and what Asterisk replied.

    Parameters
    ----------
    redirects
        Dialled number -> status and Contact of the answer; calls to other numbers are answered.
    registers
        What is answered to a REGISTER.
    """

    redirects: dict[str, tuple[int, str]] = field(default_factory=dict)
    registers: str = "200 OK"
    asked: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    answered: dict[str, Dialogue] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    transport: asyncio.DatagramTransport | None = None

    def __call__(self) -> FarSide:
        """Be the protocol that a datagram endpoint asks for."""
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if first.startswith("SIP/2.0"):
            self.replies.append(first)
        elif first.startswith("INVITE"):
            self._invited(first.split()[1], headers, addr)
        elif first.startswith("REGISTER"):
            self._answer(self.registers, headers, addr, contact=f"{headers['contact']};expires=3600")
        elif not first.startswith("ACK"):
            if first.startswith("NOTIFY"):  # how a transfer gets on: a line of SIP (RFC 3515)
                self.replies.append(body.split("\r\n")[0])
            self._answer("200 OK", headers, addr)
        self.changed.set()

    def _invited(self, uri: str, headers: dict[str, str], addr: tuple[str, int]) -> None:
        number = uri.removeprefix("sip:").partition("@")[0].partition(";")[0]
        if "tag=" in headers["to"]:  # within a call that there is
            self._answer("200 OK", headers, addr, body=SDP)
            return
        self.asked.append(number)
        if number in self.redirects:
            status, contact = self.redirects[number]
            self._answer(f"{status} Elsewhere", headers, addr, contact=contact)
            return
        self.answered[number] = Dialogue(headers, secrets.token_hex(4), addr)
        self._answer("200 OK", headers, addr, tag=self.answered[number].tag, body=SDP)

    def _answer(
        self,
        status: str,
        headers: dict[str, str],
        addr: tuple[str, int],
        *,
        tag: str = "far",
        contact: str = "",
        body: str = "",
    ) -> None:
        to = headers["to"] if "tag=" in headers["to"] else f"{headers['to']};tag={tag}"
        lines = [f"SIP/2.0 {status}", f"Via: {headers['via']}", f"From: {headers['from']}", f"To: {to}"]
        lines += [f"Call-ID: {headers['call-id']}", f"CSeq: {headers['cseq']}"]
        lines.append(f"Contact: {contact or f'<sip:far@127.0.0.1:{self._port}>'}")
        lines += ["Content-Type: application/sdp"] if body else []
        self._send("\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]), addr)

    def refer(self, number: str, target: str) -> None:
        """Ask Asterisk to transfer a call that was answered."""
        call = self.answered[number]
        headers = call.headers
        found = re.search(r"<?(sip:[^>;]+)", headers["contact"])
        assert found is not None
        lines = [f"REFER {found[1]} SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1:{self._port};branch=z9hG4bK{call.tag}"]
        lines += [f"From: {headers['to']};tag={call.tag}", f"To: {headers['from']}", f"Call-ID: {headers['call-id']}"]
        lines += ["CSeq: 7 REFER", "Max-Forwards: 70", f"Contact: <sip:far@127.0.0.1:{self._port}>"]
        lines += [f"Refer-To: {target}", f"Referred-By: <sip:far@127.0.0.1:{self._port}>", "Content-Length: 0"]
        self._send("\r\n".join([*lines, "", ""]), call.address)

    async def transferred(self) -> int:
        """Wait for what became of a transfer and return the last status: of the reply, or told afterwards."""
        async with asyncio.timeout(10):
            while True:
                statuses = [int(reply.split()[1]) for reply in self.replies]
                if any(status >= 200 and status != 202 for status in statuses):
                    return statuses[-1]
                self.changed.clear()
                await self.changed.wait()

    @property
    def _port(self) -> int:
        assert self.transport is not None
        return int(self.transport.get_extra_info("sockname")[1])

    def _send(self, text: str, addr: tuple[str, int]) -> None:
        assert self.transport is not None
        self.transport.sendto(text.encode(), addr)
