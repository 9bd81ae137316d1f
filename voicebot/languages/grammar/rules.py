"""Rules over a canonical line: a pattern, what has to stand around it, and what it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic

from voicebot.languages.grammar.found import Match, Value, settle

Make = Callable[["re.Match[str]", datetime], Value | None]


@dataclass(frozen=True, slots=True)
class _Rule(Generic[Value]):
    pattern: re.Pattern[str]
    after: re.Pattern[str] | None
    not_after: re.Pattern[str] | None
    then: re.Pattern[str] | None
    not_then: re.Pattern[str] | None
    make: Make[Value]

    def fits(self, line: str, match: re.Match[str]) -> bool:
        before = line[: match.start()]
        return not (
            (self.after is not None and not self.after.search(before))
            or (self.not_after and self.not_after.search(before))
            or (self.then and not self.then.match(line, match.end()))
            or (self.not_then and self.not_then.match(line, match.end()))
        )


class Rules(Generic[Value]):
    """A table of rules for one kind of value in one language.

    Parameters
    ----------
    edge
        What stands at both ends of a find: a space between words, nothing in a script without spaces.
    """

    def __init__(self, edge: str = " ") -> None:
        self._edge = edge
        self._rules: list[_Rule[Value]] = []

    def add(
        self,
        *bodies: str,
        after: str | None = None,
        not_after: str | None = None,
        then: str | None = None,
        not_then: str | None = None,
    ) -> Callable[[Make[Value]], Make[Value]]:
        """Make a decorated function the meaning of ``bodies``.

        Parameters
        ----------
        bodies
            Patterns of whole words; any of them.
        after, not_after
            Words that must, or must not, stand directly before.
        then, not_then
            Words that must, or must not, stand directly behind; ``$`` is the line's end.
        """
        edge = self._edge
        start = f"(?:^|{edge})" if edge else ""
        ahead = re.compile(f"{start}(?:{after}){edge}$") if after is not None else None
        not_ahead = re.compile(f"{start}(?:{not_after}){edge}$") if not_after is not None else None
        behind = re.compile(f"{edge}(?:{then})(?:{edge}|$)") if then is not None else None
        not_behind = re.compile(f"{edge}(?:{not_then})(?:{edge}|$)") if not_then is not None else None
        patterns = [re.compile(rf"(?<={edge})(?:{body})(?={edge})" if edge else body) for body in bodies]

        def register(make: Make[Value]) -> Make[Value]:
            self._rules += [_Rule(pattern, ahead, not_ahead, behind, not_behind, make) for pattern in patterns]
            return make

        return register

    def refuse(self, *bodies: str) -> None:
        """Match words that only look like such a value, and give none."""
        self.add(*bodies)(lambda _match, _now: None)

    def include(self, other: Rules[Value]) -> None:
        """Take over the rules of another table, behind those that are here."""
        self._rules += other._rules

    def find(self, line: str, now: datetime) -> list[Match[Value]]:
        """All values in ``line``, the longest of overlapping ones, in order of place."""
        matches: list[Match[Value]] = []
        for rule in self._rules:
            match = rule.pattern.search(line)
            while match is not None:
                if rule.fits(line, match):
                    matches.append(Match(match.start(), match.end(), rule.make(match, now)))
                match = rule.pattern.search(line, match.start() + 1)
        return [match for match in settle(matches) if match.value is not None]
