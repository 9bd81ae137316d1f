"""Which hint sounds like what was heard, and what Whisper's words are worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.recognition import sounding
from voicebot.speech.recognition.log_mel import BANDS, log_mel
from voicebot.speech.recognition.whisper_engine import Scored, confidence_of, weigh


@pytest.mark.parametrize(
    ("heard", "phrases", "found"),
    [
        (["我下周五環錢"], ["我下周五还钱", "我不还"], "我下周五还钱"),
        (["他部在家"], ["他不在家", "他在家"], "他不在家"),
        (["打错电话了"], ["打错电话了", "打错了"], "打错电话了"),
        (["是"], ["十"], "十"),
        (["事"], ["四"], "四"),
        (["四号"], ["十号", "四号"], "四号"),
        (["10号", "十号"], ["四号", "十号"], "十号"),
        (["绘环"], ["会还", "还没"], "会还"),
        (["下周5"], ["下周五"], "下周五"),
        (["今天天气真好"], ["我今天还", "他不在家"], None),
        (["好"], ["不好"], None),
        ([], ["好"], None),
        (["好"], [], None),
    ],
)
def test_mandarin_is_compared_by_its_syllables(heard: list[str], phrases: list[str], found: str | None) -> None:
    nearest = sounding.nearest(heard, phrases, "zh")
    assert (nearest and nearest[0]) == found


def test_the_nearest_of_several_hypotheses_counts() -> None:
    assert sounding.nearest(["下周午", "下周五"], ["下周五还"], "zh") is None
    found = sounding.nearest(["我夏周五还", "我下周五还"], ["我下周五还", "我上周五还"], "zh")
    assert found == ("我下周五还", 1.0)


@pytest.mark.parametrize(("text", "written"), [("請問您是誰", "请问您是谁"), (" 好的。\ufffd", "好的。")])
def test_characters_are_written_as_scripts_write_them(text: str, written: str) -> None:
    assert sounding.written(text, "zh") == written


def test_what_is_likely_no_speech_needs_a_better_score() -> None:
    assert weigh([("谢谢观看", -1.2)], 0.8, (), "zh").best.text == ""
    assert weigh([("我还", -0.3)], 0.05, (), "zh").best.text == "我还"
    assert weigh([("嗯", -2.0)], 0.01, (), "zh").best.text == ""
    sure = weigh([("我还", -0.1)], 0.05, (), "zh").best.confidence
    doubtful = weigh([("我还", -0.1)], 0.8, (), "zh").best.confidence
    assert sure > 0.9
    assert doubtful < 0.4


def test_a_hint_that_sounds_like_it_is_taken_with_the_free_words_beside_it() -> None:
    heard = weigh([("我下周五環", -0.4), ("我下周五还", -0.5)], 0.02, ("我下周五还",), "zh")
    assert (heard.best.text, heard.best.source) == ("我下周五还", "hints")
    assert [one.text for one in heard.alternatives] == ["我下周五環"]


@given(st.lists(st.floats(-5, 0), min_size=2, max_size=2))
def test_confidence_grows_with_the_score(scores: list[float]) -> None:
    low, high = sorted(scores)
    assert 0 <= confidence_of(low) <= confidence_of(high) <= 1


@given(st.integers(0, 200_000))
def test_features_have_the_shape_that_was_asked_for(samples: int) -> None:
    assert log_mel(np.zeros(samples, np.float32), 1000).shape == (BANDS, 1000)


def test_one_syllable_that_sounds_just_like_an_answer_is_one_however_low_its_score() -> None:
    hints = ("对", "不是", "是我")
    found = weigh([("队", -2.3), ("贝", -2.7)], 0.03, hints, "zh")
    assert (found.best.text, found.best.source) == ("对", "hints")
    assert 0.3 < found.best.confidence < 0.6
    assert not weigh([("贝", -2.3)], 0.03, hints, "zh").best.text, "it only resembles one"
    assert not weigh([("队", -2.3)], 0.5, hints, "zh").best.text, "nobody may have spoken"


def test_hints_that_may_have_been_misheard_are_compared_with_the_audio() -> None:
    near = sounding.shortlist(["输我被人", "舒服被人"], ["打错了", "是我", "是我本人", "不是我本人"], "zh")
    assert near[0].phrase == "是我本人"
    assert near[0].syllables == 4
    assert {one.phrase: one.turned for one in near} == {"是我本人": False, "不是我本人": True}
    assert sounding.shortlist(["yes"], ["yeah"], "en") == []
    assert sounding.shortlist(["", "。"], ["对"], "zh") == []


def hint(phrase: str, far: float, log: float, *, turned: bool = False) -> tuple[sounding.Near, float]:
    return sounding.Near(phrase, far, len(phrase), turned), log


@pytest.mark.parametrize(
    ("free", "hints", "best"),
    [
        (-6.6, (hint("是", 0.5, -2.9), hint("不是", 1.7, -9.0, turned=True)), "是"),
        (-7.2, (hint("是我本人", 0.4, -16.9), hint("是本人", 1.6, -19.1)), "是我本人"),  # longer, so less likely
        (-1.4, (hint("不是我", 0.5, -7.2, turned=True),), ""),
        (-1.4, (hint("对是我", 0.4, -6.0), hint("不是我", 0.5, -6.2, turned=True)), ""),  # either may have been said
        (-3.0, (hint("我是", 3.6, -1.0),), ""),
        (-3.0, (), ""),
    ],
)
def test_a_hint_counts_where_the_audio_bears_it_out(
    free: float, hints: tuple[tuple[sounding.Near, float], ...], best: str
) -> None:
    scored = Scored(free, hints)
    texts = [("噬音", -0.8)]
    assert (found := scored.best()) is None or found[0] == best
    heard = weigh(texts, 0.05, ("打错了",), "zh", scored)
    assert heard.best.text == (best or "噬音")
    assert heard.best.source == ("hints" if best else "free")
    refused = weigh([("噬音", -2.3)], 0.05, ("打错了",), "zh", scored)
    assert refused.best.text == best
    assert weigh([("噬音", -2.3)], 0.4, ("打错了",), "zh", scored).best.text == ""
