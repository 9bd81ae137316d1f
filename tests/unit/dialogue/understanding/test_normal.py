"""Utterances in plain form: values and names replaced, clauses apart."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot import languages
from voicebot.dialogue.talk import Lead
from voicebot.dialogue.understanding.normal import Clauses, clauses, example, is_bare, masked

NOW = datetime(2026, 11, 23, 10)
MARIA = Lead("Teresa Hall", "Harbor Bank", Decimal("120.50"), "USD", date(2026, 12, 1), "America/New_York")
MING = Lead("张伟", "北方银行", Decimal(1200), "CNY", date(2026, 12, 1), "Asia/Shanghai")


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("en-US", "Oh, sure, I WILL pay it!", "sure i will pay it"),
        ("en-US", "I’ll pay on Tuesday", "i'll pay on friday"),
        ("en-US", "I paid it last Tuesday", "i paid it yesterday"),
        ("en-US", "maybe seventy five bucks", "maybe fifty dollars"),
        ("en-US", "um", "um"),
        ("en-US", "This is Teresa Hall.", "this is maria"),
        ("en-US", "this is Theresa", "this is maria"),
        ("zh-CN", "嗯，我 下周一 还。", "我周五还"),
        ("zh-CN", "我上周三还过了", "我昨天还过了"),
        ("zh-CN", "先还三百块行吗？", "先还五十块行吗"),
        ("zh-CN", "我就是张伟", "我就是小明"),
        ("zh-CN", "嗯", "嗯"),
        ("zh-CN", "", ""),
    ],
)  # fmt: skip
def test_values_and_names_are_replaced(language: str, text: str, wanted: str) -> None:
    assert masked(text, language, NOW, MARIA if language == "en-US" else MING) == wanted


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("en-US", "yes but i already paid", Clauses("affirm", ("i already paid",))),
        ("en-US", "no i can't pay", Clauses("deny", ("i can't pay",))),
        ("en-US", "i can pay but not today", Clauses("", ("i can pay", "not today"))),
        ("en-US", "yes", Clauses("", ("yes",))),
        ("zh-CN", "是的我已经还了", Clauses("affirm", ("我已经还了",))),
        ("zh-CN", "不是我打错了", Clauses("deny", ("我打错了",))),
        ("zh-CN", "想还但是没钱", Clauses("", ("想还", "没钱"))),
        ("zh-CN", "是的", Clauses("", ("是的",))),
    ],
)  # fmt: skip
def test_clauses(language: str, text: str, wanted: Clauses) -> None:
    assert clauses(text, language) == wanted


@pytest.mark.parametrize(
    ("language", "text", "bare"),
    [
        ("en-US", "friday", True), ("en-US", "maybe on friday then", True), ("en-US", "fifty dollars", True),
        ("en-US", "i'll pay friday", False), ("en-US", "call me friday", False),
        ("zh-CN", "周五吧", True), ("zh-CN", "大概五十块左右", True), ("zh-CN", "我周五还", False),
    ],
)  # fmt: skip
def test_bare_values(language: str, text: str, bare: bool) -> None:
    assert is_bare(text, language) is bare


def test_an_example_is_read_with_the_name_in_place() -> None:
    assert example("this is {name}", "en-US") == "this is maria"
    assert example("我是{name}", "zh-CN") == "我是小明"


@given(st.text(max_size=120), st.sampled_from(["en-US", "zh-CN"]))
def test_any_text_has_a_plain_form(text: str, language: str) -> None:
    plain = languages.of(language).plain
    once = plain(text)
    assert plain(once) == once
    words = masked(text, language, NOW, MARIA if language == "en-US" else MING)
    found = clauses(words, language)
    assert found.rest
    assert found.lead in {"", "affirm", "deny"}
    is_bare(words, language)
    if language == "en-US":
        assert words == words.lower()


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
@pytest.mark.parametrize("text", ["friday", "fifty dollars on tuesday", "周五", "先还五百块", "我是小明"])
def test_a_masked_text_stays_as_it_is(language: str, text: str) -> None:
    once = masked(text, language, NOW)
    assert masked(once, language, NOW) == once
