"""Rules for the hard intents: what settles them, and what takes them back, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.understanding.keywords import HARD, hard_intent

ENGLISH = {
    "stop_calling": [
        "stop calling me", "please quit calling this number", "don't call me again", "take me off your list",
        "remove my number", "leave me alone", "put me on the do not call list", "no more calls",
    ],
    "attorney": ["talk to my lawyer", "i hired an attorney", "i'm represented by counsel", "my attorney does that"],
    "bankruptcy": ["i filed for bankruptcy", "i'm in chapter thirteen", "i filed chapter 7", "i'm bankrupt"],
    "deceased": ["he passed away", "my wife died last year", "maria is deceased", "i'm his widow"],
    "wrong_person": ["wrong number", "nobody by that name here", "i'm not maria", "there's no maria here"],
    "talk_to_human": ["let me talk to a human", "transfer me to an agent", "operator please", "get me a real person"],
    "dispute": ["i don't owe that", "that's not my debt", "i never opened that account", "you charged me twice"],
    "": [
        "don't stop calling", "i don't need a lawyer", "i can't afford a lawyer", "i'm a lawyer myself",
        "the attorney general will hear of this", "my battery died", "i'm not bankrupt", "do i have the wrong number",
        "are you a real person", "i don't want to talk to an agent", "i don't owe it anymore i paid",
        "don't call me before noon", "yes", "friday",
    ],
}  # fmt: skip
CHINESE = {
    "stop_calling": ["别再给我打电话了", "不要再联系我", "把我的号码删了", "再打我就拉黑", "停止骚扰我"],
    "attorney": ["找我的律师谈", "我请了律师", "我的律师会联系你们", "已经委托律师处理了"],
    "bankruptcy": ["我已经申请破产了", "公司破产清算了", "我破产了", "在办个人债务清理"],
    "deceased": ["他去世了", "小明已经过世了", "我爸上个月走了一年了他去世了", "人没了", "他已经不在人世了"],
    "wrong_person": ["打错了", "你找错人了", "我不是小明", "没有这个人", "我不认识他", "这个号码换人了"],
    "talk_to_human": ["转人工", "我要跟真人说话", "叫你们经理来听", "不想跟机器人说话", "人工客服"],
    "dispute": ["我没欠你们钱", "我从来没借过钱", "不是我借的", "金额不对", "我的卡被盗刷了", "我不认可这笔账"],
    "": [
        "别现在打晚点再打", "不要打给我老婆", "我不需要律师", "我没请律师", "请不起律师因为律师费太贵", "我没有破产",
        "再这样我快要破产了", "手机没电死机了", "烦死了", "没打错", "账搞错了吗", "你是真人吗", "不用转人工",
        "你是不是人工客服", "我没有异议", "已经还清了不欠了", "好的", "周五",
    ],
}  # fmt: skip
CASES = [
    (language, intent, text)
    for language, table in (("en-US", ENGLISH), ("zh-CN", CHINESE))
    for intent, texts in table.items()
    for text in texts
]


@pytest.mark.parametrize(("language", "intent", "text"), CASES)
def test_what_settles_an_intent_and_what_takes_it_back(language: str, intent: str, text: str) -> None:
    assert hard_intent(text, language) == intent


@pytest.mark.parametrize(("language", "text"), [("en-US", "he passed away"), ("zh-CN", "他去世了")])
def test_the_person_called_speaks_of_another(language: str, text: str) -> None:
    assert hard_intent(text, language) == "deceased"
    assert hard_intent(text, language, right_party=True) == ""


@given(st.text(max_size=200), st.sampled_from(["en-US", "zh-CN"]))
def test_any_text_gets_an_answer(text: str, language: str) -> None:
    assert hard_intent(text, language) in {*HARD, ""}
