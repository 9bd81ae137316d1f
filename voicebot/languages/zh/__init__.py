"""Mandarin as spoken on the mainland."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.language import Language, Locale, Writing
from voicebot.languages.zh import entities, wording
from voicebot.languages.zh.callees import CALLEES
from voicebot.languages.zh.clues import CLUES, MANNERS
from voicebot.languages.zh.confusions import distance
from voicebot.languages.zh.denial import DENYING
from voicebot.languages.zh.keywords import KEYWORDS
from voicebot.languages.zh.machines import MACHINES
from voicebot.languages.zh.sounds import sounds

LANGUAGE: Final = Language(
    code="zh",
    name="Mandarin",
    spaced=False,
    locales=(Locale(tag="zh-CN", currency="CNY", timezone="Asia/Shanghai", name="王小明", company="北方银行"),),
    entities=entities,
    wording=wording,
    clues=CLUES,
    keywords=KEYWORDS,
    manners=MANNERS,
    machines=MACHINES,
    callees=CALLEES,
    embedding="e5-small",
    denying=DENYING,
    sounds=sounds,
    apart=distance,
    writing=Writing(
        asks=re.compile(r"[?？]|请(?:您?说|告诉|按|问)|吗|呢|什么|多少|哪"),
        foreign=re.compile(r"[A-Za-z]{4,}"),
        scripts=("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC", "LATIN"),
        columns={
            "phone": ("电话", "电话号码", "手机", "手机号", "手机号码"),
            "name": ("姓名", "客户姓名"),
            "company": ("公司", "公司名称"),
            "amount": ("金额", "欠款金额"),
            "currency": ("币种", "货币"),
            "due_date": ("到期日", "到期日期"),
            "timezone": ("时区",),
            "reference": ("编号",),
        },
        units_a_second=4.5,
        tokenizer="JiebaTokenizer",
    ),
)
