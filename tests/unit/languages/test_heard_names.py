"""Names as recognisers hear them."""

from __future__ import annotations

import pytest

from voicebot.languages.en.heard_names import alike, is_short_for, sounds_like


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("malory", "mallory"),
        ("feargal", "fergal"),
        ("katrin", "catherine"),
        ("pitersen", "petersen"),
        ("gayla", "gaila"),
    ],
)
def test_what_cannot_be_told_apart_on_a_telephone_sounds_the_same(heard: str, name: str) -> None:
    assert sounds_like(heard, name) == 1.0 or alike(heard, name) == 1.0


@pytest.mark.parametrize(
    ("heard", "name"),
    [("smith", "cynthia"), ("janet", "schmidt"), ("cooper", "jeffery"), ("friday", "ferdinand"), ("now", "nia")],
)
def test_another_name_or_word_does_not(heard: str, name: str) -> None:
    assert sounds_like(heard, name) < 0.85


def test_a_short_form_is_the_name_and_a_word_that_could_be_one_is_not() -> None:
    assert is_short_for("peggy", "margaret")
    assert is_short_for("nate", "nathaniel")
    assert not is_short_for("will", "william")
    assert not is_short_for("peggy", "martha")
