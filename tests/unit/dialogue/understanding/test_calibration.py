"""How the matcher's views are combined, and whether the resulting probability is calibrated."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.understanding.calibration import (
    STRANGE,
    UNLEARNT,
    Calibration,
    calibrated,
    folds,
    probabilities,
)
from voicebot.dialogue.understanding.reliability import expected_calibration_error, reliability
from voicebot.dialogue.understanding.views import Floats

INTENTS = ("affirm", "deny", STRANGE)


def said(truth: Floats, *, overconfidence: float, noise: float, seed: int) -> tuple[Floats, Floats]:
    """Return scores of three views and the right intents: views that see the truth, and are too sure of it."""
    random = np.random.default_rng(seed)
    numbers = np.asarray([random.choice(len(INTENTS), p=row) for row in probabilities(truth)])
    regression = np.log(probabilities(truth * overconfidence))
    noisy = [truth / 10 + random.normal(0, noise, truth.shape) for _ in range(2)]
    return np.stack([regression, *noisy], axis=2), numbers


@pytest.mark.parametrize("overconfidence", [0.5, 1.0, 3.0])
def test_probabilities_of_unseen_utterances_mean_what_they_say(overconfidence: float) -> None:
    truth = np.random.default_rng(1).normal(0, 2, (6000, len(INTENTS)))
    scores, numbers = said(truth, overconfidence=overconfidence, noise=0.3, seed=2)
    found = calibrated(scores[:3000], numbers[:3000], INTENTS)
    likely = probabilities(found.nats(scores[3000:], INTENTS))
    pairs = list(zip(likely.max(axis=1), likely.argmax(axis=1) == numbers[3000:], strict=True))
    assert expected_calibration_error(reliability(pairs)) < 0.03


def test_a_view_that_says_nothing_gets_no_weight() -> None:
    truth = np.random.default_rng(3).normal(0, 2, (4000, len(INTENTS)))
    scores, numbers = said(truth, overconfidence=1.0, noise=0.0, seed=4)
    scores[:, :, 1] = np.random.default_rng(5).normal(0, 0.2, truth.shape)
    weights = calibrated(scores, numbers, INTENTS).weights
    assert weights[1] < 0.5
    assert weights[0] + weights[2] / 10 == pytest.approx(1.0, abs=0.1)


def test_what_is_out_of_scope_gets_the_share_that_it_has() -> None:
    scores = np.zeros((1000, 3, 3))
    numbers = np.asarray([2] * 600 + [0, 1] * 200)
    found = calibrated(scores, numbers, INTENTS)
    assert probabilities(found.nats(scores[:1], INTENTS))[0] == pytest.approx([0.2, 0.2, 0.6], abs=0.01)
    assert probabilities(found.nats(scores[:1, :2], INTENTS[:2]))[0] == pytest.approx([0.5, 0.5])


writers = st.sampled_from(["ann", "ann-hard", "bob", "bob-hard", "cid", "dot", "eve", "eve-hard", "fay"])
counts = st.dictionaries(st.sampled_from(INTENTS), st.integers(1, 5), min_size=1)


@given(st.dictionaries(writers, counts))
def test_nobodys_words_are_in_two_folds(written: Mapping[str, Mapping[str, int]]) -> None:
    hands = {
        hand: {intent: [f"{hand} {intent} {number}" for number in range(n)] for intent, n in by_intent.items()}
        for hand, by_intent in written.items()
    }
    everything = [(intent, text) for by in hands.values() for intent, texts in by.items() for text in texts]
    parts = folds(hands)
    assert sorted(pair for part in parts for pair in part) == (sorted(everything) if parts else [])
    for writer in {hand[:3] for hand in hands}:
        own = [pair for pair in everything if pair[1].startswith(writer)]
        if {intent for intent, _ in own} != {STRANGE}:
            assert sum(any(pair in part for pair in own) for part in parts) in {0, 1}


def test_who_wrote_only_what_is_out_of_scope_is_divided_by_subject() -> None:
    hands = {name: {"affirm": ["yes"], STRANGE: ["the news"]} for name in "abcd"}
    parts = folds({**hands, "elsewhere": {STRANGE: [f"line {number}" for number in range(8)]}})
    assert [[text for _, text in part if text.startswith("line")] for part in parts] == [
        [f"line {number}", f"line {number + 1}"] for number in range(0, 8, 2)
    ]


def test_too_few_writers_teach_nothing() -> None:
    assert folds({name: {"affirm": ["yes"]} for name in "abc"}) == ()
    assert folds({}) == ()


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=50), st.integers(1, 20))
def test_bins_hold_every_answer_once(pairs: list[tuple[float, bool]], count: int) -> None:
    bins = reliability(pairs, count)
    assert sum(one.n for one in bins) == len(pairs)
    assert all(one.low <= one.confidence <= one.high + 1e-9 for one in bins)
    assert all(left.high <= right.low + 1e-9 for left, right in pairwise(bins))
    assert 0 <= expected_calibration_error(bins) <= 1


def test_the_error_is_the_distance_between_said_and_true() -> None:
    bins = reliability([(0.9, True)] * 9 + [(0.9, False)] + [(0.3, True)] * 10)
    assert [(one.n, round(one.confidence, 2), one.right) for one in bins] == [(10, 0.3, 1.0), (10, 0.9, 0.9)]
    assert expected_calibration_error(bins) == pytest.approx(0.35)
    assert expected_calibration_error(()) == 0


def test_without_a_corpus_the_weights_are_those_of_few_examples() -> None:
    assert UNLEARNT[3] == Calibration((1.0, 5.0, 5.0), 0.0)
