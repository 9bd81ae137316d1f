"""The journal: written as it happens, readable after a crash, and what it still says then."""

from __future__ import annotations

import stat
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from voicebot.call.maker import recovered
from voicebot.journal.writer import Journal, read_journal


def test_every_entry_is_in_the_file_at_once(tmp_path: Path) -> None:
    attempt = uuid4()
    journal = Journal(tmp_path / "journals", attempt, begun_at=50.0, wall=1_790_000_000.0)
    journal.add(
        "say", 51.5, line="steps.identity", text='He said: "1, 2; 3"', due=date(2026, 12, 1), sum=Decimal("1.50")
    )
    entries = read_journal(journal.path)
    assert entries == list(journal.entries)
    assert entries[1] == {
        "at": 1.5,
        "event": "say",
        "line": "steps.identity",
        "text": 'He said: "1, 2; 3"',
        "due": "2026-12-01",
        "sum": "1.50",
    }
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    journal.close()


def test_a_line_cut_off_by_a_crash_is_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path, uuid4(), begun_at=0.0, wall=0.0)
    journal.add("answered", 1.0)
    journal.close()
    with journal.path.open("a") as file:
        file.write('{"at": 2.0, "event": "tu')
    assert [entry["event"] for entry in read_journal(journal.path)] == ["begun", "answered"]


def test_what_was_agreed_before_a_crash_is_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path, uuid4(), begun_at=10.0, wall=1_790_000_000.0)
    journal.add("call", 10.0, engines={"policy": "local"})
    journal.add("answered", 15.0)
    journal.add("turn", 20.0, outcome_so_far="hung_up", slots={})
    journal.add("turn", 30.0, outcome_so_far="promise_to_pay", slots={"promise_date": date(2026, 11, 27)})
    journal.close()
    result = recovered(read_journal(journal.path))
    assert result is not None
    assert (result.disposition, result.outcome) == ("answered", "promise_to_pay")
    assert result.slots == {"promise_date": "2026-11-27"}
    assert result.answered_at == 1_790_000_005.0
    assert result.engines == {"policy": "local"}


def test_nothing_is_recovered_from_a_call_that_nobody_answered(tmp_path: Path) -> None:
    journal = Journal(tmp_path, uuid4(), begun_at=0.0, wall=0.0)
    journal.add("ringing", 1.0)
    journal.close()
    assert recovered(read_journal(journal.path)) is None
