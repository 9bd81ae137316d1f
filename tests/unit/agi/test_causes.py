"""Every row of what a failed call tells, and what must never be blamed on the number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.agi.causes import CAUSES, STATUSES, classify
from voicebot.agi.phone import Disposition


@pytest.mark.parametrize(
    ("technical", "cause", "status", "expected"),
    [
        (486, 17, "BUSY", "busy"),
        (600, 17, "BUSY", "busy"),
        (503, 34, "CONGESTION", "congestion"),
        (404, 1, "NOANSWER", "unreachable_number"),
        (604, 1, "NOANSWER", "unreachable_number"),
        (403, 21, "NOANSWER", "rejected"),
        (603, 21, "NOANSWER", "rejected"),
        (480, 19, "NOANSWER", "no_answer"),
        (408, 18, "NOANSWER", "no_answer"),
        (410, 22, "NOANSWER", "unreachable_number"),
        (484, 28, "NOANSWER", "unreachable_number"),
        (488, 58, "NOANSWER", "failed"),
        (606, 58, "NOANSWER", "failed"),
        (500, 38, "NOANSWER", "congestion"),
        (502, 27, "NOANSWER", "congestion"),
        (504, 102, "NOANSWER", "congestion"),
        (400, 127, "NOANSWER", "failed"),
        (487, 127, "NOANSWER", "no_answer"),
        (607, 127, "NOANSWER", "rejected"),
        # the cause that a carrier gives beside an unspecific status is believed
        (500, 1, "NOANSWER", "unreachable_number"),
        (503, 17, "CONGESTION", "busy"),
        # our own credentials, whatever cause is made of them
        (401, 21, "NOANSWER", "failed"),
        (407, 21, "NOANSWER", "failed"),
        # without any status
        (0, 0, "BUSY", "busy"),
        (0, 0, "", "failed"),
        (0, 3, "CHANUNAVAIL", "failed"),
        (404, 1, "CHANUNAVAIL", "unreachable_number"),
        # seen nowhere in the tables
        (499, 127, "", "failed"),
        (580, 127, "", "congestion"),
        (666, 127, "", "rejected"),
    ],
)
def test_rows(technical: int, cause: int, status: str, expected: str) -> None:
    disposition, explanation = classify(cause=cause, technical=technical, dial_status=status)
    assert disposition == expected
    assert explanation


def test_ring_time_out_is_told_from_a_phone_that_is_off() -> None:
    ring = classify(cause=19, technical=480, dial_status="NOANSWER", rang_out=True)
    off = classify(cause=19, technical=480, dial_status="NOANSWER")
    assert ring[0] is off[0] is Disposition.NO_ANSWER
    assert ring[1] != off[1]


def test_a_carrier_that_says_nothing_is_no_callee_who_does_not_answer() -> None:
    assert classify(dial_status="NOANSWER", rang_out=True, sign_of_life=False)[0] is Disposition.CONGESTION


@given(st.integers(0, 999), st.integers(0, 999), st.sampled_from(["", "BUSY", "NOANSWER", "CHANUNAVAIL", "WHAT"]))
def test_whatever_comes_is_classified_and_never_as_answered(cause: int, technical: int, status: str) -> None:
    disposition, explanation = classify(cause=cause, technical=technical, dial_status=status)
    assert disposition is not Disposition.ANSWERED
    assert explanation


def test_the_tables_hold_no_answered() -> None:
    assert not [row for row in [*CAUSES.values(), *STATUSES.values()] if row[0] is Disposition.ANSWERED]
