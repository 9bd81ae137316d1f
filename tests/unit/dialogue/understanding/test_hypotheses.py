"""Which of the recogniser's hypotheses counts, and how far the others agree with it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from voicebot import languages
from voicebot.dialogue.talk import Understanding, Utterance
from voicebot.dialogue.understanding.hypotheses import understood

ENGLISH = languages.of("en-US")
MEANS: Mapping[str, Understanding] = {
    "i already paid": Understanding("already_paid", 0.9),
    "i already played": Understanding("no_match", 0.2),
    "i will pay": Understanding("promise_to_pay", 0.9),
    "stop calling": Understanding("stop_calling", policy="keyword"),
}


def hear(
    text: str,
    confidence: float,
    *others: tuple[str, float],
    seconds: float = 0.0,
    second_ear: tuple[str, float] | None = None,
) -> Understanding:
    heard = Utterance(text, confidence, others, seconds=seconds, second_ear=second_ear)
    return understood(heard, MEANS.__getitem__, ENGLISH)


def test_where_the_recogniser_is_sure_nothing_else_is_read() -> None:
    found = hear("i already paid", 0.9, ("not read at all", 0.8))
    assert (found.intent, found.evidence.agreement, found.recognition) == ("already_paid", None, 0.9)


def test_another_hypothesis_counts_where_the_best_means_nothing() -> None:
    found = hear("i already played", 0.5, ("i already paid", 0.4))
    assert (found.intent, found.recognition) == ("already_paid", 0.4)
    assert found.evidence.agreement == pytest.approx(0.4 / 0.9)


def test_a_hypothesis_that_means_something_else_is_a_doubt() -> None:
    found = hear("i already paid", 0.6, ("i will pay", 0.3), ("not read at all", 0.01))
    assert found.intent == "already_paid"
    assert found.evidence.agreement == pytest.approx(2 / 3)
    assert hear("stop calling", 0.6, ("i will pay", 0.6)).intent == "stop_calling"


def test_another_recogniser_agrees_or_does_not() -> None:
    assert hear("i already paid", 0.9).evidence.second_ear is None
    assert hear("i already paid", 0.9, second_ear=("i already paid", 0.7)).evidence.second_ear is True
    assert hear("i already paid", 0.9, second_ear=("i will pay", 0.7)).evidence.second_ear is False
    assert hear("i already played", 0.5, second_ear=("i already paid", 0.9)).intent == "already_paid"


def test_pace_is_words_for_the_length_of_the_sound() -> None:
    assert hear("i already paid", 0.9).evidence.pace is None
    assert hear("i already paid", 0.9, seconds=3 / ENGLISH.writing.units_a_second).evidence.pace == pytest.approx(1)
