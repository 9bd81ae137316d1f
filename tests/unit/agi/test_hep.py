"""Copies of SIP messages: the Reason of a refusal is found, and nothing else is taken for one."""

from __future__ import annotations

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.agi.hep import Refusal, Refusals, read_refusal

HEADERS = "Via: SIP/2.0/UDP 127.0.0.1\r\nCall-ID: abc@here\r\nCSeq: 7 INVITE\r\n"


def packet(message: str, *, kind: int = 15) -> bytes:
    payload = message.encode()
    chunks = struct.pack("!HHHB", 0, 1, 7, 2) + struct.pack("!HHH", 0, kind, 6 + len(payload)) + payload
    return b"HEP3" + struct.pack("!H", 6 + len(chunks)) + chunks


def refusal(status: str = "480 Gone", more: str = "Reason: Q.850;cause=1\r\n", headers: str = HEADERS) -> bytes:
    return packet(f"SIP/2.0 {status}\r\n{headers}{more}\r\n")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (refusal(), Refusal("abc@here", 480, "Q.850;cause=1")),
        (refusal("603 Network Blocked", ""), Refusal("abc@here", 603, "")),
        (
            refusal(more='Reason: SIP;cause=580\r\nreason : Q.850;cause=17;\r\n text="busy"\r\n'),
            Refusal("abc@here", 480, 'SIP;cause=580, Q.850;cause=17; text="busy"'),
        ),
        (refusal(headers="i: abc@here\r\nCSeq: 7 INVITE\r\n"), Refusal("abc@here", 480, "Q.850;cause=1")),
        (refusal("200 OK"), None),
        (refusal("180 Ringing"), None),
        (refusal(headers="Call-ID: abc@here\r\nCSeq: 7 BYE\r\n"), None),
        (refusal(headers="CSeq: 7 INVITE\r\n"), None),
        (packet("INVITE sip:1@here SIP/2.0\r\n" + HEADERS), None),
        (packet(f"SIP/2.0 480 x\r\n{HEADERS}\r\n", kind=16), None),
        (refusal()[:40], None),
        (b"HEP3", None),
        (b"", None),
    ],
)
def test_what_is_a_refusal(data: bytes, expected: Refusal | None) -> None:
    assert read_refusal(data) == expected


@given(st.binary(max_size=200), st.integers(0, 65535))
def test_nothing_that_comes_raises(data: bytes, length: int) -> None:
    read_refusal(data)
    read_refusal(b"HEP3" + struct.pack("!H", length) + data)


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_asterisk_is_known_by_its_address_however_the_socket_writes_it(address: str) -> None:
    async def main() -> None:
        refusals = Refusals({"127.0.0.1"})
        refusals.datagram_received(refusal(), (address, 9))
        assert await refusals.reason("abc@here", 480, 0.0) == "Q.850;cause=1"

    asyncio.run(main())


def test_a_reason_is_waited_for_and_only_asterisk_is_heard() -> None:
    async def main() -> None:
        refusals = Refusals({"127.0.0.1"})
        assert await refusals.reason("abc@here", 480, 10.0) == "", "nobody sends copies"
        refusals.datagram_received(refusal(), ("192.0.2.1", 9))
        assert not refusals.heard
        refusals.datagram_received(packet("OPTIONS sip:x SIP/2.0\r\n\r\n"), ("127.0.0.1", 9))
        waiting = asyncio.create_task(refusals.reason("abc@here", 480, 10.0))
        await asyncio.sleep(0)
        refusals.datagram_received(refusal("401 Who", ""), ("127.0.0.1", 9))
        refusals.datagram_received(refusal(), ("127.0.0.1", 9))
        assert await waiting == "Q.850;cause=1"
        assert await refusals.reason("another", 480, 0.0) == ""

    asyncio.run(main())
