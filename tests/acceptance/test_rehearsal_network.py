"""The simulated carrier and its people, called through two real Asterisks by a bot that can only read lines out."""

from __future__ import annotations

import asyncio
import json
import uuid
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from voicebot.agi.ami import Ami
from voicebot.agi.ami_events import AmiEvent, ChannelEnded
from voicebot.agi.audiosocket import AudioSocketServer, Connection
from voicebot.rehearsal import carrier as plan
from voicebot.rehearsal.callee import Record
from voicebot.rehearsal.carrier import number
from voicebot.rehearsal.measure import is_loud, reply_gaps, stops
from voicebot.rehearsal.network import TRUNK, Network
from voicebot.rehearsal.persona import Persona, load_persona
from voicebot.rehearsal.selection import PERSONAS
from voicebot.rehearsal.voices import CallerVoices, Speaker
from voicebot.speech.audio import FRAME_BYTES

LINES = (
    ("identity", "Hello, may I speak with Susan?"),
    ("reminder", "Your payment of fifty dollars is due next week, so can you pay it on time?"),
    ("", "Thank you, goodbye."),
)
PROCESSES = Path("/proc")
PATIENCE_FRAMES = 75  # 1.5 s: longer than a persona's pause in the middle of an answer
BOT = Speaker("bot", "hibari")


class ReadingBot:
    """Says its lines one after the other, each when the callee has fallen silent or pressed a key, then hangs up."""

    def __init__(self, lines: list[bytes], journal: Path) -> None:
        self.heard_frames = self.loud_frames = 0
        self.digits = ""
        self._lines = lines
        self._journal = journal
        self._line = -1
        self._place = 0
        self._saying = False
        self._loud = self._silent = 0
        self._connection: Connection | None = None

    def media_attached(self, connection: Connection, at: float) -> bool:
        self._connection = connection
        self._next()
        return True

    def media_frame(self, pcm: bytes, at: float) -> None:
        self.heard_frames += 1
        if is_loud(pcm):
            self.loud_frames += 1
            self._loud, self._silent = self._loud + 1, 0
        else:
            self._silent += 1
        if not self._saying and self._loud >= 5 and self._silent >= PATIENCE_FRAMES:
            self._next()

    def media_digit(self, digit: str, at: float) -> None:
        self.digits += digit
        self._next()

    def media_lost(self, connection: Connection, at: float) -> None:
        self._connection = None

    def next_frame(self) -> bytes | None:
        if not self._saying:
            return None
        pcm = self._lines[self._line]
        frame = pcm[self._place : self._place + FRAME_BYTES]
        self._place += FRAME_BYTES
        if self._place >= len(pcm):
            self._saying = False
            self._loud = self._silent = 0
            self._note("said")
            if self._line == len(self._lines) - 1 and self._connection is not None:
                self._connection.close()
        return frame.ljust(FRAME_BYTES, b"\0")

    def _next(self) -> None:
        if self._line + 1 < len(self._lines):
            self._line, self._place, self._saying = self._line + 1, 0, True
            if LINES[self._line][0]:
                self._note("listen", cue=LINES[self._line][0])
            self._note("say")

    def _note(self, event: str, **more: str) -> None:
        with self._journal.open("a") as file:
            file.write(json.dumps({"at": 0, "event": event, **more}) + "\n")


