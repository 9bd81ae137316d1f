"""The circuit breaker: who is let through, and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.services.breaker import CircuitBreaker


def test_opens_after_failures_in_a_row() -> None:
    breaker = CircuitBreaker(3, 10.0)
    breaker.failed(1.0)
    breaker.failed(2.0)
    breaker.succeeded()
    breaker.failed(4.0)
    breaker.failed(5.0)
    assert breaker.allows(5.0)
    breaker.failed(6.0)
    assert breaker.is_open
    assert not breaker.allows(15.9)


def test_one_trial_decides() -> None:
    breaker = CircuitBreaker(1, 10.0)
    breaker.failed(0.0)
    assert breaker.allows(10.0)
    assert not breaker.allows(10.1), "a second one has to wait for the trial"
    breaker.failed(11.0)
    assert not breaker.allows(20.9)
    assert breaker.allows(21.0)
    breaker.succeeded()
    assert breaker.allows(21.6)
    assert breaker.allows(21.6)


def test_a_trial_that_is_never_heard_of_does_not_bar_the_service_for_good() -> None:
    breaker = CircuitBreaker(1, 10.0)
    breaker.failed(0.0)
    assert breaker.allows(12.0)
    assert not breaker.allows(21.0)
    assert breaker.allows(22.0)


@pytest.mark.parametrize(("failures", "seconds"), [(0, 1.0), (1, 0.0)])
def test_refuses_senseless_limits(failures: int, seconds: float) -> None:
    with pytest.raises(ValueError, match="breaker"):
        CircuitBreaker(failures, seconds)


@given(
    st.integers(1, 5),
    st.lists(st.tuples(st.floats(0, 5), st.sampled_from(["ask", "well", "failed"])), max_size=60),
)
def test_never_asked_more_than_once_while_open(failures: int, steps: list[tuple[float, str]]) -> None:
    breaker, now, let_through = CircuitBreaker(failures, 7.0), 0.0, -100.0
    asked = False
    for passed, what in steps:
        now += passed
        if what == "ask":
            was_open = breaker.is_open
            if breaker.allows(now) and was_open:
                assert now - let_through >= 7.0
                let_through, asked = now, True
        elif what == "well":
            breaker.succeeded()
            asked = False
            assert breaker.allows(now)
        else:
            began_before = breaker.is_open and not asked
            breaker.failed(now)
            if not began_before:  # else it says nothing new
                let_through = now if breaker.is_open else -100.0
            asked = False
