"""Assembling a moment from what was said about it in several places: "Monday … morning … at nine"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from voicebot.languages.grammar.daytime import Clock, resolve
from voicebot.languages.grammar.found import Match


class Piece:
    """One thing said about a time.

    Parameters
    ----------
    start, end
        Place in the canonical line.
    day, clock, part
        What was said: a day, a time of day, a part of the day (a key of ``daytime.PARTS``).
    """

    def __init__(
        self, start: int, end: int, *, day: date | None = None, clock: Clock | None = None, part: str = ""
    ) -> None:
        self.start, self.end = start, end
        self.day, self.clock, self.part = day, clock, part

    def takes(self, other: Piece) -> bool:
        """Whether both can be one moment."""
        return not (
            (self.day and other.day and self.day != other.day)
            or (self.clock and other.clock)
            or (self.part and other.part and self.part != other.part)
        )

    def join(self, other: Piece) -> None:
        """Take over what ``other`` says."""
        self.start, self.end = min(self.start, other.start), max(self.end, other.end)
        self.day, self.clock, self.part = self.day or other.day, self.clock or other.clock, self.part or other.part


def moments(
    line: str, pieces: Iterable[Piece], taken: Iterable[tuple[int, int]], connects: re.Pattern[str], now: datetime
) -> list[Match[datetime]]:
    """Moments that the pieces make up.

    Parameters
    ----------
    line
        Canonical line.
    pieces
        Most telling kind first; one that overlaps an earlier one only adds what that lacks.
    taken
        Places that already mean something else.
    connects
        Matches what may stand between two pieces of one moment.
    now
        The callee's local time.
    """
    groups: list[Piece] = []
    for piece in _apart(pieces, list(taken)):
        if groups and groups[-1].takes(piece) and connects.match(line[groups[-1].end : piece.start]):
            groups[-1].join(piece)
        else:
            groups.append(piece)
    resolved = ((group, resolve(now, group.day, group.clock, group.part)) for group in groups)
    return [Match(group.start, group.end, value) for group, value in resolved if value is not None]


def _apart(pieces: Iterable[Piece], taken: list[tuple[int, int]]) -> list[Piece]:
    kept: list[Piece] = []
    for piece in pieces:
        if any(piece.start < end and start < piece.end for start, end in taken):
            continue
        covering = [other for other in kept if piece.start < other.end and other.start < piece.end]
        if not covering:
            kept.append(piece)
        elif len(covering) == 1 and covering[0].takes(piece) and not covering[0].clock:
            covering[0].join(piece)  # "tonight" is a day and a part of it
    return sorted(kept, key=lambda piece: piece.start)
