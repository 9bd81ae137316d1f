"""How Mandarin sounds, tones apart: recognisers write other characters of the same sound, and regions differ. Pure."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=8192)
def sounds(text: str) -> str:
    """Return the syllables of a text, as people of many regions say them: zh like z, a final ng like n."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - a second of start-up that only Mandarin needs

    return " ".join(_rough(one) for one in lazy_pinyin(text, style=Style.NORMAL))


def _rough(syllable: str) -> str:
    return re.sub(r"ng$", "n", re.sub(r"^([zcs])h", r"\1", syllable))
