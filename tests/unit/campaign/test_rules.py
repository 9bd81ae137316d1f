"""Pacing and retry: what may start, and what comes after a result."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.agi.phone import Disposition
from voicebot.campaign.pacing import LONGEST_HOLD, NodeLoad, calls_to_claim, hold_seconds
from voicebot.campaign.retry import DELAYS, RetryRule
from voicebot.store.records import Fate, Result


@given(
    connected=st.booleans(),
    stopping=st.booleans(),
    under_way=st.integers(0, 200),
    most=st.none() | st.integers(1, 100),
    unwritten=st.integers(0, 2),
    trunk=st.integers(0, 200),
    limit=st.integers(1, 100),
)
def test_never_more_than_any_limit(
    *, connected: bool, stopping: bool, under_way: int, most: int | None, unwritten: int, trunk: int, limit: int
) -> None:
    load = NodeLoad(connected=connected, stopping=stopping, under_way=under_way, most=most, unwritten=unwritten)
    count = calls_to_claim(load, trunk_under_way=trunk, trunk_max_calls=limit)
    assert count >= 0
    if stopping or not connected or unwritten:
        assert count == 0
    elif count:
        assert trunk + count <= limit
        assert most is None or under_way + count <= most
    else:
        assert trunk >= limit or (most is not None and under_way >= most)


def test_holds_grow_to_a_limit() -> None:
    holds = [hold_seconds(failures) for failures in range(1, 30)]
    assert holds[:3] == [5.0, 10.0, 20.0]
    assert holds == sorted(holds)
    assert holds[-1] == LONGEST_HOLD
    assert hold_seconds(10_000) == LONGEST_HOLD


def test_delays_are_for_dispositions_that_exist() -> None:
    assert set(DELAYS) <= {disposition.value for disposition in Disposition}


@pytest.mark.parametrize("disposition", list(Disposition))
@pytest.mark.parametrize("tries", [1, 2, 3, 4])
def test_only_what_may_change_is_tried_again(disposition: Disposition, tries: int) -> None:
    expected = DELAYS.get(disposition.value) if tries < 3 else None
    assert RetryRule().retry_in(Result(disposition.value), tries) == expected


def test_an_outcome_ends_the_tries() -> None:
    assert RetryRule().retry_in(Result("no_answer", outcome="voicemail"), 1) is None
    assert RetryRule().retry_in(Result("answered", outcome="callback", retry_in=600.0), 9) == 600.0
    assert RetryRule().retry_in(Result("answered", outcome="callback", retry_in=-5.0), 1) == 0.0


@given(retry_in=st.none() | st.floats(0, 1e6), tries=st.integers(1, 5))
def test_uncertain_is_never_tried_again(retry_in: float | None, tries: int) -> None:
    assert RetryRule().retry_in(Result("busy", fate=Fate.UNKNOWN, retry_in=retry_in), tries) is None
