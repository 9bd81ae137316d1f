"""What machines, call screeners and people say in Mandarin when they pick up."""

from __future__ import annotations

from typing import Final

from voicebot.languages.language import Machines

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
    ),
    asking=("请问您是哪位", "请问您是谁", "请问有什么事", "您找他有什么事", "请说明", "请稍等"),
    people=("要留言吗", "要不要留言", "你要留言", "需要留言吗", "我帮你转告", "要我转告", "我让他"),
)
