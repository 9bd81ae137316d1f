"""How calls end: whatever fails in mid-talk, outcome, bar and the recording's name are kept."""

from __future__ import annotations

import asyncio
import errno
import os
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from tests.unit.call.carried import Call, Clips, Policy, Pool, Recognizer
from tests.unit.dialogue.making import LEAD, SMALL, changed, loaded
from voicebot.agi.phone import CallRequest, Disposition, HangUp, Origin, Recording
from voicebot.call.asking import Asker
from voicebot.call.maker import CallMaker, Language, Prepared
from voicebot.call.recordings import BYTES_A_SECOND, CallRecording, Recordings
from voicebot.call.session import CallSession
from voicebot.call.trying.told_time import told
from voicebot.config import AsteriskSection, CallSection, Config, TrunkSection
from voicebot.errors import UnavailableError
from voicebot.journal.reader import find_journal, read_file
from voicebot.store.records import Fate, NewLead, Result, Ticket

KEYS = changed(
    (
        '    say: "Am I speaking with {name}?"\n',
        '    say: "Am I speaking with {name}?"\n    keys: {"9": stop_calling}\n',
    ),
    (
        'say: "Hello, this is {company}, on a recorded line."',
        'say: "Hello, this is {company}, on a recorded line.", unrecorded: "Hello, this is {company}."',
    ),
    text=SMALL,
)
Strike = Callable[["Node"], Awaitable[None] | None]


def record(path: str, seconds: int) -> None:
    """Write what Asterisk would."""
    Path(path).write_bytes(b"\1\0\2\0" * (BYTES_A_SECOND // 4) * seconds)


class Line:
    """A telephone with one callee, who answers, asks not to be called again and may hang up. A ``Phone``."""

    connection = 1

    def __init__(self, node: Node) -> None:
        self._node = node
        self.session: CallSession
        self.attempt = uuid4()

    async def call(self, request: CallRequest, events: Any) -> Line:
        self.session = events
        self.request = request
        self._node.talking = asyncio.create_task(self._talk())
        return self

    async def _talk(self) -> None:
        loop, session = asyncio.get_running_loop(), self.session
        if self.request.recording and self._node.asterisk_records:
            record(self.request.recording, 12)
            session.recording(Recording(self.request.recording, loop.time()))
        session.answered(loop.time())
        await self.pass_time(7.0)
        session.digit("9", loop.time())
        await self.pass_time(0.5)
        strike = self._node.strike(self._node)
        if strike is not None:
            await strike
        await self.pass_time(3.5)
        self.end()

    async def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.02)):
            self.session.next_frame()
            await asyncio.sleep(0.02)

    def hang_up(self) -> None:
        asyncio.get_running_loop().call_soon(self.end)

    def end(self) -> None:
        at = asyncio.get_running_loop().time()
        self.session.hung_up(HangUp(Disposition.ANSWERED, 16, origin=Origin.OURS, sip_call_id="abc@here"), at)

    def press(self, key: str) -> None:
        raise AssertionError(key)

    def transfer(self, extension: str) -> None:
        raise AssertionError(extension)


class Spoken(Clips):
    voice = SimpleNamespace(name="tone")


class Node:
    """A call maker on a telephone, and what strikes it in mid-talk."""

    def __init__(self, folder: Path, strike: Strike = lambda _: None, *, asterisk_records: bool = True) -> None:
        self.folder, self.strike, self.asterisk_records = folder, strike, asterisk_records
        self.script = loaded(folder, KEYS)
        self.policy = Policy(self.script)
        self.line = Line(self)
        self.talking: asyncio.Task[None]
        self.config = Config(
            asterisk=AsteriskSection(recordings=folder / "recordings"),
            call=CallSection(journals=folder / "journals", max_seconds=30),
            trunks={"main": TrunkSection(endpoint="main")},
        )
        language = Language(Pool(Recognizer()), Spoken())  # type: ignore[arg-type]

        async def prepared(_: str) -> Prepared:
            return Prepared(self.script, self.policy)

        self.maker = CallMaker(
            self.config, self.line, {("en-US", ""): language}, prepared,  # type: ignore[arg-type]
            monotonic=asyncio.get_running_loop().time,
        )  # fmt: skip
        lead = NewLead("+12127365000", *(getattr(LEAD, name) for name in
                       ("name", "company", "amount", "currency", "due_date", "timezone")))  # fmt: skip
        self.ticket = Ticket(uuid4(), 1, "campaign", 1, lead, "main", "small", "hash", 0.0)

    async def called(self) -> Result:
        self.calling = asyncio.create_task(self.maker.call(self.ticket, lambda: None))
        try:
            return await self.calling
        finally:
            self.talking.cancel()


