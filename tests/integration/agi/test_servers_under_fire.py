"""FastAGI and AudioSocket on real sockets: whatever strangers do, a good session and the loop are not disturbed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from voicebot.agi.audiosocket import AudioSocketServer, Connection, Kind, encode
from voicebot.agi.fastagi import FastAgiServer, Reply, Session, SessionOverError
from voicebot.errors import ConfigurationError, UnavailableError

FASTAGI_PORT, AUDIO_PORT = 21801, 21802
CALL, PROOF = "a-call", "known to our Asterisk alone"
HEADERS = (
    b"agi_network: yes\nagi_network_script: dial\nagi_request: agi://127.0.0.1/dial\nagi_uniqueid: x\n"
    b"agi_arg_1: a-call\n\n"
)
ASKED = 'GET FULL VARIABLE "${VOICEBOT_SECRET}"'

Stranger = Callable[[int], Awaitable[list[asyncio.StreamWriter]]]


@pytest.fixture(autouse=True)
def many_files() -> None:
    """A thousand connections have two thousand ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 8192:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))


async def probe(port: int) -> list[asyncio.StreamWriter]:
    for _ in range(50):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        await writer.wait_closed()
    return []


async def reset(port: int) -> list[asyncio.StreamWriter]:
    for _ in range(50):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"agi")
        writer.transport.abort()
    return []


async def half_a_header(port: int) -> list[asyncio.StreamWriter]:
    writers = []
    for text in (b"agi_network: yes\nagi_net", b"\x01\x00", b"\x01\x00\x10abc", b"\n", b"agi_request: \n"):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(text)
        writers.append(writer)
    return writers


async def garbage(port: int) -> list[asyncio.StreamWriter]:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    block = random.Random(1).randbytes(100_000)
    with contextlib.suppress(OSError):
        for _ in range(100):
            writer.write(block)
            await writer.drain()
    return [writer]


async def fuzz(port: int) -> list[asyncio.StreamWriter]:
    dice, writers = random.Random(2), []
    for _ in range(200):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(dice.choice([b"", HEADERS, b"\x01\x00\x10", b"agi_"])[: dice.randrange(40)])
        writer.write(dice.randbytes(dice.randrange(600)))
        writers.append(writer)
    return writers


async def a_thousand_idle(port: int) -> list[asyncio.StreamWriter]:
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(1000)]
    return [writer for _, writer in opened]


STRANGERS: list[Stranger] = [probe, reset, half_a_header, garbage, fuzz, a_thousand_idle]


async def leave(writers: list[asyncio.StreamWriter]) -> None:
    for writer in writers:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


# ------------------------------------------------------------------------------------------- FastAGI


def secret_of(call: str) -> str:
    return PROOF if call == CALL else ""


