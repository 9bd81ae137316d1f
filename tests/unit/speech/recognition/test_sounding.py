"""Which hint sounds like what was heard, and what Whisper's words are worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.recognition import sounding
from voicebot.speech.recognition.log_mel import BANDS, log_mel
from voicebot.speech.recognition.whisper_engine import confidence_of, weigh


@pytest.mark.parametrize(
    ("heard", "phrases", "found"),
    [
        (["我下周五環錢"], ["我下周五还钱", "我不还"], "我下周五还钱"),
        (["他部在家"], ["他不在家", "他在家"], "他不在家"),
        (["打错电话了"], ["打错电话了", "打错了"], "打错电话了"),
        (["是"], ["十"], "十"),
        (["事"], ["四"], "四"),
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
