"""Mandarin words that withdraw a value: "不是周五，周一", "两百，不对，一百"."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.grammar.withdrawn import Withdrawing

_DENIED: Final = re.compile(r"(?:不是|不要|别|不在)$")
_IMPOSSIBLE: Final = re.compile(
    r"^(?:肯定|可能|真的|真|我|的话|是|恐怕|怕|之前|前|都|,)*(?:不行|不可以|不方便|没钱|没空|没时间|来不及|"
    r"还不了|还不上|付不了|不能|不可能|够呛|太早|太晚|太赶)"
)
_CORRECTED: Final = re.compile(r"[,|]?(?:不对|不是|说错了|错了|哦不|啊不|不不|不,|应该是|改成|还是|算了)+[,|是]*")
WITHDRAWING: Final = Withdrawing(_DENIED, _CORRECTED, lambda _before, after: _IMPOSSIBLE.match(after))