class Asterisk:
    """The other end of one FastAGI session."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, headers: bytes = HEADERS, *, shows: str | None = PROOF) -> Asterisk:
        reader, writer = await asyncio.open_connection("127.0.0.1", FASTAGI_PORT)
        writer.write(headers)
        asterisk = cls(reader, writer)
        if shows is not None:
            assert await asterisk.command() == ASKED
            asterisk.say(f"200 result=1 ({shows})\n")
        return asterisk

    async def command(self) -> str:
        return (await self.reader.readline()).decode().rstrip("\n")

    def say(self, text: str) -> None:
        self.writer.write(text.encode())

    async def close(self) -> None:
        await leave([self.writer])


@pytest.fixture
async def fastagi() -> AsyncIterator[FastAgiServer]:
    server = FastAgiServer("127.0.0.1", FASTAGI_PORT, secret_of)
    await server.start()
    yield server
    await server.close()


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_fastagi_goes_on(fastagi: FastAgiServer, stranger: Stranger) -> None:
    async def handler(session: Session) -> None:
        while (await session.command("NOOP")).result != "bye":
            pass

    fastagi.add_route("dial", handler)
    good = await Asterisk.connect()
    assert await good.command() == "NOOP"
    writers = await stranger(FASTAGI_PORT)
    began = time.monotonic()
    good.say("200 result=0\n")
    assert await good.command() == "NOOP"
    late = await Asterisk.connect()  # one who comes while the strangers are there
    assert await late.command() == "NOOP"
    assert time.monotonic() - began < 5  # far from the header's time limit times the strangers: nobody waits in a row
    for session in (good, late):
        session.say("200 result=bye\n")
        assert await session.command() == ""
        await session.close()
    await leave(writers)


async def test_strangers_are_sent_away_in_time(fastagi: FastAgiServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", FASTAGI_PORT)
    writer.write(b"agi_network: yes\n")
    async with asyncio.timeout(10):
        assert await reader.read() == b""
    await leave([writer])


async def play(fastagi: FastAgiServer, *answers: str) -> tuple[list[Reply | str], bool]:
    """Have a handler give commands, answer them with ``answers``, return what it got."""
    got: list[Reply | str] = []
    sessions: list[Session] = []
    done = asyncio.Event()

    async def handler(session: Session) -> None:
        sessions.append(session)
        try:
            for number in range(len(answers)):
                got.append(await session.command("NOOP", str(number)))
        except SessionOverError:
            got.append("over")
        finally:
            done.set()

    fastagi.add_route("dial", handler)
    asterisk = await Asterisk.connect()
    for answer in answers:
        await asterisk.command()
        asterisk.say(answer)
    if "over" in answers[-1] or not answers[-1].endswith("\n"):
        await asterisk.close()
    async with asyncio.timeout(5):
        await done.wait()
    await asterisk.close()
    return got, sessions[0].hung_up


async def test_a_hangup_line_is_no_reply(fastagi: FastAgiServer) -> None:
    got, hung_up = await play(fastagi, "200 result=0\n", "HANGUP\n200 result=-1\n", "200 result=1 (ANSWER)\n")
    assert got == [Reply(200, "0"), Reply(200, "-1"), Reply(200, "1", "ANSWER")]
    assert hung_up


async def test_a_usage_text_is_one_reply(fastagi: FastAgiServer) -> None:
    usage = (
        "520-Invalid command syntax.  Proper usage follows:\nUsage: NOOP\n\t200 result=7 in the text\n"
        "520 End of proper usage.\n"
    )
    got, _ = await play(fastagi, usage, "100 result=0 Trying...\n200 result=0\n")
    assert got == [Reply(520), Reply(200, "0")]


async def test_the_end_in_mid_command_is_told(fastagi: FastAgiServer) -> None:
    got, hung_up = await play(fastagi, "200 result=0\n", "200 res")
    assert got == [Reply(200, "0"), "over"]
    assert hung_up


async def test_a_reply_without_end_is_the_end(fastagi: FastAgiServer) -> None:
    got, _ = await play(fastagi, "2" * 100_000)
    assert got == ["over"]


async def test_no_command_with_a_line_break_is_sent(fastagi: FastAgiServer) -> None:
    refused = asyncio.Event()

    async def handler(session: Session) -> None:
        with pytest.raises(ConfigurationError):
            await session.command("NOOP", "a\nEXEC System id")
        with pytest.raises(ConfigurationError):
            await session.execute("Dial", "PJSIP/1\n")
        refused.set()

    fastagi.add_route("dial", handler)
    asterisk = await Asterisk.connect()
    assert await asterisk.command() == ""
    assert refused.is_set()
    await asterisk.close()


async def test_closing_ends_sessions_by_cancelling_them(fastagi: FastAgiServer) -> None:
    began, cancelled = asyncio.Event(), asyncio.Event()

    async def handler(session: Session) -> None:
        del session
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    fastagi.add_route("dial", handler)
    asterisk = await Asterisk.connect()
    await began.wait()
    await fastagi.close()
    assert cancelled.is_set()
    await asterisk.close()


async def test_an_unknown_path_is_closed(fastagi: FastAgiServer) -> None:
    asterisk = await Asterisk.connect(HEADERS.replace(b"script: dial", b"script: other"), shows=None)
    assert await asterisk.command() == ""
    await asterisk.close()


@pytest.mark.parametrize(
    "answer",
    [
        "200 result=1 (guessed)\n",
        "200 result=1 ()\n",
        "200 result=0\n",
        "200 result=-1\n",
        "510 Invalid or unknown command\n",
        "HANGUP\n200 result=0\n",
        f"200 result=1 ({PROOF} and more)\n",
        f"200 result=1 ({PROOF[:-1]})\n",
        f"200 result=0 ({PROOF})\n",
        "200 result=1 (\u0142\u00f3d\u017a)\n",
    ],
)
@pytest.mark.parametrize("headers", [HEADERS, HEADERS.replace(b"a-call", b"unknown"), HEADERS.replace(b"arg", b"x")])
async def test_who_does_not_know_the_secret_is_told_nothing(
    fastagi: FastAgiServer, headers: bytes, answer: str
) -> None:
    """Any program on this machine can name a call; what it hears is the question, and nothing differs for a call
    that exists."""
    served: list[Session] = []

    async def handler(session: Session) -> None:
        served.append(session)

    fastagi.add_route("dial", handler)
    asterisk = await Asterisk.connect(headers, shows=None)
    assert await asterisk.command() == ASKED
    asterisk.say(answer)
    async with asyncio.timeout(10):
        assert await asterisk.reader.read() == b""
    assert served == []
    await asterisk.close()


async def test_not_even_the_secret_helps_for_a_call_that_nobody_expects(fastagi: FastAgiServer) -> None:
    served: list[Session] = []

    async def handler(session: Session) -> None:
        served.append(session)

    fastagi.add_route("dial", handler)
    for shows in (PROOF, ""):
        asterisk = await Asterisk.connect(HEADERS.replace(b"a-call", b"unknown"), shows=shows)
        assert await asterisk.command() == ""
        await asterisk.close()
    assert served == []


async def test_who_names_a_call_and_then_is_silent_takes_nobodys_place(fastagi: FastAgiServer) -> None:
    served = asyncio.Event()

    async def handler(session: Session) -> None:
        del session
        served.set()

    fastagi.add_route("dial", handler)
    silent = [await Asterisk.connect(shows=None) for _ in range(200)]
    good = await Asterisk.connect()
    async with asyncio.timeout(5):
        await served.wait()
    for asterisk in silent:
        async with asyncio.timeout(10):
            assert await asterisk.reader.read() in {b"", f"{ASKED}\n".encode()}
    await leave([asterisk.writer for asterisk in (good, *silent)])


async def test_others_than_the_allowed_peers_are_refused() -> None:
    fastagi = FastAgiServer("127.0.0.1", FASTAGI_PORT, secret_of, peers=("192.0.2.1",))
    audio = AudioSocketServer("127.0.0.1", AUDIO_PORT, lambda _attempt: None, peers=("192.0.2.1",))
    await fastagi.start()
    await audio.start()
    for port in (FASTAGI_PORT, AUDIO_PORT):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        await leave([writer])
    await fastagi.close()
    await audio.close()


async def test_a_port_that_is_taken_is_named(fastagi: FastAgiServer) -> None:
    del fastagi
    with pytest.raises(UnavailableError, match=str(FASTAGI_PORT)):
        await FastAgiServer("127.0.0.1", FASTAGI_PORT, secret_of).start()


# --------------------------------------------------------------------------------------- AudioSocket


class Call:
    """One expected call."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.digits = ""
        self.lost = asyncio.Event()
        self.frame = b"\x01\x00" * 160

    def media_attached(self, connection: Connection, at: float) -> bool:
        del at
        self.connection = connection
        return True

    def media_frame(self, pcm: bytes, at: float) -> None:
        del at
        self.heard.append(pcm)

    def media_digit(self, digit: str, at: float) -> None:
        del at
        self.digits += digit

    def media_lost(self, connection: Connection, at: float) -> None:
        del at
        assert connection is self.connection
        self.lost.set()

    def next_frame(self) -> bytes | None:
        return self.frame


