"""Mandarin as spoken on the mainland."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.language import Language, Locale, Writing
from voicebot.languages.zh import entities, wording
from voicebot.languages.zh.clues import CLUES, MANNERS
from voicebot.languages.zh.keywords import KEYWORDS
from voicebot.languages.zh.machines import MACHINES

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
    writing=Writing(
        asks=re.compile(r"[?？]|请(?:您?说|告诉|按|问)|吗|呢|什么|多少|哪"),
        foreign=re.compile(r"[A-Za-z]{4,}"),
        units_a_second=4.5,
        tokenizer="JiebaTokenizer",
    ),
)
