"""Who lives is never taken for dead, whatever clocks and watchers do; who is dead is found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.store.liveness import DEAD_AFTER_SECONDS, LONGEST_STEP_SECONDS, Liveness, Sign

WAITS = st.lists(st.one_of(st.floats(0, 6), st.floats(0, 1e6)), min_size=1, max_size=60)


@given(WAITS, st.integers(1, 2))
def test_a_node_that_beats_is_never_dead(waits: list[float], every: int) -> None:
    """Also when the watcher was suspended for days between two looks."""
    liveness, now, beats = Liveness(), 50.0, 0
    for number, wait in enumerate(waits):
        now += wait
        beats += number % every == 0
        assert liveness.look(now, {"other": Sign("p", beats)}) == frozenset()


@given(WAITS)
def test_a_silent_node_is_dead_when_it_was_watched_for_long_enough(waits: list[float]) -> None:
    liveness, now, watched = Liveness(), 50.0, 0.0
    liveness.look(now, {"other": Sign("p", 7), "mine": Sign("q", 1)})
    for number, wait in enumerate(waits):
        now += wait
        watched += min(wait, LONGEST_STEP_SECONDS)
        dead = liveness.look(now, {"other": Sign("p", 7), "mine": Sign("q", 2 + number)})
        assert dead == (frozenset({"other"}) if watched >= DEAD_AFTER_SECONDS else frozenset())
        assert liveness.is_dead("other", Sign("p", 7)) is bool(dead)
        assert not liveness.is_dead("other", Sign("p", 8))


def test_one_look_proves_nothing() -> None:
    liveness = Liveness()
    assert liveness.look(0.0, {"other": Sign("p", 1)}) == frozenset()
    assert liveness.look(1e9, {"other": Sign("p", 1)}) == frozenset()
    assert not liveness.is_dead("never seen", Sign("p", 1))


def test_another_life_under_the_name_is_watched_anew() -> None:
    liveness = Liveness()
    for at in range(0, 40, 5):
        liveness.look(float(at), {"other": Sign("p", 1)})
    assert liveness.is_dead("other", Sign("p", 1))
    assert liveness.look(40.0, {"other": Sign("q", 1)}) == frozenset()
    assert liveness.look(41.0, {}) == frozenset()
    assert liveness.look(42.0, {"other": Sign("p", 1)}) == frozenset()
