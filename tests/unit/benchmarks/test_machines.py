"""The generated machines: two halves without a common sentence, new texts by seed, and what is counted of them."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from tests.benchmarks.machines.__main__ import Tried, figures, plan, rows
from tests.benchmarks.machines.grammar import LANGUAGES, Kind, Text, grammar_of, half, patterns, texts
from tests.benchmarks.machines.sounds import Sound
from voicebot.call.trying.folder import Judged
from voicebot.call.trying.recorded_call import RecordedCall, Told
from voicebot.speech.listening.greeting import Verdict


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_halves_share_no_sentence_and_no_word_to_fill_in(language: str) -> None:
    grammar = grammar_of(language)
    for kind in grammar.kinds.values():
        for name, part in kind.parts.items():
            assert name == "nothing" or not set(half(part, 0)) & set(half(part, 1)), name
    for words in grammar.fill.values():
        assert not set(half(words, 0)) & set(half(words, 1))


def test_a_kind_has_patterns_enough_in_each_half() -> None:
    for name, kind in grammar_of("en-US").kinds.items():
        if kind.voice == "machine" or name.startswith("mailbox"):
            assert min(patterns(kind, 0), patterns(kind, 1)) >= 25, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_seed_draws_the_same_again_and_another_seed_does_not(language: str) -> None:
    one, same, other = ([str(text) for text, _ in plan(language, 60, seed)] for seed in (1, 1, 3))
    assert one == same
    assert len(set(one) & set(other)) < 30


def test_no_text_comes_twice_while_there_are_others() -> None:
    found = [str(text) for text in islice(texts("en-US", "menu", 1, np.random.default_rng(1)), 30)]
    assert len(set(found)) == 30
    assert not any("{" in text for text in found)


def test_a_shape_names_parts_that_there_are() -> None:
    with pytest.raises(ValueError, match="there is no part close"):
        Kind.model_validate({"truth": "person", "voice": "person", "after": "nothing", "shapes": ["open close!"],
                             "parts": {"open": ["a", "b"]}})  # fmt: skip


def tried(
    truth: Verdict,
    *told: Told,
    beeped: float | None = None,
    beeps: tuple[float, ...] = (),
    counted: tuple[str, ...] = (),
) -> Tried:
    text = Text("menu", ("a sentence",), 0)
    made = RecordedCall(told, beeps, counted=counted, seconds=60.0)
    wrong = "" if told and told[0].verdict is truth else "taken for another"
    return Tried("en-US", text, Sound(b"", 3.0, 3.0, beeped, ""), Judged(truth.value, made, wrong))


def test_delays_are_from_the_deciding_words_on_and_never_below_nothing() -> None:
    assert tried(Verdict.VOICEMAIL, Told(Verdict.VOICEMAIL, 4.5, "")).delay == 1.5
    assert tried(Verdict.VOICEMAIL, Told(Verdict.VOICEMAIL, 1.0, "")).delay == 0.0
    assert tried(Verdict.VOICEMAIL, Told(Verdict.PERSON, 4.5, "")).delay is None
    assert tried(Verdict.SILENCE, Told(Verdict.SILENCE, 12.0, "")).delay is None


def test_true_beeps_are_those_at_their_time() -> None:
    one = tried(Verdict.VOICEMAIL, Told(Verdict.VOICEMAIL, 4.5, ""), beeped=6.0, beeps=(2.0, 6.3))
    assert one.beeps == (1, 1)


def test_figures_tell_people_taken_for_machines_and_words_that_counted() -> None:
    found = figures([
        tried(Verdict.PERSON, Told(Verdict.VOICEMAIL, 4.0, "")),
        tried(Verdict.PERSON, Told(Verdict.PERSON, 4.0, "")),
        tried(Verdict.SWITCHBOARD, Told(Verdict.SWITCHBOARD, 5.0, ""), counted=("wrong_person",)),
    ])  # fmt: skip
    assert found["people_taken_for_machines"]["right"] == 1
    assert found["words_of_machines_that_counted"] == 1
    assert (found["all"]["right"], found["all"]["n"]) == (2, 3)
    assert found["machines"]["seconds_to_verdict"] == {"p50": 2.0, "p95": 2.0}
    assert "people taken for machines: 1 of 2" in list(rows(found))