@pytest.fixture(autouse=True)
def threads_in_told_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes to a thread is done at once: a thread knows nothing of told time."""

    async def here(work: Callable[..., Any], *arguments: Any) -> Any:
        return work(*arguments)

    monkeypatch.setattr(asyncio, "to_thread", here)


def call(folder: Path, strike: Strike = lambda _: None, **more: Any) -> tuple[Result, Node]:
    async def story() -> tuple[Result, Node]:
        node = Node(folder, strike, **more)
        return await node.called(), node

    return told(story())


def said(result: Result) -> list[str]:
    return [one.text for one in result.utterances if one.side == "bot"]


def test_a_call_that_ends_well(tmp_path: Path) -> None:
    result, node = call(tmp_path)
    assert (result.disposition, result.outcome, result.fate) == ("answered", "do_not_call", Fate.KNOWN)
    path = find_journal(node.config.call.journals, node.ticket.attempt)
    assert path is not None
    assert read_file(path) == list(result.journal)
    assert next(entry for entry in result.journal if entry["event"] == "hung_up")["sip_call_id"] == "abc@here"
    with wave.open(result.recording) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        assert file.getnframes() == 12 * 8000
        assert file.readframes(1) == b"\1\0\2\0", "the callee is left"
    assert Path(result.recording).stat().st_mode & 0o077 == 0
    assert list(Path(result.recording).parent.iterdir()) == [Path(result.recording)]
    assert said(result)[0] == "Hello, this is Acme Bank, on a recorded line."
    kept = next(entry for entry in result.journal if entry["event"] == "recording_kept")
    hung_up = next(entry for entry in result.journal if entry["event"] == "hung_up")
    assert kept["starts_at"] + kept["seconds"] == pytest.approx(hung_up["at"], abs=0.002)


def disk_full(_: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", refuse)


def recogniser_gone(node: Node) -> None:
    def refuse() -> None:
        raise RuntimeError("the recogniser is gone")

    node.line.session._utterances.close = refuse  # type: ignore[method-assign]


def talk_gone(node: Node) -> None:
    def refuse() -> Any:
        raise RuntimeError("nothing is known any more")

    node.line.session._talk.hung_up = refuse  # type: ignore[method-assign]
    node.line.session._ending = None


async def asterisk_gone(node: Node) -> None:
    node.line.session.ended.set_exception(UnavailableError("Asterisk is gone"))
    await asyncio.sleep(0)


async def second_sigterm(node: Node) -> None:
    node.calling.cancel()
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    "strike",
    [disk_full, recogniser_gone, talk_gone, asterisk_gone, second_sigterm],
    ids=lambda strike: strike.__name__,
)
def test_whatever_fails_in_mid_talk_the_bar_and_the_recording_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, strike: Any
) -> None:
    def striking(node: Node) -> Any:
        return strike(node, monkeypatch) if strike is disk_full else strike(node)

    result, node = call(tmp_path, striking)
    assert (result.disposition, result.outcome, result.fate) == ("answered", "do_not_call", Fate.KNOWN), result
    assert str(node.ticket.attempt) in result.recording
    assert Path(result.recording).exists()
    assert [one.text for one in result.utterances if one.side == "callee"] == ["9"]
    assert result.answered_at is not None
    assert result.ended_at is not None


def test_a_call_given_up_before_anybody_answered_is_no_result(tmp_path: Path) -> None:
    async def story() -> None:
        node = Node(tmp_path)
        order = asyncio.Event()

        async def wait(*_: Any) -> Any:
            order.set()
            await asyncio.Event().wait()

        node.line.call = wait  # type: ignore[method-assign, assignment]
        calling = asyncio.create_task(node.maker.call(node.ticket, lambda: None))
        await order.wait()
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling

    told(story())


def test_a_call_cancelled_before_it_is_dialled_leaves_no_journal_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> CallRecording:
        raise asyncio.CancelledError

    monkeypatch.setattr(Recordings, "open", stopped)

    async def story() -> Node:
        node = Node(tmp_path)
        with pytest.raises(asyncio.CancelledError):
            await node.maker.call(node.ticket, lambda: None)
        return node

    node = told(story())
    path = find_journal(node.config.call.journals, node.ticket.attempt)
    assert path is not None
    assert not [one for one in Path("/proc/self/fd").iterdir() if one.exists() and one.samefile(path)]


def test_folders_that_cannot_be_written_disturb_no_call(tmp_path: Path) -> None:
    (tmp_path / "journals").touch()
    (tmp_path / "recordings").touch()
    with capture_logs() as logged:
        result, _ = call(tmp_path)
    assert (result.outcome, result.recording) == ("do_not_call", "")
    assert said(result)[0] == "Hello, this is Acme Bank.", "nobody is told of a recording that is not made"
    assert any(entry["event"] == "not_recorded" for entry in result.journal)
    warned = [line["event"] for line in logged if line["log_level"] == "warning"]
    assert warned == ["journals cannot be written; they are kept in memory", "calls are not recorded"]


def test_an_asterisk_that_writes_no_file_is_noticed_at_the_answer(tmp_path: Path) -> None:
    with capture_logs() as logged:
        result, _ = call(tmp_path, asterisk_records=False)
    assert (result.outcome, result.recording) == ("do_not_call", "")
    assert said(result)[0] == "Hello, this is Acme Bank."
    (warning,) = [line for line in logged if line["log_level"] == "warning"]
    assert "may not write there" in warning["reason"]


def test_a_recording_that_is_too_short_is_none(tmp_path: Path) -> None:
    def cut(node: Node) -> None:
        record(node.line.request.recording, 3)

    result, _ = call(tmp_path, cut)
    assert (result.outcome, result.recording) == ("do_not_call", "")
    assert "only 3.0 of 8.0 s" in next(entry for entry in result.journal if entry["event"] == "not_recorded")["why"]


def test_an_empty_recording_is_removed(tmp_path: Path) -> None:
    def empty(node: Node) -> None:
        record(node.line.request.recording, 0)

    result, node = call(tmp_path, empty)
    assert result.recording == ""
    assert not list(node.config.asterisk.recordings.rglob("*.*"))


def test_a_decision_that_fails_ends_the_call_instead_of_leaving_it_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        call = Call(tmp_path, script=KEYS)

        async def refuse(*_: Any) -> Any:
            raise RuntimeError("a fault while deciding")

        monkeypatch.setattr(Asker, "decided", refuse)
        call.answer()
        await call.nothing(5.0)
        call.session.digit("9", call.loop.time())
        ended = await call.ended()
        assert ended.ending is not None
        assert [entry["where"] for entry in call.all("fault")] == ["deciding"]
        assert call.hang_ups == 1

    told(story())


def test_last_words_that_fail_end_the_call_all_the_same(tmp_path: Path) -> None:
    async def story() -> None:
        call = Call(tmp_path)
        call.answer()
        await call.nothing(1.0)

        async def refuse(at: float) -> None:
            raise RuntimeError(str(at))

        call.session._last_words = refuse  # type: ignore[method-assign]
        call.session._utterances.number = 1
        call.session.hung_up(HangUp(Disposition.ANSWERED, by_callee=True), call.loop.time())
        ended = await call.ended()
        assert ended.ending is not None
        assert ended.ending.outcome == "hung_up"
        assert [entry["where"] for entry in call.all("fault")] == ["last words"]

    told(story())
