"""English words that withdraw a value: "not Friday, Monday", "two hundred, no, one hundred"."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.grammar.withdrawn import Withdrawing

_DENIED: Final = re.compile(
    r" (?<!why )(?:not|instead of|rather than|no longer|except|apart from"
    r"|any(?:thing|time| day| other day)? (?:but|except|other than))"
    r"(?: (?:on|by|for|in|at|this|a|the full|pay|paying))? $"
)
_IMPOSSIBLE: Final = re.compile(
    r" (?:can't|cannot|can not|couldn't|won't|don't|not able to|unable to)(?: be able to)?"
    r"(?: (?:do|make|pay|manage|have|afford|swing))?(?: (?:it|that|anything|you))?"
    r"(?: (?:on|by|this|for|the|the full))? $"
)
# "Weight" is how "wait" is heard.
_CORRECTIONS: Final = "no|wait|weight|sorry|actually|i mean|i meant|make that|make it|or rather|scratch that|correction"
_CORRECTED: Final = re.compile(
    rf" (?:(?:{_CORRECTIONS}|well|let's say|\||on|by|the|to|it's|is) )*(?:{_CORRECTIONS})"
    rf"(?: (?:{_CORRECTIONS}|on|by|the|let's say|say|\|))* "
)
WITHDRAWING: Final = Withdrawing(_DENIED, _CORRECTED, lambda before, _after: _IMPOSSIBLE.search(before))
