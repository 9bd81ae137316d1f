"""Calls a second and calls at a time: held whatever is asked."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from voicebot.store.clock import DatabaseClock
from voicebot.store.slots import (
    HORIZON,
    TOLERANCE,
    Slots,
    earliest_start,
    furthest_ahead,
    gap_between,
    needs_another,
    plan_slots,
)

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


SETS = st.lists(
    st.tuples(
        st.floats(0.01, 2.0),
        st.integers(1, 8),
        st.one_of(st.just(0.0), st.just(0.0), st.floats(-1e6, 1e6), st.floats(-3, 3)),
    ),
    min_size=1,
    max_size=40,
)
"""Seconds until the next claim, how many are asked for, and by how much the clock is set before it."""


@given(rate=RATES, max_calls=st.integers(1, 50), asks=SETS)
def test_a_trunk_goes_on_whatever_is_done_to_the_clock(
    rate: float, max_calls: int, asks: list[tuple[float, int, float]]
) -> None:
    """A call may start within the time that slots can lie ahead, told by a clock that nobody sets."""
    steady, wall, next_slot = 0.0, 1_000_000_000.0, 0.0

    def plan(at_most: int) -> Slots:
        return plan_slots(wall, next_slot, open_calls=0, max_calls=max_calls, calls_per_second=rate, at_most=at_most)

    longest = furthest_ahead(rate, max_calls)
    for wait, at_most, step in asks:
        steady += wait
        wall += wait + step
        begun = steady
        while not (slots := plan(at_most)).starts:
            steady += 0.25
            wall += 0.25
            assert steady - begun <= longest
        assert all(wall <= start <= wall + HORIZON + 1e-6 for start in slots.starts)
        assert steady + (slots.starts[0] - wall) - begun <= longest + HORIZON + 0.25
        assert not slots.clock_set_back or slots.starts == (wall + HORIZON,)
        next_slot = slots.next_slot(len(slots.starts))


@given(rate=RATES, max_calls=st.integers(1, 50), late=st.integers(0, 50))
def test_what_can_lie_ahead_is_no_fault_of_the_clock(rate: float, max_calls: int, late: int) -> None:
    """As many attempts as there may be, all late for their slots, get others one behind the other."""
    now, next_slot = 1_000_000.0, 0.0
    slots = plan_slots(now, next_slot, open_calls=0, max_calls=max_calls, calls_per_second=rate, at_most=max_calls)
    next_slot = slots.next_slot(len(slots.starts))
    given_before: list[float] = []
    for _ in range(min(late, max_calls)):
        start = earliest_start(now, next_slot, calls_per_second=rate, max_calls=max_calls)
        assert start == max(now, next_slot)
        assert not needs_another(start - now, calls_per_second=rate, max_calls=max_calls)
        given_before.append(start)
        next_slot = start + gap_between(rate)
    assert given_before == sorted(set(given_before))


def test_a_slot_that_passed_or_cannot_be_needs_another() -> None:
    for until, expected in ((-0.06, True), (-0.04, False), (0.0, False), (5.0, False), (86400.0, True)):
        assert needs_another(until, calls_per_second=2.0, max_calls=10) is expected


@given(
    st.lists(
        st.tuples(st.floats(0.001, 0.3), st.floats(0, 1), st.sampled_from([0.0, 0.0, 0.0, 86400.0, -86400.0, 30.0])),
        min_size=2,
        max_size=40,
    )
)
def test_a_clock_that_was_set_is_noticed_and_followed_at_once(samples: list[tuple[float, float, float]]) -> None:
    clock, offset, now = DatabaseClock(), 1_700_000_000.0, 50.0
    for number, (trip, share, step) in enumerate(samples):
        if number:
            offset += step
        jump = clock.add(asked=now, answered=now + trip, database=offset + now + trip * share)
        assert abs(jump - (step if number else 0.0)) <= 0.31
        assert bool(jump) == bool(number and step)
        now += trip
        assert abs(clock.at(now) - (offset + now)) <= 0.16
