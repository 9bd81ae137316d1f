"""The graver the consequence, the more evidence it needs; more evidence never leads to a weaker decision."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.script.consequence import SCALE, Consequence
from voicebot.dialogue.talk import Evidence, Understanding
from voicebot.dialogue.understanding.weighing import BARELY_HEARD, FASTEST, weigh

SURENESS = st.one_of(st.sampled_from([0.0, BARELY_HEARD, 0.5, 0.8, 1.0]), st.floats(0, 1))
STEPS = ["not_understood", "ask", "act"]


def answers() -> st.SearchStrategy[Understanding]:
    return st.builds(
        Understanding,
        st.just("already_paid"),
        SURENESS,
        st.one_of(st.just(()), SURENESS.map(lambda share: (("dispute", share),))),
        policy=st.sampled_from(["local", "rasa", "keyword"]),
        recognition=SURENESS,
        evidence=st.builds(
            Evidence,
            st.booleans(),
            st.none() | SURENESS,
            st.sampled_from([None, True, False]),
            st.none() | st.floats(0.01, 5),
        ),
    )


def step(heard: Understanding, consequence: Consequence, *, fits: bool = True, tells: bool = False) -> int:
    return STEPS.index(weigh(heard, consequence, answers=fits, tells=tells).step)


@given(answers(), st.sampled_from(SCALE), st.booleans(), st.booleans(), SURENESS)
def test_more_evidence_never_leads_to_less(
    heard: Understanding, consequence: Consequence, fits: bool, tells: bool, more: float
) -> None:
    now = step(heard, consequence, fits=fits, tells=tells)
    evidence = heard.evidence
    better = [
        replace(heard, confidence=max(heard.confidence, more)),
        replace(heard, recognition=max(heard.recognition, more)),
        replace(heard, ranking=()),
        replace(heard, policy="engine"),
        replace(heard, evidence=replace(evidence, literal=True)),
        replace(heard, evidence=replace(evidence, second_ear=True)),
        replace(heard, evidence=replace(evidence, pace=1.0)),
        replace(heard, evidence=replace(evidence, agreement=max(evidence.agreement or 0.5, more))),
    ]
    assert all(step(one, consequence, fits=fits, tells=tells) >= now for one in better)
    assert step(heard, consequence, fits=True, tells=tells) >= now
    assert step(heard, consequence, fits=fits) >= now
    disagreed = replace(heard, evidence=replace(evidence, second_ear=False))
    assert step(disagreed, consequence, fits=fits, tells=tells) <= now


@given(answers(), st.booleans())
def test_what_is_graver_never_needs_less(heard: Understanding, fits: bool) -> None:
    steps = [step(heard, consequence, fits=fits) for consequence in SCALE]
    assert steps == sorted(steps, reverse=True)


@given(answers(), st.sampled_from(SCALE))
def test_a_script_can_only_be_stricter(heard: Understanding, consequence: Consequence) -> None:
    free = STEPS.index(weigh(heard, consequence, answers=True).step)
    strict = STEPS.index(weigh(heard, consequence, answers=True, least_heard=0.7, least_meant=0.6).step)
    assert strict <= free


@pytest.mark.parametrize("consequence", SCALE)
def test_words_that_were_surely_heard_act_at_once(consequence: Consequence) -> None:
    said = Understanding("stop_calling", policy="keyword", recognition=0.65)
    assert weigh(said, consequence, answers=False).step == "act"
    pressed = Understanding("stop_calling", policy="engine", recognition=0.0)
    assert weigh(pressed, consequence, answers=False).step == "act"


def test_what_was_barely_heard_decides_nothing() -> None:
    heard = Understanding("already_paid", recognition=BARELY_HEARD)
    assert [weigh(heard, consequence, answers=True).step for consequence in SCALE] == ["act", "ask", "ask", "ask"]
    assert weigh(replace(heard, recognition=0.25), "ends", answers=True).step == "not_understood"


def test_no_number_is_barred_by_a_likeness() -> None:
    like = Understanding("attorney", 0.99)
    assert weigh(like, "ends", answers=False).step == "act"
    assert weigh(like, "bars", answers=False).step == "ask"
    assert weigh(replace(like, evidence=Evidence(literal=True)), "bars", answers=False).step == "act"


def test_the_debt_is_told_only_to_who_says_so() -> None:
    like = Understanding("affirm", 0.99)
    assert weigh(like, "ends", answers=True).step == "act"
    assert weigh(like, "ends", answers=True, tells=True).step == "ask"
    said = replace(like, evidence=Evidence(literal=True))
    assert weigh(said, "ends", answers=True, tells=True).step == "act"


def test_hypotheses_that_mean_something_else_and_odd_lengths_are_doubts() -> None:
    heard = Understanding("already_paid", 0.95, recognition=0.6, evidence=Evidence(literal=True))
    assert weigh(heard, "ends", answers=True).step == "act"
    for doubt in (Evidence(True, agreement=0.2), Evidence(True, second_ear=False), Evidence(True, pace=FASTEST * 2)):
        doubted = replace(heard, evidence=doubt)
        assert weigh(doubted, "bars", answers=True).step == "ask", doubt
    agreed = replace(heard, recognition=0.5, evidence=Evidence(True, second_ear=True))
    assert weigh(agreed, "bars", answers=True).step == "act"


def test_two_meanings_that_are_close_are_a_doubt() -> None:
    close = Understanding("already_paid", 0.8, (("dispute", 0.75),))
    assert weigh(close, "ends", answers=True).step == "ask"
    assert weigh(replace(close, ranking=(("dispute", 0.1),)), "ends", answers=True).step == "act"


def test_it_is_told_why() -> None:
    told = str(weigh(Understanding("already_paid", 0.5), "ends", answers=True))
    assert told == "ask: 0.50 of 0.60 needed (heard 1.00, meant 0.50)"
