"""What was probably meant by a word that is not known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.suggestions import alike, meant


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("ami_prot", "did you mean ami_port?"),
        ("AMI-Port", "did you mean ami_port?"),
        ("lte", "did you mean let?"),
        ("zzzz", "known: ami_port, let, main"),
    ],
)
def test_a_word_that_is_not_known(word: str, told: str) -> None:
    assert meant(word, ["let", "main", "ami_port"]) == told


def test_several_and_none() -> None:
    assert meant("remind", ["reminder", "remainder", "x"], most=3) == "did you mean reminder or remainder?"
    assert meant("zzzz", ["a"], otherwise="see elsewhere") == "see elsewhere"
    assert meant("zzzz", []) == ""
    assert len(meant("zzzz", [f"name{number}" for number in range(500)])) < 300


@given(st.text(max_size=12), st.lists(st.text(max_size=12)), st.integers(1, 4))
def test_only_known_words_are_suggested(word: str, known: list[str], most: int) -> None:
    found = alike(word, known, most)
    assert len(found) <= most
    assert set(found) <= set(known)
