"""What was found in a text, and which of overlapping finds wins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

LONGEST: Final = 1000
"""How many characters of a text are read; nobody says more in one breath."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Found(Generic[Value]):
    """A value and where it was said.

    Parameters
    ----------
    value
        What the words mean.
    start, end
        Place in the text, ``text[start:end]``.
    text
        The words themselves.
    """

    value: Value
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Match(Generic[Value]):
    """A rule's find in the canonical line; ``value`` is ``None`` where the words only look like one."""

    start: int
    end: int
    value: Value | None


def settle(matches: Iterable[Match[Value]]) -> list[Match[Value]]:
    """Keep the longest of overlapping finds, of equally long ones a refusal, else the earlier rule; in order."""
    kept: list[Match[Value]] = []
    for match in sorted(matches, key=lambda match: (match.start - match.end, match.value is not None)):
        if all(match.end <= other.start or match.start >= other.end for other in kept):
            kept.append(match)
    return sorted(kept, key=lambda match: match.start)
