"""Vosk's two ears weighed: the grammar's words are believed only where all words bear them out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.recognition.vosk_engine import weigh

Words = list[tuple[str, float]]
words = st.lists(
    st.tuples(st.sampled_from(["i", "already", "paid", "play", "no", "[unk]", "<UNK>"]), st.floats(-0.1, 1.1)),
    max_size=6,
)


def said(text: str, confidence: float) -> Words:
    return [(word, confidence) for word in text.split()]


@pytest.mark.parametrize(
    ("free", "hinted", "best", "source"),
    [
        (said("i already paid", 0.7), said("i already paid", 0.9), "i already paid", "hints"),
        (said("i already played", 0.6), said("i already paid", 1.0), "i already paid", "hints"),
        (said("my dog ate it", 0.9), said("no", 1.0), "my dog ate it", "free"),
        (said("um", 0.3), said("no", 1.0), "no", "hints"),
        (said("um", 0.3), [("no", 1.0), ("[unk]", 1.0)], "um", "free"),
        (said("hello", 0.9), said("[unk]", 1.0), "hello", "free"),
        ([], said("no", 0.9), "no", "hints"),
        ([], [], "", "free"),
    ],
)
def test_weigh(free: Words, hinted: Words, best: str, source: str) -> None:
    heard = weigh(free, hinted)
    assert (heard.best.text, heard.best.source) == (best, source)


@given(words, words)
def test_whatever_was_heard(free: Words, hinted: Words) -> None:
    heard = weigh(free, hinted)
    for one in (heard.best, *heard.alternatives):
        assert 0 <= one.confidence <= 1
        ear = hinted if one.source == "hints" else free
        assert one.text == " ".join(word for word, _ in ear if word.lower() not in ("[unk]", "<unk>"))
