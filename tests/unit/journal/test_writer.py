"""The journal: written as it happens, whatever the disk does, and read again at any age."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from voicebot.journal import events, reference
from voicebot.journal.events import BY_NAME, Entry, Event, Unknown
from voicebot.journal.reader import Tail, find_journal, parse_lines, read_entries, read_file
from voicebot.journal.writer import Journal, journals_outage

WALL = 1_790_000_000.0
DAY = datetime.fromtimestamp(WALL, UTC)


def journal_in(folder: Path, **more: Any) -> Journal:
    return Journal(folder, uuid4(), begun_at=50.0, wall=WALL, **more)


def test_every_entry_is_in_the_file_at_once(tmp_path: Path) -> None:
    journal = journal_in(tmp_path / "journals")
    journal.add(events.LineBegun("steps.identity", 'He said: "1, 2; 3"'), 51.5)
    journal.add(events.Turn(1, "affirm", slots={"due": date(2026, 12, 1), "sum": Decimal("1.50")}), 52.0)
    entries = read_file(journal.path)
    assert entries == list(journal.entries)
    assert entries[0]["schema"] == events.SCHEMA
    assert entries[1] == {"at": 1.5, "event": "say", "line": "steps.identity", "text": 'He said: "1, 2; 3"'}
    assert entries[2]["slots"] == {"due": "2026-12-01", "sum": "1.50"}
    assert journal.path.parent == tmp_path / f"journals/{DAY:%Y/%m/%d}"
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700
    journal.close()


def test_a_line_cut_off_by_a_crash_is_left_out(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    journal.add(events.Answered(), 51.0)
    journal.close()
    with journal.path.open("a") as file:
        file.write('{"at": 2.0, "event": "tu')
    assert [entry["event"] for entry in read_file(journal.path)] == ["begun", "answered"]


def test_a_journal_is_found_whenever_it_was_begun(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    journal.close()
    assert find_journal(tmp_path, journal.attempt) == journal.path
    assert find_journal(tmp_path, uuid4()) is None
    flat = uuid4()
    (tmp_path / f"{flat}.jsonl").touch()
    assert find_journal(tmp_path, flat) == tmp_path / f"{flat}.jsonl", "where earlier versions kept it"


# ------------------------------------------------------------------------------------- a disk that fails


class Disk:
    """``os.write`` that takes so many bytes more and then says that the disk is full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.room = 10**9
        self._write = os.write
        monkeypatch.setattr(os, "write", self.write)

    def write(self, handle: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = self._write(handle, bytes(data[: self.room]))
        self.room -= taken
        return taken


def test_a_full_disk_never_raises_and_what_it_did_not_take_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    with capture_logs() as logged:
        journal = journal_in(tmp_path)
        disk.room = 20  # half a line
        journal.add(events.Answered(), 51.0)
        journal.add(events.Turn(1, "stop_calling", outcome_so_far="stop_calling"), 52.0)
        assert journal.unwritten == 2
        assert [entry["event"] for entry in journal.entries] == ["begun", "answered", "turn"]
        disk.room = 10**9
        journal.add(events.LineSaid("bye"), 53.0)
        journal.close()
    assert read_file(journal.path) == list(journal.entries), "no line was broken, none is missing"
    assert [(line["log_level"], line["event"]) for line in logged] == [
        ("warning", "journals cannot be written; they are kept in memory"),
        ("warning", "journals are written again"),
    ]
    assert logged[0]["attempt"] == str(journal.attempt)


@pytest.mark.parametrize("how", ["file in its place", "dangling link"])
def test_a_folder_that_cannot_be_made_never_raises(tmp_path: Path, how: str) -> None:
    folder = tmp_path / "journals"
    if how == "file in its place":
        folder.touch()
    else:
        folder.symlink_to("/proc/nowhere/at/all")
    with capture_logs() as logged:
        journal = journal_in(folder)
        journal.add(events.Answered(), 51.0)
        journal.close()
        journal.close()
    assert journal.unwritten == 2
    assert [line["log_level"] for line in logged] == ["warning", "info"]
    assert len(journal.entries) == 2


def test_a_full_disk_is_said_once_for_all_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(monkeypatch)
    outage = journals_outage()
    with capture_logs() as logged:
        calls = [journal_in(tmp_path, outage=outage) for _ in range(3)]
        disk.room = 0
        for at in range(51, 60):
            for call in calls:
                call.add(events.Ringing(), at)
        disk.room = 10**9
        calls[0].add(events.Answered(), 61)
        assert outage.lasts, "two calls have not written yet"
        for call in calls:
            call.close()
    assert [line["log_level"] for line in logged] == ["warning", "warning"]


# ------------------------------------------------------------------------------------------- any journal

TEXT = st.text(max_size=8)
PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | TEXT
SECONDS = st.floats(0, 999).map(lambda value: round(value, 3))
MADE: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
    "str": lambda: TEXT,
    "int": lambda: st.integers(-(2**40), 2**40),
    "float": lambda: SECONDS,
    "bool": st.booleans,
    "float | None": lambda: st.none() | SECONDS,
    "bool | None": lambda: st.none() | st.booleans(),
    "str | None": lambda: st.none() | TEXT.filter(bool),
    "Mapping[str, Any]": lambda: st.dictionaries(TEXT, PLAIN, max_size=3),
    "Mapping[str, str]": lambda: st.dictionaries(TEXT, TEXT, max_size=3),
    "tuple[str, ...]": lambda: st.lists(TEXT, max_size=3).map(tuple),
    "tuple[tuple[str, float], ...]": lambda: st.lists(st.tuples(TEXT, SECONDS), max_size=3).map(tuple),
    "tuple[Alternative, ...]": lambda: st.lists(some(events.Alternative), max_size=2).map(tuple),
    "tuple[Word, ...]": lambda: st.lists(some(events.Word), max_size=2).map(tuple),
}


