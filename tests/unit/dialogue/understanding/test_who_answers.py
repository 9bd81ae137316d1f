"""First answers that mix several things: who is speaking, a question, a complaint, a denial."""

from __future__ import annotations

import pytest

from tests.unit.dialogue.hearing import heard


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("en-US", "i'm her husband who's asking", "who_is_this"),
        ("en-US", "this is his sister what is this regarding", "why_calling"),
        ("en-US", "his brother speaking she's not home right now", "not_available"),
        ("en-US", "i'm his mom", "not_available"),
        ("en-US", "you're looking for my husband", "not_available"),
        ("en-US", "you want my mom she's at church", "not_available"),
        ("en-US", "that's me well i'm junior", "not_available"),
        ("zh-CN", "你找的是我妈", "not_available"),
        ("zh-CN", "我是她老公您是哪里", "who_is_this"),
        ("zh-CN", "我是他妹妹你找他有啥事", "why_calling"),
        ("zh-CN", "是我爸的电话", "not_available"),
        ("zh-CN", "我是他同事他开会去了", "not_available"),
    ],
)
def test_a_relative_is_not_the_person_and_a_question_is_answered_first(language: str, text: str, intent: str) -> None:
    found = heard(text, "identity", language)
    assert (found.intent, "affirm" in found.also) == (intent, False)


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("zh-CN", "喂是我谁呀", "who_is_this"),
        ("zh-CN", "哎是我什么事", "why_calling"),
        ("zh-CN", "就是我你们烦不烦人啊", "complaint_or_abuse"),
        ("en-US", "yeah who's this", "who_is_this"),
    ],
)
def test_a_yes_at_the_beginning_counts_beside_the_rest(language: str, text: str, intent: str) -> None:
    found = heard(text, "identity", language)
    assert (found.intent, found.also) == (intent, ("affirm",))


@pytest.mark.parametrize(
    ("language", "text", "never"),
    [
        ("en-US", "yeah sure that will get paid before it's due", "already_paid"),
        ("en-US", "i've got it in my diary it's gonna be paid on time", "already_paid"),
        ("en-US", "look i owe you and you're not getting a cent", "dispute"),
        ("zh-CN", "我记着呢到时候会还的", "already_paid"),
        ("zh-CN", "我知道欠着钱就是不想还", "dispute"),
    ],
)
def test_what_is_to_come_is_not_paid_and_who_admits_a_debt_disputes_none(language: str, text: str, never: str) -> None:
    assert heard(text, "payment", language).intent != never


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "no not the plumber this is teresa"),
        ("en-US", "it sure is yeah teresa"),
        ("zh-CN", "不卖保险啊我张伟您哪位"),
        ("zh-CN", "没错就是我张伟行不改名"),
        ("zh-CN", "是我您是哪路神仙"),
    ],
)
def test_who_introduces_themselves_is_the_person_whatever_else_is_denied(language: str, text: str) -> None:
    found = heard(text, "identity", language)
    assert "affirm" in (found.intent, *found.also)
    assert found.evidence.introduced
    assert found.evidence.literal or found.evidence.yes


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "i'm not teresa"),
        ("en-US", "i don't think that's me"),
        ("en-US", "this is teresa's husband"),
        ("zh-CN", "我不是张伟"),
        ("zh-CN", "我是张伟的老婆"),
    ],
)
def test_who_denies_it_is_not(language: str, text: str) -> None:
    found = heard(text, "identity", language)
    assert "affirm" not in (found.intent, *found.also)
    assert not found.evidence.introduced


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "teresa work shop now"),
        ("en-US", "teresa you mean teresa"),
        ("en-US", "you want teresa"),
        ("zh-CN", "张伟去上班了吧"),
        ("zh-CN", "你找张伟啊"),
    ],
)
def test_a_name_among_other_words_is_no_yes_in_so_many_words(language: str, text: str) -> None:
    found = heard(text, "identity", language)
    assert not ("affirm" in (found.intent, *found.also) and (found.evidence.literal or found.evidence.yes))


@pytest.mark.parametrize(("language", "text"), [("en-US", "that is me"), ("zh-CN", "我就是"), ("zh-CN", "我是本人")])
def test_who_says_who_they_are_when_that_is_known_has_not_answered_the_question(language: str, text: str) -> None:
    assert heard(text, "identity", language).intent == "affirm"
    assert heard(text, "payment", language).intent == "no_match"


@pytest.mark.parametrize(
    ("language", "text", "literal"),
    [
        ("en-US", "teresa", False),
        ("en-US", "teresa hall?", False),
        ("en-US", "yes teresa", True),
        ("en-US", "this is teresa", True),
        ("zh-CN", "张伟", False),
        ("zh-CN", "我是张伟", True),
    ],
)
def test_a_name_said_back_may_be_a_question_and_tells_nobody_the_debt(language: str, text: str, literal: bool) -> None:
    found = heard(text, "identity", language)
    assert (found.intent, found.evidence.literal or found.evidence.yes) == ("affirm", literal)
