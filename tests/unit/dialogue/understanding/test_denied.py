"""A denial is never taken for a yes, nor a yes for a denial, and a day or amount that was ruled out is not promised."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.unit.dialogue.hearing import heard
from voicebot.dialogue.talk import EngineIntent

NO = {"deny", EngineIntent.NO_MATCH}


@pytest.mark.parametrize(
    ("language", "step", "text"),
    [
        ("en-US", "identity", "yep nope"),
        ("en-US", "identity", "sure, but that's not me"),
        ("en-US", "identity", "right number but I'm not her"),
        ("en-US", "payment", "okay, only I can't"),
        ("en-US", "payment", "yeah I don't have it"),
        ("en-US", "confirm", "I never said yes"),
        ("en-US", "confirm", "okay, but not on Friday"),
        ("en-US", "confirm", "yes except I won't manage all of it"),
        ("en-US", "offer_human", "okay but not right now"),
        ("en-US", "offer_human", "yes, no, I don't need anybody"),
        ("zh-CN", "identity", "是，可我不是本人"),
        ("zh-CN", "identity", "对对，不是我"),
        ("zh-CN", "payment", "好的，不过我付不起"),
        ("zh-CN", "confirm", "可以，但是周五不行"),
        ("zh-CN", "confirm", "行是行，我拿不出那么多"),
        ("zh-CN", "offer_human", "好，可是现在不方便"),
    ],
)
def test_a_denial_anywhere_near_is_never_a_yes(language: str, step: str, text: str) -> None:
    found = heard(text, step, language)
    assert found.intent != "affirm"
    assert "affirm" not in found.also


@pytest.mark.parametrize(
    ("language", "step", "text"),
    [
        ("en-US", "identity", "you're not wrong, it's me"),
        ("en-US", "payment", "yes, I'm not going to be late with it"),
        ("en-US", "payment", "sure, no trouble"),
        ("en-US", "confirm", "yeah no that is right"),
        ("zh-CN", "identity", "你没打错，我就是"),
        ("zh-CN", "identity", "我是，就是在上课，聊不了几句"),
        ("zh-CN", "payment", "可以，不会拖的"),
    ],
)
def test_a_yes_that_denies_nothing_asked_is_one(language: str, step: str, text: str) -> None:
    assert heard(text, step, language).intent == "affirm"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("钱一直在卡里放着，日子到了你们自己划", "affirm"),
        ("到那天银行直接扣就行了", "affirm"),
        ("早就备好了，等着你们扣呢", "affirm"),
        ("到时候我准时还", "affirm"),
        ("已经扣走了", "already_paid"),
        ("自动扣款怎么办", "how_to_pay"),
    ],
)
def test_money_that_waits_to_be_taken_will_be_there_on_time_and_is_not_paid_yet(text: str, intent: str) -> None:
    assert heard(text, "payment", "zh-CN").intent == intent


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "Friday doesn't suit me"),
        ("en-US", "any day but Friday"),
        ("en-US", "I meant to pay Friday but I can't"),
        ("en-US", "I won't be paying on Friday"),
        ("en-US", "Friday is too soon"),
        ("en-US", "Friday's out"),
        ("en-US", "Friday isn't possible for me"),
        ("zh-CN", "周五可还不了"),
        ("zh-CN", "周五有点早"),
        ("zh-CN", "除了周五哪天都行"),
    ],
)
def test_no_promise_of_an_excluded_day_where_it_is_read_back(language: str, text: str) -> None:
    found = heard(text, "confirm", language)
    assert found.intent not in {"affirm", "promise_to_pay"}
    assert not found.slots


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en-US", "not Friday, Saturday", date(2026, 11, 28)),
        ("en-US", "I can't do the fifteenth but the sixteenth works", date(2026, 12, 16)),
        ("zh-CN", "不是周五，是周日", date(2026, 11, 29)),
        ("zh-CN", "十号还不了，十二号可以", date(2026, 12, 12)),
    ],
)
@pytest.mark.parametrize("step", ["when", "confirm"])
def test_the_day_put_in_its_place_is_the_answer(language: str, text: str, day: date, step: str) -> None:
    found = heard(text, step, language)
    assert (found.intent, found.slots.get("promise_date")) == ("promise_to_pay", day)


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en-US", "Yes, Friday is good.", date(2026, 11, 27)),
        ("en-US", "yeah Monday's fine", date(2026, 11, 30)),
        ("en-US", "right, the 30th's fine", date(2026, 11, 30)),
        ("en-US", "sure, Friday is an option", date(2026, 11, 27)),
        ("zh-CN", "对，周五挺好", date(2026, 11, 27)),
    ],
)
def test_a_yes_with_another_day_agrees_to_that_day_and_not_to_the_one_read_back(
    language: str, text: str, day: date
) -> None:
    found = heard(text, "confirm", language)
    assert (found.intent, found.slots.get("promise_date")) == ("promise_to_pay", day)


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("en-US", "not eighty, sixty", Decimal(60)),
        ("en-US", "I can't do seventy but I could do twenty", Decimal(20)),
        ("zh-CN", "四百不行，两百", Decimal(200)),
        ("zh-CN", "八百我拿不出，六百可以", Decimal(600)),
    ],
)
def test_the_amount_put_in_its_place_is_the_answer(language: str, text: str, amount: Decimal) -> None:
    found = heard(text, "amount", language)
    assert (found.intent, found.slots.get("amount")) == ("partial_payment", amount)


@pytest.mark.parametrize(("language", "text"), [("en-US", "I can't do eighty"), ("zh-CN", "八百还不了")])
def test_an_amount_that_is_too_much_is_no_offer(language: str, text: str) -> None:
    assert not heard(text, "amount", language).slots


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "no, I don't want to talk to anyone"),
        ("en-US", "don't put me through to anybody"),
        ("zh-CN", "不用转人工"),
        ("zh-CN", "我不想跟人谈"),
    ],
)
def test_who_wants_no_person_is_connected_to_none(language: str, text: str) -> None:
    assert heard(text, "offer_human", language).intent in NO
    assert heard(text, "payment", language).intent != "talk_to_human"


@pytest.mark.parametrize(
    ("text", "intent"), [("no, my van died", "deny"), ("no, I have no money at all", "cannot_pay")]
)
def test_a_no_is_not_made_more_of_than_was_said(text: str, intent: str) -> None:
    assert heard(text, "payment", "en-US").intent == intent


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("en-US", "don't call me a cheat", "stop_calling"),
        ("en-US", "you haven't got the wrong number", "wrong_person"),
        ("en-US", "I don't need an attorney for this", "attorney"),
        ("zh-CN", "你没打错电话", "wrong_person"),
        ("zh-CN", "不用找律师", "attorney"),
    ],
)
@pytest.mark.parametrize("step", ["identity", "payment"])
def test_neither_a_rule_nor_the_matcher_takes_the_opposite(language: str, step: str, text: str, intent: str) -> None:
    assert heard(text, step, language).intent != intent


@pytest.mark.parametrize(
    ("language", "step", "text", "intent"),
    [
        ("zh-CN", "identity", "是我，请讲", "affirm"),
        ("en-US", "payment", "my uncle died on Sunday so I need a few more days", "promise_to_pay"),
    ],
)
def test_what_follows_a_yes_or_a_reason_is_heard_for_itself(language: str, step: str, text: str, intent: str) -> None:
    assert heard(text, step, language).intent == intent
