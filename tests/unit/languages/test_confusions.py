"""How far apart Mandarin sounds: what recognisers mishear is near, other words are far."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.languages.zh.confusions import distance, unlike
from voicebot.languages.zh.sounds import sounds

SYLLABLES = st.sampled_from(sounds("我是不对的还款周五两百四十一千星期月底真人等好嗯小明转钱七九元全女云用").split())


def apart(one: str, other: str) -> float:
    return distance(sounds(one).split(), sounds(other).split())


@pytest.mark.parametrize(
    ("heard", "said", "other"),
    [
        ("秋舞", "周五", "周六"),
        ("输我被人", "是我本人", "不是本人"),
        ("最的", "对的", "好的"),
        ("失望", "是我", "不是"),
        ("包白", "八百", "一百"),
        ("爱是还", "按时还", "不想还"),
    ],
)
def test_what_was_misheard_is_nearer_than_anything_else(heard: str, said: str, other: str) -> None:
    assert apart(heard, said) < 0.7 < apart(heard, other)


def test_a_lost_word_is_worse_than_a_misheard_one_and_a_particle_hardly_counts() -> None:
    assert apart("我是", "我是他儿子") > 3
    assert apart("不是我", "是我") > 1
    assert apart("对啊", "对") < 0.5


def test_what_is_no_syllable_is_like_nothing() -> None:
    assert unlike("play", "pei") == 1.0


@given(one=st.lists(SYLLABLES, max_size=5), other=st.lists(SYLLABLES, max_size=5))
def test_it_is_a_distance(one: list[str], other: list[str]) -> None:
    assert distance(one, one) == 0
    assert distance(one, other) == pytest.approx(distance(other, one))
    assert distance(one, other) <= 1.2 * (len(one) + len(other))