class Calls(dict[UUID, Call]):
    """Those that are expected."""

    async def join(self) -> tuple[Call, asyncio.StreamReader, asyncio.StreamWriter]:
        """Make one and connect to it, as Asterisk does."""
        attempt = uuid4()
        call = self[attempt] = Call()
        reader, writer = await asyncio.open_connection("127.0.0.1", AUDIO_PORT)
        writer.write(encode(Kind.UUID, attempt.bytes))
        return call, reader, writer


@pytest.fixture
async def calls() -> AsyncIterator[Calls]:
    calls = Calls()
    server = AudioSocketServer("127.0.0.1", AUDIO_PORT, calls.get)
    await server.start()
    yield calls
    await server.close()


async def frames(reader: asyncio.StreamReader, count: int) -> list[bytes]:
    """Read frames as Asterisk does; each must be whole."""
    read = []
    for _ in range(count):
        header = await reader.readexactly(3)
        assert header == b"\x10\x01\x40"
        read.append(await reader.readexactly(320))
    return read


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_audiosocket_goes_on(calls: Calls, stranger: Stranger) -> None:
    good, reader, writer = await calls.join()
    assert await frames(reader, 3) == [good.frame] * 3
    strangers = await stranger(AUDIO_PORT)
    late, late_reader, late_writer = await calls.join()
    async with asyncio.timeout(5):
        assert await frames(reader, 10) == [good.frame] * 10
        assert await frames(late_reader, 10) == [late.frame] * 10
    writer.write(encode(Kind.AUDIO, b"\x02" * 320) + encode(Kind.DTMF, b"7"))
    writer.close()
    async with asyncio.timeout(5):
        await good.lost.wait()
    assert (good.heard, good.digits) == ([b"\x02" * 320], "7")
    await leave([writer, late_writer, *strangers])


