"""The local policy and what it is made of: the matcher and values in words."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.dialogue.hearing import LEADS, NOW, heard
from voicebot.dialogue.script.model import INTENTS
from voicebot.dialogue.talk import EngineIntent, Utterance
from voicebot.dialogue.understanding.heard_values import amount_in, day_in, time_in
from voicebot.dialogue.understanding.matcher import Matcher


@pytest.mark.parametrize(
    ("language", "step", "text", "intent", "slots"),
    [
        ("en-US", "identity", "yes this is teresa", "affirm", {}),
        ("en-US", "identity", "hello", "repeat", {}),
        ("en-US", "payment", "Oh, sure, I will pay it on time.", "affirm", {}),
        ("en-US", "payment", "Yes, I'll pay by the due date.", "affirm", {}),
        ("en-US", "payment", "Yes, I'll pay for the due date.", "affirm", {}),
        ("en-US", "payment", "Yes, what is the due date?", "ask_due_date", {}),
        ("en-US", "payment", "okay when is it due", "ask_due_date", {}),
        ("zh-CN", "payment", "好的 什么时候到期", "ask_due_date", {}),
        ("en-US", "payment", "i'll pay on friday", "promise_to_pay", {"promise_date": date(2026, 11, 27)}),
        ("en-US", "payment", "i can only do forty dollars", "partial_payment", {"amount": Decimal(40)}),
        ("en-US", "payment", "i don't need a lawyer", "deny", {}),
        ("en-US", "when", "the fifteenth", "promise_to_pay", {"promise_date": date(2026, 12, 15)}),
        ("en-US", "amount", "half of it", "partial_payment", {"amount": Decimal("60.25")}),
        (
            "en-US",
            "callback_time",
            "tomorrow at three",
            "callback_request",
            {"callback_at": datetime(2026, 11, 24, 15)},
        ),
        ("en-US", "payment", "stop calling me", "stop_calling", {}),
        ("zh-CN", "identity", "我就是张伟", "affirm", {}),
        ("zh-CN", "identity", "喂", "repeat", {}),
        ("zh-CN", "identity", "我是李强的女儿", "not_available", {}),
        ("en-US", "identity", "yes i'm david's wife", "not_available", {}),
        ("zh-CN", "payment", "好的 知道了", "affirm", {}),
        ("zh-CN", "payment", "我下周五还", "promise_to_pay", {"promise_date": date(2026, 12, 4)}),
        ("zh-CN", "payment", "先还三百块吧", "partial_payment", {"amount": Decimal(300)}),
        ("zh-CN", "when", "月底", "promise_to_pay", {"promise_date": date(2026, 11, 30)}),
        ("zh-CN", "amount", "一半", "partial_payment", {"amount": Decimal("600.00")}),
        ("zh-CN", "callback_time", "明天下午三点", "callback_request", {"callback_at": datetime(2026, 11, 24, 15)}),
        ("zh-CN", "payment", "别再给我打电话了", "stop_calling", {}),
    ],
)
def test_answers_of_a_step(language: str, step: str, text: str, intent: str, slots: dict[str, object]) -> None:
    found = heard(text, step, language)
    assert (found.intent, dict(found.slots)) == (intent, slots), found


def test_nonsense_is_not_believed() -> None:
    for language, text in (("en-US", "xyzzy plugh frobnitz quux"), ("zh-CN", "魑魅魍魉饕餮")):
        assert heard(text, "payment", language).intent in {EngineIntent.NO_MATCH, "out_of_scope"}


def test_another_hypothesis_counts_where_the_first_means_nothing() -> None:
    unsure = Utterance("zorp blick", confidence=0.3, alternatives=(("i already paid", 0.28),))
    assert heard(unsure, "payment").intent == "already_paid"


def test_words_that_break_off_are_not_complete() -> None:
    assert not heard("i'll pay on", "payment").complete
    assert heard("i already paid", "payment").complete


def test_the_engine_answers_silence_and_keys() -> None:
    assert heard(Utterance(silence=True), "payment").intent == EngineIntent.NO_INPUT
    assert heard(Utterance(digits="1"), "payment").intent == "affirm"
    assert heard(Utterance(digits="3"), "when", "zh-CN").slots == {"promise_date": date(2026, 11, 30)}


@given(st.text(max_size=80), st.sampled_from(["", "identity", "payment", "when", "amount", "confirm", "offer_human"]))
def test_any_text_is_answered(text: str, step: str) -> None:
    for language in LEADS:
        found = heard(text, step, language)
        assert found.intent in INTENTS | {EngineIntent.NO_MATCH}
        assert 0 <= found.confidence <= 1.0001


def test_a_matcher_keeps_what_it_fitted(tmp_path: Path) -> None:
    examples = {"affirm": ["yes", "yeah sure", "of course"], "deny": ["no", "not at all", "never"]}
    steps = {"when": {"deny": ["i don't know"]}}
    first = Matcher(examples, steps, "en-US", folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    second = Matcher(examples, steps, "en-US", folder=tmp_path)
    texts = ("yeah of course", "no never", "i don't know")
    assert first.compare(texts, "when") == second.compare(texts, "when")
    yes, no, unsure = first.compare(texts, "when")
    assert yes.probabilities["affirm"] > 0.5 > no.probabilities["affirm"]
    assert unsure.here["deny"] > 0.49
    for file in tmp_path.iterdir():
        file.write_bytes(b"broken")
    assert Matcher(examples, steps, "en-US", folder=tmp_path).compare(texts, "when") == first.compare(texts, "when")


def test_a_matcher_learns_from_each_writer_by_the_others_how_sure_to_be(tmp_path: Path) -> None:
    words = {"affirm": "yes yeah sure right", "deny": "no never nope wrong", "out_of_scope": "rain goal soup train"}
    hands = {
        writer: {
            intent: [f"{greeting} {one} {other}" for one in said.split() for other in said.split()]
            for intent, said in words.items()
        }
        for writer, greeting in {"ann": "well", "bob": "oh", "bob-hard": "oh", "cid": "look", "dot": "hey"}.items()
    }
    examples = {intent: [said.split()[0]] for intent, said in words.items()}
    first = Matcher(examples, {}, "en-US", folder=tmp_path, hands=hands)
    kept = len(list(tmp_path.iterdir()))
    again = Matcher(examples, {}, "en-US", folder=tmp_path, hands=hands)
    assert len(list(tmp_path.iterdir())) == kept == 2
    texts = ("um yes right", "the goal train", "grumpf")
    assert first.compare(texts) == again.compare(texts)
    yes, rain, neither = first.compare(texts)
    assert yes.probabilities["affirm"] > 0.9
    assert rain.probabilities["out_of_scope"] > 0.9
    assert neither.probabilities["out_of_scope"] > 0.5, "words that nobody knows"


def test_another_classifier_takes_the_place_of_the_regression() -> None:
    match = Matcher({"affirm": ["yes", "sure"], "deny": ["no", "never"]}, {}, "en-US").compare(["yes"])[0]
    told = match.informed({"affirm": 0.2, "deny": 0.8})
    assert told.probabilities == pytest.approx({"affirm": 0.2, "deny": 0.8})
    alike = replace(match, likeness={"affirm": math.log(4)}).informed({"affirm": 0.2, "deny": 0.8})
    assert alike.probabilities == pytest.approx({"affirm": 0.5, "deny": 0.5})


@pytest.mark.parametrize(
    ("text", "day", "amount"),
    [
        ("friday no wait monday", date(2026, 11, 30), None),
        ("friday or monday", date(2026, 11, 30), None),
        ("fifty dollars on the fifteenth", date(2026, 12, 15), Decimal(50)),
        ("a third of it", None, Decimal("40.17")),
        ("nothing", None, None),
    ],
)
def test_values_that_words_come_to(text: str, day: date | None, amount: Decimal | None) -> None:
    assert day_in(text, "en-US", NOW) == day
    assert amount_in(text, "en-US", NOW, LEADS["en-US"]) == amount
    assert time_in("call me tomorrow at four", "en-US", NOW) == datetime(2026, 11, 24, 16)
