"""Words that answer nothing, and meanings that rules exclude however similar an utterance is to their examples."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import pytest

from tests.unit.dialogue.hearing import LEADS, heard
from tests.unit.dialogue.shipped import script_of
from voicebot.dialogue.talk import EngineIntent, Utterance
from voicebot.dialogue.understanding.keywords import HARD, fenced, hard_intent

STEPS: Final = ("identity", "other_person", "payment", "when", "amount", "confirm", "confirm_part", "offer_human")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("language", "text"),
    [
        *(
            ("en-US", text)
            for text in ("Um.", "uhh", "Er, well", "The", "you", "So, um...", "oh", "And?", "I", "a the")
        ),
        *(("en-US", text) for text in ("Mm-hmm.", "hmm", "Mhm", "mm")),
        *(("zh-CN", text) for text in ("呃", "那个那个", "嗯？", "这个……", "的", "就", "啊？", "我", "然后")),
    ],
)
def test_stray_words_answer_no_question(language: str, text: str, step: str) -> None:
    assert heard(text, step, language).intent == EngineIntent.NO_MATCH


@pytest.mark.parametrize(
    ("language", "text", "step"),
    [
        ("en-US", "um yes", "identity"),
        ("en-US", "oh sure", "payment"),
        ("en-US", "well yeah", "confirm"),
        ("en-US", "it is", "identity"),
        ("en-US", "mm hmm yes", "payment"),
        ("zh-CN", "嗯", "identity"),
        ("zh-CN", "嗯嗯", "confirm"),
        ("zh-CN", "呃是的", "identity"),
        ("zh-CN", "那个对", "confirm"),
    ],
)
def test_a_yes_among_them_is_still_a_yes(language: str, text: str, step: str) -> None:
    assert heard(text, step, language).intent == "affirm"


def test_what_may_be_a_hummed_no_is_no_yes() -> None:
    assert heard("uh uh", "confirm", "en-US").intent == EngineIntent.NO_MATCH


def test_what_a_recogniser_nearly_heard_makes_no_yes_of_a_hesitation() -> None:
    nearly = Utterance("Um.", 0.9, alternatives=(("yes", 0.85),))
    assert heard(nearly, "confirm").intent == EngineIntent.NO_MATCH


@pytest.mark.parametrize("step", ["payment", "when", "confirm"])
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "no the truck died on me"),
        ("en-US", "my father passed away so money is tight"),
        ("en-US", "my laptop died"),
        ("en-US", "we just had a funeral"),
        ("zh-CN", "我爸刚去世手头紧"),
        ("zh-CN", "我手机死机了"),
    ],
)
def test_nobody_who_confirmed_to_be_the_person_called_is_dead(language: str, text: str, step: str) -> None:
    assert heard(text, step, language).intent != "deceased"


@pytest.mark.parametrize(
    ("language", "text"),
    [("en-US", "she passed away in june"), ("en-US", "he's dead"), ("zh-CN", "他去年过世了"), ("zh-CN", "人已经没了")],
)
def test_a_death_told_before_is_heard(language: str, text: str) -> None:
    assert heard(text, "identity", language).intent == "deceased"


@pytest.mark.parametrize(
    ("language", "text"), [("en-US", "she's my daughter"), ("en-US", "he's my uncle"), ("zh-CN", "他是我哥")]
)
def test_a_relative_is_no_death(language: str, text: str) -> None:
    assert heard(text, "identity", language).intent in {"not_available", EngineIntent.NO_MATCH}


@pytest.mark.parametrize(
    "text",
    [
        "why isn't my account up to date",
        "how come you can't see my payment",
        "isn't our bill paid by direct debit",
        "so isn't my loan on automatic withdrawal",
        "yeah the balance looks right",
        "the total is right",
    ],
)
def test_a_question_about_a_payment_is_no_dispute(text: str) -> None:
    assert hard_intent(text, "en-US", right_party=True) != "dispute"
    assert heard(text, "payment", "en-US").intent != "dispute"


@pytest.mark.parametrize(
    "text",
    [
        "that's not my bill",
        "no it isn't my debt",
        "the balance isn't right",
        "that amount doesn't look right",
        "the figure is off",
        "not our account",
        "my sister signed for it so it's not mine",
    ],
)
def test_a_dispute_is_still_heard(text: str) -> None:
    assert heard(text, "payment", "en-US").intent == "dispute"


@pytest.mark.parametrize("step", ["identity", "payment", "confirm"])
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "Good afternoon."),
        ("en-US", "morning"),
        ("en-US", "hi good evening"),
        ("zh-CN", "下午好"),
        ("zh-CN", "早上好"),
    ],
)
def test_a_greeting_is_no_goodbye(language: str, text: str, step: str) -> None:
    assert heard(text, step, language).intent == "repeat"


@pytest.mark.parametrize("text", ["have a good evening", "good night", "goodbye"])
def test_a_goodbye_is_still_one(text: str) -> None:
    assert heard(text, "payment", "en-US").intent == "goodbye"


@pytest.mark.parametrize("language", LEADS)
def test_no_rule_cancels_an_example_of_its_own_meaning(language: str) -> None:
    script = script_of(f"{language}/reminder")
    name = {"en-US": "maria", "zh-CN": "小明"}[language]
    cancelled = [
        (intent, text)
        for intent in HARD
        for text in script.intents[intent].examples
        if intent in fenced(text.replace("{name}", name), language).cancelled
    ]
    assert cancelled == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "i can't pay the whole thing"),
        ("en-US", "yes but not everything"),
        ("en-US", "i won't be able to pay it in full"),
        ("en-US", "not the entire amount"),
        ("zh-CN", "我还不了全部"),
        ("zh-CN", "全额还不起"),
        ("zh-CN", "没办法一次还清"),
    ],
)
def test_not_all_of_it_is_an_offer_of_a_part(language: str, text: str) -> None:
    found = heard(text, "payment", language)
    assert (found.intent, dict(found.slots)) == ("partial_payment", {})


@pytest.mark.parametrize(
    ("language", "text", "day", "amount"),
    [
        ("en-US", "twenty now and the rest on the tenth", date(2026, 11, 23), 20),
        ("en-US", "i can do forty on friday and the remainder next month", date(2026, 11, 27), 40),
        ("en-US", "fifty on the first", date(2026, 12, 1), 50),
        ("zh-CN", "今天还两百剩下的下周五还", date(2026, 11, 23), 200),
        ("zh-CN", "周五先还三百余下的月底", date(2026, 11, 27), 300),
    ],
)
def test_each_amount_has_its_own_day(language: str, text: str, day: date, amount: int) -> None:
    found = heard(text, "payment", language)
    assert (found.slots.get("promise_date"), found.slots.get("amount")) == (day, Decimal(amount))


@pytest.mark.parametrize(
    ("language", "step", "text", "intent"),
    [
        ("en-US", "payment", "i can't on saturday", "deny"),
        ("en-US", "when", "i can't make it tomorrow", EngineIntent.NO_MATCH),
        ("en-US", "payment", "not saturday but monday", "promise_to_pay"),
        ("zh-CN", "payment", "周五还不了", "deny"),
    ],
)
def test_a_day_that_does_not_suit_is_no_promise_of_it(language: str, step: str, text: str, intent: str) -> None:
    assert heard(text, step, language).intent == intent


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "i dunno"),
        ("en-US", "that depends"),
        ("en-US", "hard to tell"),
        ("zh-CN", "我也说不准"),
        ("zh-CN", "看情况吧"),
    ],
)
@pytest.mark.parametrize("step", ["identity", "payment", "when", "confirm", "offer_human"])
def test_not_knowing_is_a_meaning_of_its_own(language: str, text: str, step: str) -> None:
    assert heard(text, step, language).intent in {"dont_know", EngineIntent.NO_MATCH}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("where is an operator for me", "talk_to_human"),
        ("isn't it taken out by itself", EngineIntent.NO_MATCH),
        ("why hasn't my payment shown up yet", EngineIntent.NO_MATCH),
    ],
)
def test_a_question_settles_nothing_but_may_ask_for_a_person(text: str, intent: str) -> None:
    assert heard(text, "payment", "en-US").intent == intent
