"""Texts for a synthesiser: no markup gets through, no word is lost, sentences end where they end."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.speaking.spoken_text import is_speakable, plain, sentences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hello there. Am I speaking with Mary?", ["Hello there.", "Am I speaking with Mary?"]),
        ("This is J.P. Morgan calling. Is that right?", ["This is J.P. Morgan calling.", "Is that right?"]),
        ("Is this Dr. Smith?", ["Is this Dr. Smith?"]),
        ("Acme Inc. calls you. Thank you!", ["Acme Inc. calls you.", "Thank you!"]),
        ("You owe 120.50 dollars today.", ["You owe 120.50 dollars today."]),
        ("At three p.m. on Friday.", ["At three p.m. on Friday."]),
        ('He said "pay now." Then he left.', ['He said "pay now."', "Then he left."]),
        ("您好。请问是张三吗？谢谢！", ["您好。", "请问是张三吗？", "谢谢！"]),
        ("No end", ["No end"]),
        ("…", []),
        ("", []),
        ("Wait... What?", ["Wait...", "What?"]),
        ("and no. it goes on", ["and no. it goes on"]),
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    assert list(sentences(text)) == parts


@given(st.text(st.sampled_from("aB1 .!?。？\"')…\n,中"), max_size=60))
def test_sentences_lose_no_word(text: str) -> None:
    words = re.findall(r"\w+", text)
    assert re.findall(r"\w+", " ".join(sentences(text))) == words or "".join(words) == "".join(
        re.findall(r"\w", "".join(sentences(text)))
    )


@given(st.text(max_size=60))
def test_plain_has_no_markup(text: str) -> None:
    safe = plain(text)
    assert not re.search(r"[\[\]{}<>|\\\x00-\x1f]", safe)
    assert plain(safe) == safe


def test_markup_of_engines_is_words_at_most() -> None:
    assert plain("[[h@'l@U]] Bob\n\x1b[0m") == "h@'l@U Bob 0m"
    assert is_speakable("ok")
    assert not is_speakable("?!")
