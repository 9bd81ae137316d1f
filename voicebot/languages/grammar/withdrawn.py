"""Values that were withdrawn in the same breath: "not Friday, Monday", "two hundred, no, one hundred"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from voicebot.languages.grammar.found import Match, Value


@dataclass(frozen=True, slots=True)
class Withdrawing:
    """The words of one language that withdraw a value.

    Parameters
    ----------
    denied
        Ends a line in front of a value that is denied: "not", "不是".
    corrected
        All that stands between a value and the one that replaces it: "no, wait", "说错了".
    impossible
        Tells from the line before and after a value whether the words say that it cannot be.
    """

    denied: re.Pattern[str]
    corrected: re.Pattern[str]
    impossible: Callable[[str, str], object]

    def drop(self, line: str, matches: list[Match[Value]]) -> list[Match[Value]]:
        """Leave out what was denied, corrected or said to be impossible, so that it fills no slot."""
        kept = [match for match in matches if not self.denied.search(line[: match.start])]
        kept = [
            match
            for at, match in enumerate(kept, start=1)
            if at == len(kept) or not self.corrected.fullmatch(line[match.end : kept[at].start])
        ]
        return [match for match in kept if not self.impossible(line[: match.start], line[match.end :])]
