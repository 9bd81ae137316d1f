"""How Mandarin is pronounced: characters into syllables with tones, where one character has several readings. Pure.

pypinyin knows phrases and reads most characters right by them. What it reads wrong in talk about payments stands here
as rules; a rule is a pattern with the character in the first group, and the syllable that it has there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_NUMBER: Final = "零〇一二两三四五六七八九十百千万亿半"

_BEFORE_PAYING: Final = (
    "能|要|来|先|就|会|可以|已经|按时|准时|按期|提前|一次|分期|全额|到期|打算|准备|尽快|马上|今天|明天|后天|号|日|前|天|周[一二三四五六日天]"
    "|星期[一二三四五六日天]|月底|月初|什么时候|怎么|代|再|未|没|不|想|应|该|得|逾期"
)
"""What stands before 还 where something is paid back."""

RULES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), syllable)
    for pattern, syllable in (
        # 还: huan2 where something is paid or given back, hai2 ("still, also") elsewhere.
        (r"(?:偿|归|返|退|奉)(还)", "huan2"),
        (r"(还)(?=是|有|要|能|会|可以|没|不|在|需要|想|得|差|欠|剩)", "hai2"),
        (r"(还)(?=[款钱清上给掉完齐回贷债账帐])", "huan2"),
        (rf"(还)(?=[{_NUMBER}一部全])", "huan2"),
        (rf"(?:{_BEFORE_PAYING})(还)", "huan2"),
        (r"(还)(?=[吗呢吧了的，。？！、]|$)", "huan2"),
        # 行: a bank, a line of business; else "all right".
        (r"(?:银|央|支|分|总|发卡|开户|商|本|贵)(行)", "hang2"),
        # 重: again, as in renegotiate; 长: long; 得: must; 为: for; 数: to count.
        (r"(重)(?=新|复|组|做|签|来|设|启)", "chong2"),
        (r"(长)(?=期|时间|达|久)", "chang2"),
        (r"(?:您|你|我|他|还|就|都|总)(得)(?=还|付|先|去|在|给|按|联|尽)", "dei3"),
        (r"(为)(?=了|您|什么|何|此)", "wei4"),
        (r"(应)(?=还|付|缴|该|当)", "ying1"),
        (r"(?:响|反|适|答|供)(应)", "ying4"),
        (r"(当)(?=作|成|真)", "dang4"),
        (r"(差)(?=额|价|异|距)", "cha1"),
        (r"(?:还|只|就)(差)", "cha4"),
        (r"(结)(?=清|算|账|束|果|余)", "jie2"),
        (r"(倒)(?=闭)", "dao3"),
        (r"(便)(?=宜)", "pian2"),
        (r"(?:方|随|顺|以)(便)", "bian4"),
        (r"(调)(?=整|解|高|低|节)", "tiao2"),
        (r"(调)(?=查|取|用)", "diao4"),
        (r"(数)(?=一|数$)", "shu3"),
        (r"(处)(?=理|分|于)", "chu3"),
        (r"(?:办事|客服|营业|此|好|何)(处)", "chu4"),
        (r"(假)(?=期|日|条)", "jia4"),
        (r"(单)(?=于|姓)", "shan4"),
    )
)
"""In order; the first that matches a character settles it."""

_SPEECH: Final = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+")


def syllables(text: str) -> Iterator[tuple[str, ...] | str]:
    """Yield words as syllables with tones (``("yin2", "hang2")``), and what is not written in characters as it is."""
    settled: dict[int, str] = {}
    for pattern, syllable in RULES:
        for found in pattern.finditer(text):
            settled.setdefault(found.start(1), syllable)
    for piece in _SPEECH.finditer(text):
        if not "\u3400" <= piece[0][0] <= "\u9fff":
            yield piece[0]
            continue
        place = piece.start()
        for word in _words(piece[0]):
            yield tuple(settled.get(place + index, one) for index, one in enumerate(_read(word)))
            place += len(word)


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    from pypinyin.seg.mmseg import seg  # noqa: PLC0415 - its dictionary takes a second that only Mandarin needs

    return tuple(seg.cut(text))


@lru_cache(maxsize=4096)
def _read(word: str) -> tuple[str, ...]:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - as above

    return tuple(lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True))
