"""Mandarin words that withdraw a value: "不是周五，周一", "两百，不对，一百"."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.grammar.withdrawn import Withdrawing

_DENIED: Final = re.compile(r"(?:不是|不要|别|不在|除了?|除开|不算)(?:这个?|本|说)?$")
_BEFORE: Final = re.compile(
    r"(?:还|付|拿|凑|出|给|交|转|掏)不(?:了|出来?|起|上|到)(?:这|那|全)?$|(?:没有?|不到|不够)(?:那么)?(?:多)?$|(?:(?<!能)不能|没法|没办法|(?<!会)不会|(?<!想)不想)(?:在|等|还|付|给|拿|打)?(?:电话)?$"
)
_IMPOSSIBLE: Final = re.compile(
    r"^(?:可|也|太|大|怎么|根本|实在|肯定|可能|真的|真|我|的话|是|恐怕|怕|之前|前|都|,)*(?:不行|不可以|不方便|没钱|没空|没时间|来不及|"
    r"还不了|还不上|付不了|不能|不可能|够呛|太早|太晚|太赶|太多|太高|不合适|不好|没有|拿不出|凑不出|给不了|出不起|付不起|还不起|不太行|不大行)"
)
_CORRECTED: Final = re.compile(r"[,|]?(?:不对|不是|说错了|错了|哦不|啊不|不不|不,|应该是|改成|还是|算了)+[,|是]*")


def _impossible(before: str, after: str) -> bool:
    return _BEFORE.search(before) is not None or _IMPOSSIBLE.match(after) is not None


WITHDRAWING: Final = Withdrawing(_DENIED, _CORRECTED, _impossible)
