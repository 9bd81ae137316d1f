"""Whose words count where two recognisers heard the same sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.talk import Utterance
from voicebot.dialogue.understanding.two_ears import together


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        (("Drain per cell.", 0.46), ("This is Dwayne Purcell.", 0.5), "This is Dwayne Purcell."),
        (("My fun, he do it.", 0.82), ("My son, he do it.", 0.9), "My son, he do it."),
        (("I owe nothing.", 0.85), ("Aye, oh, nothing.", 0.75), "Aye, oh, nothing."),
        (("I owe nothing.", 0.85), ("Aye, oh, nothing.", 0.7), "I owe nothing."),
        (("Yes, Friday.", 0.95), ("Yes, fry it.", 0.9), "Yes, Friday."),
        (("Yes, Friday.", 0.95), ("", 0.0), "Yes, Friday."),
        (("", 0.0), ("Yes.", 0.3), "Yes."),
    ],
)
def test_the_surer_words_count_and_the_second_of_two_alike(
    first: tuple[str, float], second: tuple[str, float], counts: str
) -> None:
    both = together(Utterance(*first), *second)
    assert both.text == counts
    other = first if counts == second[0] else second
    assert both.second_ear == (other if other[0] or counts == first[0] else None)


def test_an_expected_answer_gives_way_only_to_what_is_much_surer() -> None:
    expected = Utterance("yes speaking", 0.5, hinted=True)
    assert together(expected, "I'll speak in.", 0.55).text == "yes speaking"
    assert together(expected, "He's asleep.", 0.75).text == "He's asleep."


@given(st.text(max_size=20), st.floats(0, 1), st.text(max_size=20), st.floats(0, 1))
def test_nothing_that_was_heard_is_lost(first: str, sure: float, second: str, surer: float) -> None:
    both = together(Utterance(first, sure, (("else", 0.1),)), second, surer)
    heard = {both.text, *(text for text, _ in both.alternatives), *([both.second_ear[0]] if both.second_ear else [])}
    assert {one for one in (first, second) if one} <= heard
    assert "else" in heard
