"""How calls went through a script: who came to each step, what was taken from there, who hung up. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from voicebot.dialogue.script import Script
from voicebot.dialogue.table import Cell, table_of
from voicebot.dialogue.talk import EngineIntent

Way = tuple[str, str]
"""Step, and canonical id of where it led (``go:when``, ``end:dispute``, ``stay:when``, ``digress:wait``)."""

_HOPS: Final = 3


@dataclass(frozen=True, slots=True)
class Taken:
    """One turn of a call.

    Parameters
    ----------
    step
        Where the question stood.
    intents
        What was understood, the weightiest first.
    to
        Step that came next; ``ending`` is the ending that came instead, or empty.
    """

    step: str
    intents: tuple[str, ...]
    to: str
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """One call's way through a script: its turns, and whether the callee hung up before it was over."""

    start: str
    turns: tuple[Taken, ...]
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
    calls = 0
    counted: dict[str, Counter[str]] = {name: Counter() for name in ("reached", "hung_up", "always", "endings")}
    ways: Counter[Way] = Counter()
    dropped: Counter[Way] = Counter()
    for walk in walks:
        calls += 1
        hops = [list(_hops(script, turn)) for turn in walk.turns]
        own = {(hop.step, hop.key) for turn in hops for hop in turn if hop.own}
        ways.update(own)
        counted["always"].update({hop.key for turn in hops for hop in turn if not hop.own})
        steps = {walk.start, *(hop.step for turn in hops for hop in turn)}
        counted["reached"].update(steps | {turn.to for turn in walk.turns if not turn.ending})
        ending = next((turn.ending for turn in reversed(walk.turns) if turn.ending), "")
        if ending:
            counted["endings"][f"end:{ending}"] += 1
        elif walk.hung_up:
            counted["hung_up"][walk.turns[-1].to if walk.turns else walk.start] += 1
            dropped.update({(hop.step, hop.key) for hop in (hops[-1] if hops else ()) if hop.own})
    shares = {way: Share(count, dropped[way]) for way, count in ways.items()}
    return Tally(calls, counted["reached"], counted["hung_up"], shares, counted["always"], counted["endings"])


@dataclass(frozen=True, slots=True)
class _Hop:
    """One way taken: from a step, by a row of its own or by what holds everywhere."""

    step: str
    key: str
    own: bool


def _hops(script: Script, turn: Taken) -> Iterable[_Hop]:
    """Ways that one turn took: several where two answers were given in one breath, or where a step was passed
    because its value was known already. What no answer explains, the engine did.
    """
    if turn.step not in script.steps:
        return
    goal = f"end:{turn.ending}" if turn.ending else f"go:{turn.to}"
    cells = _staying(script, turn) if goal == f"go:{turn.step}" else _path(script, turn, goal)
    if not cells:
        yield _Hop(turn.step, f"exhausted:{goal}", own=True)
    for cell in cells:
        if cell.kind != "engine":
            yield _Hop(cell.step, cell.target, own=cell.kind == "own")


def _path(script: Script, turn: Taken, goal: str) -> Sequence[Cell]:
    """The shortest way from a turn's step to where it led, by the cells of what was said."""
    paths: list[tuple[Cell, ...]] = [()]
    for _ in range(_HOPS):
        longer: list[tuple[Cell, ...]] = []
        for path in paths:
            step = path[-1].target.removeprefix("go:") if path else turn.step
            asked = script.steps[step].asks if path else ""
            intents = (*turn.intents, *((script.slots[asked].intent,) if asked else ()))
            for cell in (cell for intent in dict.fromkeys(intents) for cell in table_of(script).of(step, intent)):
                if cell.target == goal:
                    return (*path, cell)
                if cell.target.startswith("go:") and cell.target != f"go:{step}":
                    longer.append((*path, cell))
        paths = longer
    return ()


def _staying(script: Script, turn: Taken) -> Sequence[Cell]:
    """What kept a conversation in its step; silence and what was not understood are the engine's."""
    kept = ("stay:", "hold:", "digress:", "retry:", f"go:{turn.step}")
    found = [
        cell
        for intent in turn.intents
        for cell in table_of(script).of(turn.step, intent)
        if cell.target.startswith(kept)
    ]
    return found[:1] or table_of(script).of(turn.step, EngineIntent.NO_MATCH)
