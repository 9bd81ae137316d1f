"""Characters with several readings are read as they are meant in talk about payments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.languages.zh.pronunciation import syllables


def read(text: str) -> str:
    return " ".join(" ".join(one) for one in syllables(text) if not isinstance(one, str))


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("您能按时还款吗", "nin2 neng2 an4 shi2 huan2 kuan3 ma5"),
        ("我周五还两百", "wo3 zhou1 wu3 huan2 liang3 bai3"),
        ("我还没还呢", "wo3 hai2 mei2 huan2 ne5"),
        ("您还需要还一千元", "nin2 hai2 xu1 yao4 huan2 yi1 qian1 yuan2"),
        ("什么时候能还", "shen2 me5 shi2 hou4 neng2 huan2"),
        ("还是五百元", "hai2 shi4 wu3 bai3 yuan2"),
        ("他还在上班", "ta1 hai2 zai4 shang4 ban1"),
        ("请您尽快归还欠款", "qing3 nin2 jin3 kuai4 gui1 huan2 qian4 kuan3"),
        ("已经还清了", "yi3 jing1 huan2 qing1 le5"),
        ("十五号还", "shi2 wu3 hao4 huan2"),
        ("您还差两百元没还", "nin2 hai2 cha4 liang3 bai3 yuan2 mei2 huan2"),
        ("您的银行账户", "nin2 de5 yin2 hang2 zhang4 hu4"),
        ("这样行吗", "zhe4 yang4 xing2 ma5"),
        ("重新安排", "chong2 xin1 an1 pai2"),
        ("调整还款计划", "tiao2 zheng3 huan2 kuan3 ji4 hua4"),
    ],
)
def test_what_is_meant_is_read(text: str, syllables: str) -> None:
    assert read(text) == syllables


@given(st.text(max_size=40))
def test_any_text_is_read_and_nothing_is_lost(text: str) -> None:
    pieces = list(syllables(text))
    others = "".join(one for one in pieces if isinstance(one, str))
    assert others == "".join(sign for sign in text if not "\u3400" <= sign <= "\u9fff")
    characters = sum(len(one) for one in pieces if not isinstance(one, str))
    assert characters == sum("\u3400" <= sign <= "\u9fff" for sign in text)
