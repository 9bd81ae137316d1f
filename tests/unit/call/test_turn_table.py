"""The turn machine against its tables: every pair of states with every event, and stories of any kind."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.call.stories import EVENTS, EarMove, Move, Story
from voicebot.call.turn_table import EAR, MAY_MEET, MOUTH, WAITS, Ear, Mouth, Wait

PAIRS = {(mouth, ear) for mouth, ears in MAY_MEET.items() for ear in ears}


def test_the_tables_are_whole() -> None:
    assert set(MAY_MEET) == set(MOUTH) == set(Mouth)
    assert set(EAR) == set(Ear)
    assert set(WAITS) == set(Wait)
    assert all(set(row) <= set(EVENTS) for row in (*MOUTH.values(), *EAR.values()))
    for mouths, ears in WAITS.values():
        assert any((mouth, ear) in PAIRS for mouth in mouths for ear in ears)


def test_every_pair_meets_every_event_and_does_what_the_tables_say_and_no_less() -> None:
    """Stories by chance check each step against the tables; together they reach all that the tables allow."""
    met: set[tuple[Mouth, Ear, type]] = set()
    mouth_moves: set[Move] = set()
    ear_moves: set[EarMove] = set()
    for seed in range(1000):
        story = Story(random.Random(seed))
        for _ in range(100):
            pair = story.machine.mouth, story.machine.ear
            before = len(story.told)
            story.tell(1)
            met.update((*pair, kind) for kind in story.told[before:])
        mouth_moves |= story.mouth_moves
        ear_moves |= story.ear_moves
    assert met == {(*pair, kind) for pair in PAIRS for kind in EVENTS}
    allowed = {(mouth, kind, after) for mouth, row in MOUTH.items() for kind, afters in row.items() for after in afters}
    assert {move for move in mouth_moves if move[1] in MOUTH[move[0]]} == allowed
    moved = {move for move in ear_moves if move[0] is not move[2]}
    assert moved == {
        (ear, kind, after) for ear, row in EAR.items() for kind, afters in row.items() for after in afters - {ear}
    }


@given(st.randoms(use_true_random=False), st.integers(1, 120))
def test_no_story_breaks_a_promise_or_gets_stuck(chance: random.Random, events: int) -> None:
    story = Story(chance)
    story.tell(events)
    story.bring_to_an_end()
