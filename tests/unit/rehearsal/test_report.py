"""What is measured from a call, and what a report makes of it."""

from __future__ import annotations

import json
import wave
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from voicebot.rehearsal.callee import Record
from voicebot.rehearsal.measure import Spoken, percentile, reply_gaps, speech_end, stops
from voicebot.rehearsal.report import COLUMNS, Call, Report, same


def voice(start: float, end: float) -> list[float]:
    """Arrival times of loud frames, 20 ms apart."""
    return [start + 0.02 * number for number in range(round((end - start) / 0.02))]


def test_a_gap_is_from_the_last_speech_to_the_first_reply() -> None:
    spoken = [Spoken("yes", 2.0, 3.0, True), Spoken("friday", 6.0, 7.0, True)]
    assert reply_gaps(spoken, [*voice(0, 1.5), *voice(3.25, 5), *voice(7.2, 8)]) == [250.0, 200.0]


@pytest.mark.parametrize(
    ("words", "loud"),
    [
        (Spoken("uh-huh", 2.0, 3.0, False), voice(3.3, 4)),
        (Spoken("spoke over each other", 2.0, 3.0, True), voice(2.5, 4)),
        (Spoken("no reply", 2.0, 3.0, True), voice(0, 1)),
    ],
)
def test_where_there_is_no_gap(words: Spoken, loud: list[float]) -> None:
    assert reply_gaps([words], loud) == []


def test_a_reply_to_the_next_answer_is_not_counted_for_this_one() -> None:
    spoken = [Spoken("yes", 2.0, 3.0, True), Spoken("hello?", 6.0, 6.4, False)]
    assert reply_gaps(spoken, voice(6.8, 8)) == []


def test_stops() -> None:
    loud = [*voice(0, 2.24), *voice(5, 8)]
    spoken = [Spoken("stop", 2.0, 3.0, True), Spoken("uh-huh", 6.0, 6.4, False), Spoken("well", 9, 9.5, True)]
    found = stops(spoken, loud)
    assert [(stop.text, stop.answer) for stop in found] == [("stop", True), ("uh-huh", False)]
    assert found[0].milliseconds == pytest.approx(240)
    assert found[1].milliseconds is None


def test_the_end_of_speech() -> None:
    tone = (8000 * np.sin(np.arange(4000))).astype("<i2")
    assert speech_end(np.concatenate([tone, np.zeros(4000, "<i2")]).tobytes()) == 4000
    assert speech_end(b"") == 0


@pytest.mark.parametrize(
    ("expected", "got", "equal"),
    [
        ("promise_to_pay", "promise_to_pay", True),
        ("2026-11-27", date(2026, 11, 27), True),
        ("2026-11-27", "2026-11-28", False),
        ("60.00", Decimal(60), True),
        ("$1,200", "1200.00", True),
        ("60", "600", False),
        ("2026-11-24T15:00", datetime(2026, 11, 24, 15, 0), True),
        ("2026-11-24 15:00", "2026-11-24T15:00:00-05:00", True),
        ("2026-11-24", "2026-11-24T15:00:00-05:00", True),
        ("2026-11-24T16:00", "2026-11-24T15:00:00-05:00", False),
        ("anything", None, False),
        ("true", True, True),
    ],
)
def test_same(expected: str, got: object, equal: bool) -> None:
    assert same(expected, got) is equal


def report() -> Report:
    engines = {"recognizer": "moonshine", "policy": "local", "voice": "hibari"}
    good = Call(
        "ann",
        {"outcome": "callback", "callback_time": "2026-11-24T15:00"},
        {"outcome": "callback", "callback_at": "2026-11-24T15:00:00", "reason": "[driving]"},
        turns=2,
        gaps=(200.0, 300.0),
        engines=engines,
    )
    bad = Call("bob", {"outcome": "dispute"}, {"outcome": "refused"}, gaps=(250.0,), engines=engines)
    never = Call("cid", {"outcome": "dispute"}, {}, problem="was not called")
    return Report((good, bad, never), 12.34, at_once=2, folder="/somewhere")


def test_the_report_as_data() -> None:
    data = json.loads(json.dumps(report().data()))
    assert [call["ok"] for call in data["calls"]] == [True, False, False]
    assert set(data["calls"][0]) >= {
        "persona", "expected", "got", "ok", "turns", "gaps_ms", "disposition", "attempt", "recording", "journal",
    }  # fmt: skip
    assert data["summary"]["calls"] == 3
    assert data["summary"]["ok"] == 1
    assert data["summary"]["gap_ms"] == {"p50": 250.0, "p95": 295.0}
    assert data["summary"]["seconds"] == 12.3
    assert data["engines"] == {"recognizer": "moonshine", "policy": "local", "voice": "hibari"}


def test_the_report_for_people() -> None:
    rows = report().rows()
    assert [ok for ok, _ in rows] == [True, False, False]
    assert {len(cells) for _, cells in rows} == {len(COLUMNS) - 1}
    text = "\n".join(" ".join(cells) for _, cells in rows)
    assert "refused" in text
    assert "was not called" in text
    assert "callback_at=2026-11-24T15:00:00" in text
    assert any("1 of 3 as expected" in line for line in report().lines())


def test_what_must_never_happen_fails_a_call_whatever_its_outcome() -> None:
    told = Call(
        "dan", {"outcome": "refused"}, {"outcome": "refused"}, never=("debt_told", "barred"), broken=("debt_told",)
    )
    fine = Call("eve", {"outcome": "refused"}, {"outcome": "refused"}, never=("debt_told",))
    both = Report((told, fine), 1.0)
    assert [call.ok for call in both.calls] == [False, True]
    data = both.data()
    assert (data["calls"][0]["never"], data["calls"][0]["broken"]) == (["debt_told", "barred"], ["debt_told"])
    assert (data["summary"]["ok"], data["summary"]["broken"]) == (1, {"debt_told": 1})
    assert "must never: debt_told" in both.rows()[0][1][2]
    assert any("debt_told 1×" in line for line in both.lines())


def test_a_report_of_nothing() -> None:
    data = Report((), 0.0).data()
    assert data["summary"]["gap_ms"] == {"p50": None, "p95": None}
    assert percentile([], 50) is None


def test_both_sides_are_kept(tmp_path: Path) -> None:
    record = Record("ann", "1", sent=bytearray(b"\1\0" * 320), heard=bytearray(b"\2\0" * 160))
    record.write_wave(tmp_path / "deep" / "ann.wav")
    with wave.open(str(tmp_path / "deep" / "ann.wav")) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 8000, 160)
        assert file.readframes(1) == b"\1\0\2\0"
