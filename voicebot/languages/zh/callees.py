"""What simulated people and machines say in Mandarin where their persona file does not."""

from __future__ import annotations

from typing import Final

from voicebot.languages.answering import Callees

CALLEES: Final = Callees(
    hello="喂？",
    back_channel="嗯。",
    voicemail="您好，我是{name}，现在不方便接电话，请在提示音后留言。",
    screening="您好，我是机主的智能助理，请问您是哪位，有什么事情？",
    passed_on="好的，请稍等，我帮您转接。",
    pause="，；。、",
    yes=frozenset(["是", "对", "好", "行", "可以", "嗯", "没错"]),
    no=frozenset(["不", "没", "别", "错"]),
)
