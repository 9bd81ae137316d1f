"""Values that were withdrawn in the same breath: "not Friday, Monday", "two hundred, no, one hundred"."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.grammar.found import Match, Value

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
    rf"^ (?:(?:{_CORRECTIONS}|well|let's say|\||on|by|the|to|it's|is) )*(?:{_CORRECTIONS})"
    rf"(?: (?:{_CORRECTIONS}|on|by|the|let's say|say|\|))* $"
)


def drop_withdrawn(line: str, matches: list[Match[Value]], *, impossible: bool = True) -> list[Match[Value]]:
    """Leave out what was denied or corrected.

    Parameters
    ----------
    impossible
        Whether "I can't do X" counts where nothing else is said, since then it is what the talk is about. A day on
        which nobody can pay is never one.
    """
    kept = [match for match in matches if not _DENIED.search(line[: match.start])]
    kept = [
        match
        for at, match in enumerate(kept, start=1)
        if at == len(kept) or not _CORRECTED.match(line[match.end : kept[at].start])
    ]
    possible = [match for match in kept if not _IMPOSSIBLE.search(line[: match.start])]
    return possible or (kept if impossible else [])
