"""Hinted phrases as candidates: which are scored, how they are written, which is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.recognition.candidates import MOST_CANDIDATES, SURE, confidence_of, pick, plain, shortlist, written
from voicebot.speech.recognition.engine import NOTHING
from voicebot.speech.recognition.recognizer import Hypothesis

phrase = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(["i", "will", "pay", "no", "next", "friday", "who", "is", "this"]), max_size=6).map(
        " ".join
    ),
)
score = st.floats(-20, 0)


@given(score, score)
def test_confidence_grows_with_probability(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= confidence_of(low) <= confidence_of(high) <= 1


def test_confidence_spans_its_range() -> None:
    assert (confidence_of(-20), confidence_of(0)) == (0, 1)


@given(st.text(max_size=40))
def test_plain_is_plain(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert plain(text) == plain(text).strip()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Yes, I'll pay  $20!", "yes i'll pay 20"),
        ("…?!", ""),
        ("下周五，好。", "下周五 好"),
        ("\tNO\n", "no"),
    ],
)
def test_plain_words(text: str, words: str) -> None:
    assert plain(text) == words


@pytest.mark.parametrize(
    ("hint", "form"),
    [
        ("i will pay next friday", "I will pay next Friday."),
        ("yes i'll pay on july the fourth", "Yes, I'll pay on July the fourth."),
        ("who is this", "Who is this?"),
        ("no", "No."),
        ("do you take cards?", "Do you take cards?"),
        ("i may pay in may", "I may pay in may."),  # the month cannot be told from the verb
        ("  hello i am here ", "Hello, I am here."),
        ("ßa", "ßa."),
        ("µ", "µ."),
    ],
)
def test_phrases_are_written_as_the_model_writes(hint: str, form: str) -> None:
    assert written(hint) == form


@given(phrase.filter(plain))
def test_writing_changes_no_words(hint: str) -> None:
    form = written(hint)
    assert plain(form) == plain(hint)
    assert form[-1] in ".?!"


@given(phrase, score, st.lists(phrase, max_size=30))
def test_whatever_is_hinted_few_are_scored(text: str, probability: float, hints: list[str]) -> None:
    chosen = shortlist(text, probability, hints)
    assert len(chosen) <= MOST_CANDIDATES
    assert set(chosen) <= set(hints)
    assert len({plain(one) for one in chosen}) == len(chosen)
    assert all(plain(one) for one in chosen)
    if probability > SURE:
        assert chosen == []


HINTS = ["i will pay next friday", "i already paid", "who is this", "no", "call me back tomorrow"]


@pytest.mark.parametrize(
    ("text", "probability", "first"),
    [
        ("I will play next Friday.", -0.4, "i will pay next friday"),
        ("I all ready paid.", -0.3, "i already paid"),
        ("I will pay next Friday.", -1.0, None),  # a phrase itself: nothing to be gained
        ("I will play next Friday.", -0.01, None),  # sure
        ("My dog has eaten the letter.", -0.6, None),  # like none of them
    ],
)
def test_shortlist(text: str, probability: float, first: str | None) -> None:
    chosen = shortlist(text, probability, HINTS)
    assert (chosen[0] if chosen else None) == first


def test_without_any_words_only_a_short_list_is_tried_whole() -> None:
    assert shortlist("", -1.0, HINTS) == HINTS
    assert shortlist("", -1.0, [f"answer number {number}" for number in range(MOST_CANDIDATES + 1)]) == []


@given(
    st.one_of(st.just(NOTHING), st.builds(Hypothesis, st.text(min_size=1), st.floats(0, 1))),
    score,
    st.lists(st.tuples(phrase, score), min_size=1, max_size=8),
)
def test_what_is_believed_was_heard_or_hinted(
    free: Hypothesis, probability: float, scored: list[tuple[str, float]]
) -> None:
    heard = pick(free, probability, scored)
    everything = (heard.best, *heard.alternatives)
    assert free in everything
    assert {one.text for one in everything if one.source == "hints"} <= {text for text, _ in scored}
    assert all(0 <= one.confidence <= 1 for one in everything)
    if free is NOTHING:
        assert heard.best is NOTHING, "what was not heard at all is never made up from hints"


FREE = Hypothesis("I will play next Friday.", 0.6)


@pytest.mark.parametrize(
    ("probability", "scored", "best"),
    [
        (-0.3, [("i will pay next friday", -0.4), ("no", -3.0)], "i will pay next friday"),
        (-0.3, [("no", -3.0), ("i will pay next friday", -0.2)], "i will pay next friday"),
        (-0.3, [("i will pay next friday", -0.8)], None),  # explains the audio much worse than the free words
        (-0.9, [("i will pay next friday", -1.5)], "i will pay next friday"),  # which are themselves unsure
        (-1.9, [("i will pay next friday", -2.1)], None),  # explains nothing
    ],
)
def test_pick(probability: float, scored: list[tuple[str, float]], best: str | None) -> None:
    heard = pick(FREE, probability, scored)
    assert heard.best.text == (best or FREE.text)
    assert heard.best.source == ("hints" if best else "free")