class Desk:
    """A network, the PBX's AMI, and reading bots for all calls."""

    def __init__(self, network: Network, ami: Ami, lines: list[bytes], folder: Path) -> None:
        self.network = network
        self.tells = True
        self.bots: dict[str, ReadingBot] = {}
        self.ended: dict[str, asyncio.Future[ChannelEnded]] = {}
        self._ami = ami
        self._lines = lines
        self._folder = folder
        self._expected: dict[UUID, str] = {}

    def journal(self, dialled: str) -> Path:
        return self._folder / f"{dialled}.jsonl"

    def find(self, attempt: UUID) -> ReadingBot | None:
        dialled = self._expected.get(attempt)
        if dialled is None:
            return None
        self.bots[dialled] = ReadingBot(self._lines, self.journal(dialled))
        return self.bots[dialled]

    def event(self, event: AmiEvent) -> None:
        if isinstance(event, ChannelEnded) and event.unique_id in self.ended and not self.ended[event.unique_id].done():
            self.ended[event.unique_id].set_result(event)

    async def call(self, dialled: str, *, ring_seconds: float = 15.0) -> ChannelEnded:
        """Dial, and return how the call ended."""
        attempt = uuid.uuid4()
        self._expected[attempt] = dialled.lstrip("+")
        ended = self.ended[str(attempt)] = asyncio.get_running_loop().create_future()
        socket = f"127.0.0.1:{self.network.config.asterisk.audiosocket_port}"
        await self._ami.action(
            "Originate",
            {
                "Channel": f"PJSIP/{dialled}@{TRUNK}",
                "Application": "AudioSocket",
                "Data": f"{attempt},{socket}",
                "ChannelId": str(attempt),
                "Timeout": str(round(ring_seconds * 1000)),
                "Async": "true",
            },
        )
        return await asyncio.wait_for(ended, 60)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    journals = tmp_path / "told"
    journals.mkdir()

    async def follow(dialled: str) -> Path | None:
        return made[0].journal(dialled) if made[0].tells else None

    made: list[Desk] = []
    voices = CallerVoices()
    lines = [await voices.speak(text, BOT) for _, text in LINES]
    async with Network(tmp_path / "network", follow=follow) as network:
        asterisk = network.config.asterisk
        ami = Ami(
            asterisk.ami_host,
            asterisk.ami_port,
            asterisk.ami_username,
            asterisk.ami_secret,
            on_event=lambda event: made[0].event(event),  # noqa: PLW0108 - made a few lines below
        )
        made.append(Desk(network, ami, lines, journals))
        server = AudioSocketServer("127.0.0.1", asterisk.audiosocket_port, made[0].find)
        await server.start()
        await ami.start()
        try:
            yield made[0]
        finally:
            await ami.close()
            await server.close()


def shipped(name: str) -> Persona:
    return load_persona(PERSONAS / f"{name}.yaml")


async def records(desk: Desk, *names: str) -> dict[str, Record]:
    """Call shipped personas all at once."""
    numbers = [number(plan.PERSONA, place) for place, _ in enumerate(names)]
    for dialled, name in zip(numbers, names, strict=True):
        await desk.network.people.invite(dialled, shipped(name))
    await asyncio.gather(*map(desk.call, numbers))
    assert await desk.network.people.quiet(10)
    assert desk.network.carrier.dialled() == {dialled.lstrip("+"): 1 for dialled in numbers}
    return {record.persona: record for record in desk.network.people.records}


async def test_people_talk(desk: Desk, tmp_path: Path) -> None:
    names = ("pays_on_time", "thinks_aloud", "presses_keys", "hangs_up", "stop_in_the_middle")
    found = await records(desk, *names)
    assert set(found) == set(names)
    assert desk.network.people.most_at_once >= 4

    easy = found["pays_on_time"]
    assert [words.text for words in easy.spoken] == ["yes, this is she", "oh sure, I will pay it on time"]
    assert [cue for _, cue in easy.cues] == ["identity", "reminder"]
    gaps = reply_gaps(easy.spoken, easy.loud)
    assert len(gaps) == 2
    assert all(gap > PATIENCE_FRAMES * 20 - 100 for gap in gaps), "no reply is heard before the bot gave one"
    assert easy.turns == 2
    assert not easy.left, "the bot hung up"

    assert [words.answer for words in found["thinks_aloud"].spoken] == [False, True, False, True]
    assert [keys for _, keys in found["presses_keys"].pressed] == ["1", "1"]
    assert desk.bots[number(plan.PERSONA, 2).lstrip("+")].digits == "11"
    assert found["presses_keys"].spoken == []
    over = found["stop_in_the_middle"]
    assert stops(over.spoken, over.loud), "spoke over the prompt"
    assert found["hangs_up"].left
    assert found["hangs_up"].turns == 0

    path = tmp_path / "easy.wav"
    easy.write_wave(path)
    with wave.open(str(path)) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    assert abs(len(both) / 8000 - (easy.ended_at - easy.answered_at)) < 0.5
    for side in (0, 1):
        assert np.abs(both[:, side]).max() > 3000, "both sides are heard"


