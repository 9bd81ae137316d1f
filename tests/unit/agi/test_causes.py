"""Every row of what a failed call tells, who says so, and what must never be blamed on the number."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.agi.causes import CAUSES, STATUSES, classify, reason_cause
from voicebot.agi.phone import Disposition, Origin

ANALYTICS = 'Q.850;cause=21;text="v=analytics1;url=https://example.org/undo;id=1"'


@pytest.mark.parametrize(
    ("technical", "cause", "status", "disposition", "origin"),
    [
        (486, 17, "BUSY", "busy", "callee"),
        (600, 17, "BUSY", "busy", "callee"),
        (603, 21, "NOANSWER", "rejected", "callee"),
        (607, 127, "NOANSWER", "rejected", "callee"),
        (666, 127, "", "rejected", "callee"),
        (404, 1, "NOANSWER", "unreachable_number", "network"),
        (604, 1, "NOANSWER", "unreachable_number", "network"),
        (410, 22, "NOANSWER", "unreachable_number", "network"),
        (484, 28, "NOANSWER", "unreachable_number", "network"),
        (480, 19, "NOANSWER", "no_answer", "network"),
        (408, 18, "NOANSWER", "no_answer", "network"),
        (487, 127, "NOANSWER", "no_answer", "network"),
        (608, 127, "NOANSWER", "blocked", "network"),
        # nobody was asked
        (403, 21, "CHANUNAVAIL", "failed", "carrier"),
        (488, 58, "NOANSWER", "failed", "carrier"),
        (606, 58, "NOANSWER", "failed", "carrier"),
        (400, 127, "NOANSWER", "failed", "carrier"),
        (499, 127, "", "failed", "carrier"),
        (500, 38, "NOANSWER", "congestion", "carrier"),
        (502, 27, "NOANSWER", "congestion", "carrier"),
        (503, 34, "CONGESTION", "congestion", "carrier"),
        (504, 102, "NOANSWER", "congestion", "carrier"),
        (580, 127, "", "congestion", "carrier"),
        *((status, 21, "NOANSWER", "failed", "trunk") for status in (401, 402, 407)),
        *((status, 23, "CANCEL", "moved", "carrier") for status in (300, 301, 302, 305, 380)),
        # Asterisk's own cause for these blames the wrong one
        (483, 19, "NOANSWER", "congestion", "carrier"),
        (482, 127, "NOANSWER", "congestion", "carrier"),
        (420, 3, "NOANSWER", "failed", "carrier"),
        (416, 28, "NOANSWER", "failed", "carrier"),
        (485, 1, "NOANSWER", "unreachable_number", "network"),
        # a cause that Asterisk never makes of such a status is the carrier's own
        (500, 1, "NOANSWER", "unreachable_number", "network"),
        (503, 17, "CONGESTION", "busy", "callee"),
        (480, 20, "NOANSWER", "no_answer", "network"),
        # without any status
        (0, 0, "BUSY", "busy", "callee"),
        (0, 0, "", "failed", "carrier"),
        (0, 3, "CHANUNAVAIL", "failed", "ours"),
        (0, 21, "CHANUNAVAIL", "failed", "ours"),
        (404, 1, "CHANUNAVAIL", "unreachable_number", "network"),
    ],
)
def test_rows(technical: int, cause: int, status: str, disposition: str, origin: str) -> None:
    verdict = classify(cause=cause, technical=technical, dial_status=status)
    assert (verdict.disposition, verdict.origin) == (disposition, origin)
    assert verdict.explanation


@pytest.mark.parametrize(
    ("technical", "reason", "disposition"),
    [
        (480, "Q.850;cause=1", "unreachable_number"),
        (500, "Q.850;cause=19", "no_answer"),
        (503, "Q.850;cause=17", "busy"),
        (503, 'Q.850 ;cause=17 ;text="User busy"', "busy"),
        (503, 'SIP;cause=580;text="a, b", Q.850;cause=17', "busy"),
        (480, 'q.850;text="Unallocated; number";cause=1', "unreachable_number"),
        (404, "Q.850;cause=34", "congestion"),
        (403, "Q.850;cause=1", "unreachable_number"),
        # says nothing, or not about the callee
        (480, "Q.850;cause=16", "no_answer"),
        (480, "SIP;cause=1", "no_answer"),
        (480, "Q.850;cause=999", "no_answer"),
        (480, "Q.850;causes=1", "no_answer"),
        (401, "Q.850;cause=17", "failed"),
        (407, "Q.850;cause=1", "failed"),
        (403, "Q.850;cause=21", "failed"),
    ],
)
def test_a_reason_header_beats_the_status(technical: int, reason: str, disposition: str) -> None:
    assert classify(technical=technical, reason=reason).disposition == disposition


def test_a_forbidden_trunk_is_no_person_who_declines() -> None:
    trunk = classify(cause=21, technical=403, phrase="Balance used up", dial_status="CHANUNAVAIL")
    person = classify(cause=21, technical=603, phrase="Decline", dial_status="NOANSWER", rang=True)
    assert not trunk.origin.asked
    assert (person.disposition, person.origin) == (Disposition.REJECTED, Origin.CALLEE)
    assert "forbids the trunk" in trunk.explanation


@pytest.mark.parametrize(
    ("phrase", "reason"), [("Network Blocked", ANALYTICS), ("Network Blocked", ""), ("", ANALYTICS)]
)
def test_a_block_by_the_network_is_no_plain_decline(phrase: str, reason: str) -> None:
    blocked = classify(cause=21, technical=603, phrase=phrase, reason=reason)
    assert (blocked.disposition, blocked.origin) == (Disposition.BLOCKED, Origin.NETWORK)
    assert classify(cause=21, technical=603, phrase="Decline").disposition is Disposition.REJECTED


@pytest.mark.parametrize(
    ("technical", "cause", "disposition", "origin"),
    [
        (403, 21, "rejected", "callee"),
        (0, 21, "rejected", "callee"),
        (503, 34, "no_answer", "callee"),
        (500, 38, "no_answer", "callee"),
        (480, 19, "no_answer", "network"),
        (401, 21, "failed", "trunk"),
        (302, 23, "moved", "callee"),
    ],
)
def test_what_rang_is_about_the_callee(technical: int, cause: int, disposition: str, origin: str) -> None:
    verdict = classify(cause=cause, technical=technical, rang=True)
    assert (verdict.disposition, verdict.origin) == (disposition, origin)


def test_an_announcement_of_the_carriers_is_no_ringing() -> None:
    assert classify(cause=21, technical=403, early=True).origin is Origin.CARRIER
    assert classify(cause=34, technical=503, early=True).disposition is Disposition.CONGESTION
    assert classify(rang_out=True, early=True).disposition is Disposition.NO_ANSWER


def test_ring_time_out_is_told_from_a_phone_that_is_off() -> None:
    ring = classify(cause=19, technical=480, dial_status="NOANSWER", rang_out=True, rang=True)
    off = classify(cause=19, technical=480, dial_status="NOANSWER")
    assert ring.disposition is off.disposition is Disposition.NO_ANSWER
    assert ring.explanation != off.explanation


def test_trying_is_no_ringing_and_silence_is_the_trunks() -> None:
    rang = classify(dial_status="NOANSWER", rang_out=True, rang=True)
    trying = classify(dial_status="NOANSWER", rang_out=True)
    silence = classify(dial_status="NOANSWER", rang_out=True, sign_of_life=False)
    assert (rang.disposition, rang.origin) == (Disposition.NO_ANSWER, Origin.CALLEE)
    assert (trying.disposition, trying.origin) == (Disposition.CONGESTION, Origin.CARRIER)
    assert (silence.disposition, silence.origin) == (Disposition.CONGESTION, Origin.TRUNK)


@pytest.mark.parametrize("technical", [404, 408, 410, 480, 484, 485, 604])
def test_a_carrier_that_does_not_know_the_trunk_says_nothing_of_the_number(technical: int) -> None:
    known, unknown = (classify(technical=technical, registered=registered) for registered in (True, False))
    assert known.origin is Origin.NETWORK
    assert (unknown.disposition, unknown.origin) == (Disposition.FAILED, Origin.TRUNK)
    assert "not registered" in unknown.explanation
    assert known.explanation in unknown.explanation


@pytest.mark.parametrize(
    "more",
    [{"technical": 480, "rang": True}, {"technical": 486}, {"technical": 480, "reason": "Q.850;cause=1"}],
    ids=str,
)
def test_what_reached_the_far_network_counts_without_a_registration(more: dict[str, Any]) -> None:
    assert classify(**more, registered=False) == classify(**more)


@pytest.mark.parametrize("status", [300, 302, 380])
def test_a_redirect_after_ringing_is_the_callees_and_counts_as_a_try(status: int) -> None:
    assert classify(technical=status).origin is Origin.CARRIER
    rang = classify(technical=status, rang=True)
    assert (rang.disposition, rang.origin) == (Disposition.MOVED, Origin.CALLEE)


def test_nothing_dialled_is_ours() -> None:
    assert classify(dialled=False).origin is Origin.OURS


@given(
    cause=st.integers(0, 999),
    technical=st.integers(0, 999),
    status=st.sampled_from(["", "BUSY", "NOANSWER", "CHANUNAVAIL", "WHAT"]),
    reason=st.text(max_size=60) | st.integers(0, 200).map(lambda cause: f"Q.850;cause={cause}"),
    rang=st.booleans(),
    rang_out=st.booleans(),
)
def test_whatever_comes_is_classified_and_never_as_answered(
    cause: int, technical: int, status: str, reason: str, *, rang: bool, rang_out: bool
) -> None:
    verdict = classify(
        cause=cause, technical=technical, dial_status=status, reason=reason, rang=rang, rang_out=rang_out
    )
    assert verdict.disposition is not Disposition.ANSWERED
    assert verdict.explanation
    assert 0 <= reason_cause(reason) <= 127


def test_a_refusal_of_our_account_never_counts_as_a_try() -> None:
    for status in (401, 402, 407, 420, 488):
        for cause in range(128):
            assert not classify(cause=cause, technical=status, reason=f"Q.850;cause={cause}").origin.asked


def test_the_tables_hold_no_answered() -> None:
    assert not [row for row in [*CAUSES.values(), *STATUSES.values()] if row.disposition is Disposition.ANSWERED]


def test_what_blames_the_number_comes_from_the_network() -> None:
    for row in [*CAUSES.values(), *STATUSES.values()]:
        assert row.origin.asked == (
            row.disposition in {"unreachable_number", "no_answer", "busy", "rejected", "blocked"}
        )
