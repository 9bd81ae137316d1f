"""Calls a second and calls at a time: held whatever is asked."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from voicebot.store.clock import DatabaseClock
from voicebot.store.slots import HORIZON, TOLERANCE, gap_between, plan_slots

RATES = st.floats(0.1, 200.0)


def test_an_idle_trunk_starts_at_once() -> None:
    slots = plan_slots(1000.0, 0.0, open_calls=0, max_calls=10, calls_per_second=2.0, at_most=1)
    assert slots.starts == (1000.0,)
    assert slots.next_slot(1) == 1000.0 + (1 + TOLERANCE) / 2


def test_no_slot_beyond_the_horizon() -> None:
    assert (
        plan_slots(1000.0, 1000.0 + HORIZON + 0.01, open_calls=0, max_calls=9, calls_per_second=2.0, at_most=9).starts
        == ()
    )


def test_limits_leave_what_is_free() -> None:
    for open_calls, at_most, expected in ((0, 3, 3), (8, 5, 2), (10, 5, 0), (12, 5, 0), (0, 0, 0), (0, -1, 0)):
        slots = plan_slots(0.0, 0.0, open_calls=open_calls, max_calls=10, calls_per_second=1000.0, at_most=at_most)
        assert len(slots.starts) == expected


@given(
    rate=RATES,
    asks=st.lists(
        st.tuples(st.floats(0.0, 2.0), st.integers(0, 20), st.lists(st.floats(0, TOLERANCE * 0.999), max_size=20)),
        max_size=40,
    ),
)
def test_no_second_sees_more_than_the_rate(rate: float, asks: list[tuple[float, int, list[float]]]) -> None:
    """Whoever asks when, and however late within the tolerance each call is sent."""
    now, next_slot = 1_000_000.0, 0.0
    sent: list[float] = []
    for wait, at_most, late in asks:
        now += wait
        slots = plan_slots(now, next_slot, open_calls=0, max_calls=1000, calls_per_second=rate, at_most=at_most)
        if slots.starts:
            next_slot = slots.next_slot(len(slots.starts))
        assert all(now <= start <= now + HORIZON + 1e-6 for start in slots.starts)
        sent += [
            start + delay
            for start, delay in itertools.zip_longest(slots.starts, late[: len(slots.starts)], fillvalue=0.0)
        ]
    sent.sort()
    window = max(1.0, 1.0 / rate)
    # A rate of 2.5 a second lets 3 fall into one second and 2 into the next.
    allowed = -(-rate // 1) if rate >= 1 else 1
    for first in sent:
        assert sum(first <= at < first + window - 1e-6 for at in sent) <= allowed


@given(RATES)
def test_the_rate_is_nearly_reached(rate: float) -> None:
    assert gap_between(rate) >= 1 / rate
    assert gap_between(rate) <= 1.11 / rate


@given(st.lists(st.tuples(st.floats(0.001, 0.5), st.floats(0, 1)), min_size=1, max_size=30))
def test_the_clock_is_as_good_as_its_best_sample(samples: list[tuple[float, float]]) -> None:
    clock, offset, now = DatabaseClock(), 1_700_000_000.0, 50.0
    for trip, share in samples:
        clock.add(asked=now, answered=now + trip, database=offset + now + trip * share)
        now += trip
    best = min(trip for trip, _ in samples[-12:])
    assert abs(clock.at(now) - (offset + now)) <= best / 2 + 1e-3
