"""What a journal that ended without an outcome still says."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from voicebot.journal import events
from voicebot.journal.reader import read_file, wall_of
from voicebot.journal.recovery import recovered
from voicebot.journal.writer import Journal
from voicebot.store.records import Fate, Said


def test_what_was_agreed_before_a_crash_is_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path, uuid4(), begun_at=10.0, wall=1_790_000_000.0)
    journal.add(events.CallPlanned(engines={"policy": "local"}), 10.0)
    journal.add(events.RecordingStarted("/recordings/a.raw", 0.5), 10.5)
    journal.add(events.Answered(), 15.0)
    journal.add(events.Turn(outcome_so_far="hung_up"), 20.0)
    journal.add(events.SpeechStarted(1, began=5.5), 20.6)
    journal.add(events.Words(1, 2, "on Friday", 0.9), 21.0)
    journal.add(events.SpeechEnded(1, ended=11.0), 21.5)
    journal.add(events.Turn(outcome_so_far="promise_to_pay", slots={"promise_date": date(2026, 11, 27)}), 30.0)
    journal.close()
    result = recovered(read_file(journal.path))
    assert result is not None
    assert (result.disposition, result.outcome, result.fate) == ("answered", "promise_to_pay", Fate.KNOWN)
    assert result.slots == {"promise_date": "2026-11-27"}
    assert (result.answered_at, result.ended_at) == (1_790_000_005.0, 1_790_000_020.0)
    assert result.engines == {"policy": "local"}
    assert result.recording == "/recordings/a.raw"
    assert result.utterances == (Said("callee", 500, 6000, "on Friday", 0.9),)
    assert result.explanation.startswith("the node was lost")


def test_an_outcome_that_was_reached_counts_most(tmp_path: Path) -> None:
    journal = Journal(tmp_path, uuid4(), begun_at=0.0, wall=0.0)
    journal.add(events.RecordingStarted("/recordings/a.raw"), 1.0)
    journal.add(events.Answered(), 1.0)
    journal.add(events.Turn(outcome_so_far="hung_up"), 2.0)
    journal.add(events.HungUp("answered", 16, 200), 3.0)
    journal.add(events.NotRecorded("there is no file"), 3.5)
    journal.add(events.OutcomeReached("stop_calling", {}, "answered"), 4.0)
    result = recovered(journal.entries, "the database said no")
    assert result is not None
    assert (result.outcome, result.explanation, result.cause) == ("stop_calling", "the database said no", 16)
    assert (result.ended_at, result.recording) == (3.0, "")


def test_nothing_is_recovered_from_a_call_that_nobody_answered(tmp_path: Path) -> None:
    journal = Journal(tmp_path, uuid4(), begun_at=0.0, wall=0.0)
    journal.add(events.Ringing(), 1.0)
    journal.close()
    assert recovered(read_file(journal.path)) is None


@pytest.mark.parametrize(
    ("begun", "wall"),
    [
        ([], None),
        ([events.Begun("a", "2026-11-27T10:00:00+00:00")], 1_795_773_600.0),
        ([events.Begun("a")], None),
        ([events.Begun("a", "yesterday")], None),
    ],
)
def test_second_0_on_the_wall_clock_is_told_where_it_is_known(begun: list[events.Begun], wall: float | None) -> None:
    assert wall_of([events.Entry(0.0, one) for one in begun]) == wall
