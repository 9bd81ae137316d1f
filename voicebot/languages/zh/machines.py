"""What machines, call screeners and people say in Mandarin when they pick up."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.language import Machines

_KEYS: Final = {
    **{word: str(number) for number, word in enumerate("零一二三四五六七八九")},
    **{"幺": "1", "两": "2", "井号": "#", "井": "#", "星号": "*", "星": "*"},
}

MACHINES: Final = Machines(
    voicemail=(
        "请留言",
        "请在提示音",
        "提示音后",
        "哔声后",
        "滴声后",
        "嘟声后",
        "嘀声后",
        "语音信箱",
        "语音留言",
        "留言信箱",
        "录音留言",
        "听到嘀",
        "听到哔",
        "尽快回复您",
        "尽快给您回电",
    ),
    unavailable=(
        "您拨打的",
        "您所拨打的",
        "你拨打的",
        "暂时无法接通",
        "无法接通",
        "暂时无人接听",
        "无人接听",
        "无法接听",
        "不能接听",
        "已关机",
        "正在通话中",
        "请稍后再拨",
        "是空号",
        "已停机",
        "不在服务区",
    ),
    screener=(
        "智能助理",
        "来电助理",
        "语音助理",
        "语音助手",
        "智能秘书",
        "电话秘书",
        "机主",
        "请说出您的姓名",
        "请说明来意",
        "说明您的来意",
        "我会转告",
        "帮您转达",
        "来电过滤",
        "防骚扰",
        "骚扰拦截",
        "来电防护",
        "来电拦截",
        "已开启来电保护",
    ),
    asking=(
        "请问您是哪位",
        "请问您是谁",
        "请问有什么事",
        "您找他有什么事",
        "请说明",
        "请稍等",
        "如需接通",
        "需要接通",
        "继续接通",
        "继续拨打",
        "继续呼叫",
        "为您接通",
        "为您转接",
        "骚扰电话",
    ),
    people=(
        "要留言吗",
        "要不要留言",
        "你要留言",
        "需要留言吗",
        "我帮你转告",
        "要我转告",
        "我让他",
        "我按",
        "要按",
        "按了",
    ),
    press=re.compile(
        rf"(?:按|拨|输入)(?:数字|按键)?(?P<key>{'|'.join(_KEYS)}|[0-9])(?![下定般样直起个些次])(?:号)?键?"
    ),
    keys={**_KEYS, **{digit: digit for digit in "0123456789"}},
)
