"""A key that comes on two ways is told once, in its place, whichever way is faster."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.agi.keys import KEYS, Keys, Way

DIGITS = st.text(alphabet=sorted(KEYS), max_size=20)


def told(presses: list[tuple[Way, str]]) -> str:
    keys = Keys()
    return "".join(digit for way, digit in presses if keys.pressed(way, digit))


@given(DIGITS, st.randoms(use_true_random=False))
def test_both_ways_in_any_order_tell_each_key_once(digits: str, dice: object) -> None:
    ways = {way: list(digits) for way in Way}
    presses: list[tuple[Way, str]] = []
    while any(ways.values()):
        way = dice.choice([way for way, left in ways.items() if left])  # type: ignore[attr-defined]
        presses.append((way, ways[way].pop(0)))
    assert told(presses) == digits


@given(DIGITS, st.sampled_from(Way))
def test_one_way_alone_tells_all(digits: str, way: Way) -> None:
    assert told([(way, digit) for digit in digits]) == digits


@given(DIGITS, st.integers(0, 20))
def test_a_way_that_was_away_for_a_while_takes_nothing_from_the_other(digits: str, away: int) -> None:
    """AMI was lost for the first keys: AudioSocket tells all, and AMI's count never catches up."""
    presses = []
    for number, digit in enumerate(digits):
        presses.append((Way.AUDIOSOCKET, digit))
        if number >= away:
            presses.append((Way.AMI, digit))
    assert told(presses) == digits


def test_what_is_no_key_is_not_told_and_not_counted() -> None:
    assert told([(Way.AMI, ""), (Way.AMI, "f"), (Way.AMI, "12"), (Way.AUDIOSOCKET, "1")]) == "1"