def some(kind: type[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, **{
        name: MADE[field.type]() for name, field in kind.__dataclass_fields__.items() if name != "name"
    })  # fmt: skip


@given(
    st.lists(st.tuples(st.floats(50, 900), st.sampled_from(sorted(BY_NAME)).flatmap(lambda name: some(BY_NAME[name]))))
)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, happened: list[tuple[float, Event]]) -> None:
    happened = [(at, event) for at, event in happened if not isinstance(event, events.Begun)]
    journal = journal_in(tmp_path_factory.mktemp("round"))
    tail = Tail(journal.path)
    followed = tail.news()
    for at, event in happened:
        journal.add(event, at)
        followed += tail.news()
    journal.close()
    read = read_entries(read_file(journal.path))
    assert read == followed == read_entries(journal.entries)
    assert read[1:] == [Entry(journal.seconds(at), event) for at, event in happened]


ODD = st.recursive(
    PLAIN | st.floats(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)


@given(st.lists(st.dictionaries(st.sampled_from(["at", "event", "text", "slots", "look", "schema", "hang_up"]), ODD
                                | st.sampled_from(sorted(BY_NAME)), max_size=5), max_size=8))  # fmt: skip
def test_nothing_that_is_stored_makes_reading_fail(lines: list[Mapping[str, Any]]) -> None:
    named = [line for line in lines if isinstance(line.get("event"), str)]
    assert len(read_entries(lines)) == len(named)


def test_a_journal_is_followed_as_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    tail = Tail(path)
    assert tail.news() == []
    path.write_bytes(b'{"event": "listen", "cue": "identity"}\n{"event": "sa')
    assert [entry.event for entry in tail.news()] == [events.QuestionBegun(cue="identity")]
    with path.open("ab") as file:
        file.write(b'y"}\nnot json\n[1]\n')
    assert [entry.event for entry in tail.news()] == [events.LineBegun()]
    assert tail.news() == []


@given(st.binary() | st.text().map(str.encode))
def test_any_file_is_a_journal(data: bytes) -> None:
    assert all("event" in entry for entry in parse_lines(data))


def test_names_tell_events_apart() -> None:
    assert len(BY_NAME) == len(set(BY_NAME.values()))
    assert all(kind.name == name for name, kind in BY_NAME.items())


def test_a_journal_of_the_first_version_is_read() -> None:
    old = Path(__file__).parent / "version_1.jsonl"
    entries = read_entries(read_file(old))
    assert not [entry for entry in entries if isinstance(entry.event, Unknown)]
    kinds = [type(entry.event) for entry in entries]
    assert events.InterimAsked in kinds
    ended = next(entry.event for entry in entries if isinstance(entry.event, events.HungUp))
    assert (ended.disposition, ended.cause, ended.by_callee) == ("answered", 16, False)
    bye = next(entry.event for entry in entries if isinstance(entry.event, events.EndingBegun))
    assert (bye.outcome, bye.action) == ("will_pay_on_time", "hang_up")
    turn = next(entry.event for entry in entries if isinstance(entry.event, events.Turn))
    heard = [entry.event.query for entry in entries if isinstance(entry.event, events.Understood)]
    assert turn.query in heard
    assert json.loads(old.read_text().splitlines()[0]).get("schema") is None


def test_the_reference_is_what_the_events_say() -> None:
    written = (Path(__file__).parents[3] / reference.FILE).read_text(encoding="utf-8")
    assert written == reference.render(), "run: python -m voicebot.journal.reference"
