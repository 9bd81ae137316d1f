"""Mandarin words after which the sentence goes on, in plain text (``Language.plain``): who stops there still thinks.

A conjunction, a condition (…的话), a time without its number or a verb of intention leaves the sentence open. A bare
我可以, 我能 or 我会 is an answer, and so is what is done to 我 (打给我) or is said to be 我 (就是我).
"""

from __future__ import annotations

import re
from typing import Final

_HESITATION: Final = r"那个|这个|就是说?|然后|怎么说呢?|我想想|我看看|我算一下|嗯那?|呃|那|那我"
_CONJUNCTION: Final = (
    r"但是?|可是|不过|因为|如果|要是|所以|而且|或者|还是说|除非|只要|只是|虽然|和|(?:钱|了|有|行|能|要|到)的话|的时候"
)
_SUBJECT: Final = r"(?<![系给找打烦扰叫让是骂对来跟问谢])我|我在|我这边|我现在|我最近|我本来|其实|主要是|关键是"
_VERB: Final = (
    r"我想|我要|我得|我打算|我准备|我应该|我先|我再|我把|我给|我觉得|我想说|我需要|打算|大概|(?<!不)可能|应该是?|差不多"
)
_TIME: Final = r"(?<![一等])下个?|等到|等我|每个?|最晚|最快|最多|至少|先还|还个"

PATTERN: Final = re.compile(rf"(?:{_HESITATION}|{_CONJUNCTION}|{_SUBJECT}|{_VERB}|{_TIME}|就)$")
"""Matches the end of an utterance that is open there."""
