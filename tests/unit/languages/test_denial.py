"""What a denial covers, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot import languages
from voicebot.languages.grammar.denial import NEVER, Covered

P, OTHERS, A, D, M, W, ALL = Covered


def covered(text: str, language: str) -> frozenset[Covered]:
    return languages.of(language).denying.covered(text)


@pytest.mark.parametrize(
    ("language", "text", "what"),
    [
        ("en", "yep but that's not maria", P),
        ("en", "sure but it isn't me", P),
        ("en", "yes my brother is not home", OTHERS),
        ("en", "okay but i could never afford it", A),
        ("en", "right but not on friday", D),
        ("en", "sure just not the entire sum", M),
        ("en", "okay but i don't need anybody", W),
        ("en", "yeah nope", ALL),
        ("en", "right no", ALL),
        ("en", "i am not saying yes", ALL),
        ("en", "i don't think i agree", ALL),
        ("en", "any day but friday", D),
        ("zh", "对但不是小明", P),
        ("zh", "是不过我老公不在", OTHERS),
        ("zh", "好可是我付不起", A),
        ("zh", "行但是周五不成", D),
        ("zh", "可以但还不了全部", M),
        ("zh", "好是好不想要人工", W),
    ],
)
def test_what_is_denied(language: str, text: str, what: Covered) -> None:
    assert what in covered(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "yes no trouble at all"),
        ("en", "sure i won't forget it"),
        ("en", "i don't see why not"),
        ("en", "you're not wrong that's me"),
        ("en", "no no yes that's correct"),
        ("en", "yeah no yeah"),
        ("en", "he thought not but yes this is maria"),
        ("en", "of course why not"),
        ("en", "i'll pay it"),
        ("zh", "好的没问题"),
        ("zh", "对没错"),
        ("zh", "我还以为打错了是我"),
        ("zh", "别挂我在听是我"),
        ("zh", "有什么不可以"),
        ("zh", "我会还的"),
    ],
)
def test_what_only_sounds_like_a_denial_or_is_taken_back(language: str, text: str) -> None:
    assert covered(text, language) == frozenset()


@given(st.text(max_size=80), st.sampled_from(languages.codes()))
def test_any_text_has_an_answer(text: str, language: str) -> None:
    assert covered(text, language) <= frozenset(Covered)
    assert NEVER.covered(text) == frozenset()
