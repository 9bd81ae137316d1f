"""How calls went through a script: who came to each step, what was taken from there, who hung up. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.table import table_of

Way = tuple[str, str]
"""Step, and canonical id of where it led (``go:when``, ``end:dispute``, ``stay:when``, ``digress:wait``)."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a call.

    Parameters
    ----------
    taken
        How the table led on (``Act.taken``): ids of cells, ``STEP exhausted`` …
    to
        Step that came next; ``ending`` is the ending that came instead, or empty.
    """

    taken: tuple[str, ...]
    to: str
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """One call's way through a script: its turns, and whether the callee hung up before it was over."""

    start: str
    turns: tuple[Turn, ...]
    hung_up: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """Calls that took one way, and how many of them were ended by the callee at the very next question."""

    calls: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of calls, each call counted once wherever it passed more than once.

    Parameters
    ----------
    reached, hung_up
        By step.
    ways
        By step and target.
    always
        By canonical id of the target, of what holds in every step: moves (``go:``, ``end:``) and digressions.
    endings
        By ``end:NAME``.
    """

    calls: int
    reached: Mapping[str, int] = field(default_factory=dict)
    hung_up: Mapping[str, int] = field(default_factory=dict)
    ways: Mapping[Way, Share] = field(default_factory=dict)
    always: Mapping[str, int] = field(default_factory=dict)
    endings: Mapping[str, int] = field(default_factory=dict)


def tally(script: Script, walks: Iterable[Walk]) -> Tally:
    """Count calls over a script's ways."""
    cells = {cell.id: cell for cell in table_of(script).cells}
    calls = 0
    reached: Counter[str] = Counter()
    hung_up: Counter[str] = Counter()
    ways: Counter[Way] = Counter()
    dropped: Counter[Way] = Counter()
    always: Counter[str] = Counter()
    endings: Counter[str] = Counter()
    for walk in walks:
        calls += 1
        own: set[Way] = set()
        last: set[Way] = set()
        everywhere: set[str] = set()
        steps = {walk.start}
        for turn in walk.turns:
            found = [cells[one] for one in turn.taken if one in cells]
            last = {(cell.step, cell.target) for cell in found if cell.kind == "own"} | _exhausted(turn)
            own |= last
            everywhere |= {cell.target for cell in found if cell.kind in {"always", "digression"}}
            steps |= {cell.step for cell in found} | (set() if turn.ending else {turn.to})
        reached.update(steps)
        ways.update(own)
        always.update(everywhere)
        ending = walk.turns[-1].ending if walk.turns else ""
        if ending:
            endings[f"end:{ending}"] += 1
        elif walk.hung_up:
            hung_up[walk.turns[-1].to if walk.turns else walk.start] += 1
            dropped.update(last)
    shares = {way: Share(count, dropped[way]) for way, count in ways.items()}
    return Tally(calls, reached, hung_up, shares, always, endings)


def _exhausted(turn: Turn) -> set[Way]:
    """The way that a step took when nothing, or nothing that fits, was said too often."""
    goal = f"end:{turn.ending}" if turn.ending else f"go:{turn.to}"
    return {(one.partition(" ")[0], f"exhausted:{goal}") for one in turn.taken if one.endswith(" exhausted")}
