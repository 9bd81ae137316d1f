"""The breaker's machine: when it opens, whom it lets through, and what closes it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.breaker import CLOSED, BreakerRule, BreakerState

RULE = BreakerRule(limit=3, first_seconds=5.0, longest_seconds=40.0, trial_seconds=100.0)


def opened(at: float = 0.0) -> BreakerState:
    state = CLOSED
    for about in "abc":
        state = RULE.failed(state, at, "no answer", about=about)
    assert state.is_open
    return state


def test_faults_in_a_row_open_it() -> None:
    state = RULE.failed(RULE.failed(CLOSED, 1.0), 2.0)
    assert RULE.allows(state, 2.0) is None
    state = RULE.failed(RULE.failed(RULE.succeeded(state, 2.5), 3.0), 4.0)
    assert not state.is_open
    state = RULE.failed(state, 5.0, "why")
    assert (state.is_open, state.opened_at, state.why) == (True, 5.0, "why")
    assert RULE.allows(state, 9.9) == 0
    assert RULE.allows(state, 10.0) == 1


def test_one_bad_number_alone_does_not_open_it() -> None:
    state = CLOSED
    for at in range(10):
        state = RULE.failed(state, float(at), about="the same lead")
    assert not state.is_open
    assert RULE.failed(RULE.failed(state, 11.0, about="another"), 12.0, about="a third").is_open


def test_trials_one_at_a_time_ever_further_apart() -> None:
    state, now, waits = opened(), 0.0, []
    for _ in range(6):
        waits.append(state.retry_at - now)
        now = state.retry_at
        state = RULE.trial(state, now)
        assert RULE.allows(state, now + 99.9) == 0
        assert RULE.allows(state, now + 100.0) == 1
        now += 1.0
        state = RULE.failed(state, now)
    assert waits == [5.0, 10.0, 20.0, 40.0, 40.0, 40.0]
    assert RULE.succeeded(RULE.trial(state, now), now + 1) == CLOSED


def test_what_began_before_it_opened_says_nothing() -> None:
    state = opened(at=10.0)
    assert RULE.succeeded(state, 9.0) == state
    assert RULE.failed(state, 11.0) == state
    assert RULE.succeeded(state, 10.0) == CLOSED
    suspicious = RULE.failed(CLOSED, 10.0)
    assert RULE.succeeded(suspicious, 9.0) == suspicious


def test_a_trial_that_came_to_nothing_is_repeated_at_once() -> None:
    state = RULE.undecided(RULE.trial(opened(), 5.0), 6.0)
    assert RULE.allows(state, 6.0) == 1
    assert RULE.undecided(CLOSED, 6.0) == CLOSED


@given(st.lists(st.tuples(st.floats(0, 60), st.sampled_from(["ask", "well", "failed", "undecided"])), max_size=80))
def test_while_open_never_two_trials_and_always_one_in_the_end(steps: list[tuple[float, str]]) -> None:
    state, now, under_way = CLOSED, 0.0, False
    for passed, what in steps:
        now += passed
        if what == "ask":
            allowed = RULE.allows(state, now)
            assert allowed in ((None,) if not state.is_open else (0, 1))
            if allowed == 1:
                assert not under_way or now >= state.retry_at
                state, under_way = RULE.trial(state, now), True
        elif what == "well":
            state, under_way = RULE.succeeded(state, now), False
        elif what == "failed":
            state, under_way = RULE.failed(state, now, about=str(now)), False
        else:
            state, under_way = RULE.undecided(state, now), False
        if state.is_open:
            assert RULE.allows(state, now + RULE.trial_seconds + RULE.longest_seconds) == 1


@given(set_by=st.floats(-1e7, 1e7), since=st.floats(0.0, 300.0))
def test_an_open_breaker_is_tried_and_closes_whatever_is_done_to_the_clock(set_by: float, since: float) -> None:
    state = opened(at=1e9)
    wall = 1e9 + since + set_by
    waited = 0.0
    while RULE.allows(state, wall) == 0:
        wall += 1.0
        waited += 1.0
        assert waited <= RULE.trial_seconds + 1.0
    state = RULE.trial(state, wall)
    assert RULE.allows(state, wall + 1.0) == 0
    assert RULE.succeeded(state, wall) == CLOSED