async def test_one_frame_each_20_ms(calls: Calls) -> None:
    _, reader, writer = await calls.join()
    await frames(reader, 5)
    began = time.monotonic()
    await frames(reader, 50)
    assert 0.9 < time.monotonic() - began < 5  # never faster; how late depends on the machine
    await leave([writer])


async def test_missed_ticks_are_not_made_up_for(calls: Calls) -> None:
    _, reader, writer = await calls.join()
    await frames(reader, 2)
    time.sleep(0.5)  # noqa: ASYNC251 – the busy loop that is meant
    began = time.monotonic()
    await frames(reader, 10)
    assert time.monotonic() - began > 0.1  # a burst would be there at once
    await leave([writer])


async def test_an_unknown_uuid_is_closed(calls: Calls) -> None:
    del calls
    reader, writer = await asyncio.open_connection("127.0.0.1", AUDIO_PORT)
    writer.write(encode(Kind.UUID, os.urandom(16)))
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    await leave([writer])


async def test_silence_before_the_uuid_is_closed_in_time(calls: Calls) -> None:
    del calls
    reader, writer = await asyncio.open_connection("127.0.0.1", AUDIO_PORT)
    async with asyncio.timeout(10):
        assert await reader.read() == b""
    await leave([writer])


async def test_a_call_that_fails_takes_nobody_with_it(calls: Calls) -> None:
    broken, reader, writer = await calls.join()
    good, good_reader, good_writer = await calls.join()
    await frames(reader, 2)

    def fail(*_: object) -> bytes:
        raise RuntimeError("a defect")

    broken.next_frame = fail  # type: ignore[method-assign]
    assert bytes(320) in await frames(reader, 20)  # silence instead
    broken.media_frame = fail  # type: ignore[method-assign,assignment]
    writer.write(encode(Kind.AUDIO, bytes(320)))
    async with asyncio.timeout(5):
        await broken.lost.wait()
        assert await frames(good_reader, 20) == [good.frame] * 20
    await leave([writer, good_writer])


async def test_a_peer_that_takes_no_audio_is_dropped(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicebot.agi.audiosocket._MAX_UNSENT_BYTES", 0)
    monkeypatch.setattr("voicebot.agi.audiosocket.TICK_SECONDS", 0.0001)
    call, _, writer = await calls.join()
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    async with asyncio.timeout(20):
        await call.lost.wait()
    await leave([writer])