async def test_a_persona_understands_an_unknown_bot(desk: Desk) -> None:
    """Without a journal the lines under ``any`` answer each silence of the bot."""
    dialled = number(plan.PERSONA, 7)
    persona = shipped("presses_keys").model_copy(update={"behaviour": (), "says": {"any": ("yes I will",)}})
    await desk.network.people.invite(dialled, persona)
    desk.tells = False
    await desk.call(dialled)
    (record,) = desk.network.people.records
    assert [words.text for words in record.spoken] == ["yes I will"] * 2


async def test_numbers_that_nobody_answers(desk: Desk) -> None:
    wanted = {
        number(plan.BUSY): (17, 486),
        number(plan.REJECTS, 21): (21, 403),
        number(plan.REJECTS, 34): (34, 503),
        number(plan.NOT_IN_SERVICE): (1, 404),
        number(plan.ANNOUNCES_THEN_REJECTS, 17): (17, 486),
        "+19995550000": (1, 404),
    }
    ended = await asyncio.gather(*map(desk.call, wanted))
    assert {dialled: (end.cause, end.technical) for dialled, end in zip(wanted, ended, strict=True)} == wanted
    assert desk.network.carrier.dialled() == {dialled.lstrip("+"): 1 for dialled in wanted}


async def test_ringing_on_and_silence_and_echo(desk: Desk) -> None:
    rings, melody = number(plan.RINGS_ON), number(plan.MELODY_THEN_PERSONA, 3)
    await desk.network.people.invite(melody, shipped("hangs_up"))
    calls = [asyncio.create_task(desk.call(dialled, ring_seconds=3)) for dialled in (rings, melody)]
    echo, silent = number(plan.ECHO), number(plan.SILENT)
    endless = [asyncio.create_task(desk.call(dialled)) for dialled in (echo, silent)]
    ended = await asyncio.gather(*calls)
    assert ended[0].technical not in (200, 404, 486)
    assert desk.bots[echo.lstrip("+")].heard_frames > 50
    assert desk.network.people.records[0].left, "the one behind the melody talked"
    for task in endless:
        task.cancel()
    assert await asyncio.gather(*endless, return_exceptions=True)
    assert sum(desk.network.carrier.dialled().values()) == 4


async def test_one_of_the_banks_own_people(desk: Desk) -> None:
    """An agent answers, says hello (the bot hears it) and hangs up; an extension ending in 99 is never taken."""
    await asyncio.gather(desk.call("7001", ring_seconds=3), desk.call("7099", ring_seconds=3))
    bot = desk.bots["7001"]
    assert bot.loud_frames > 50
    assert "7099" not in desk.bots
    assert desk.network.people.records == [], "agents are no personas"


async def test_nothing_is_left_running(tmp_path: Path) -> None:
    network = Network(tmp_path / "network")
    await network.start()
    pids = [network.pbx.pid, network.carrier.instance.pid]
    await network.stop()
    assert all(pid is not None for pid in pids)
    assert not [pid for pid in pids if (PROCESSES / str(pid)).is_dir()]
    await network.stop()


async def test_two_networks_beside_each_other(tmp_path: Path) -> None:
    async with Network(tmp_path / "one") as one, Network(tmp_path / "two") as two:
        assert one.config.asterisk.ami_port != two.config.asterisk.ami_port
        assert one.pbx.pid
        assert two.pbx.pid
