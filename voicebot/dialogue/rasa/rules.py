"""The table's cells as rules that exclude each other, and the names that Rasa knows them by. Pure.

The table is read in order, the first cell that fits wins; Rasa's rules have no order. So each cell becomes rules whose
conditions no other cell's meet: what an earlier guard has taken is left out of the later ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from voicebot.dialogue.script.comparison import parse
from voicebot.dialogue.script.model import Guard
from voicebot.dialogue.script.table import Cell, SlotState, Table, holds

STATES: Final[tuple[SlotState, ...]] = ("missing", "known", "given")
"""All states of a slot, in the order in which they are enumerated."""
_RESERVED: Final = frozenset({"back", "restart", "session_start", "nlu_fallback"})
"""Intents to which Rasa itself gives a meaning."""
_ACTION: Final = "utter_"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Parameters
    ----------
    states
        Slot → state that it must be in; slots that are not named may be in any.
    cell
        Where it leads.
    """

    states: Mapping[str, SlotState]
    cell: Cell


def rules_of(table: Table) -> tuple[Rule, ...]:
    """Return all rules of a table; together they decide every question as the table does, none two ways."""
    keys = dict.fromkeys((cell.step, cell.intent) for cell in table.cells)
    return tuple(rule for step, intent in keys for rule in _exclusive(table.of(step, intent)))


def guarded(table: Table) -> tuple[str, ...]:
    """Return the slots that any guard asks about, sorted."""
    return tuple(sorted({cell.guard.slot for cell in table.cells if cell.guard is not None}))


def guarded_here(table: Table, step: str, intent: str) -> tuple[str, ...]:
    """Return the slots that the guards of one step and intent ask about, in their order."""
    return tuple(dict.fromkeys(cell.guard.slot for cell in table.of(step, intent) if cell.guard is not None))


def every_state(slots: Iterable[str]) -> Iterator[dict[str, SlotState]]:
    """Yield every combination of states of some slots."""
    names = tuple(slots)
    for states in product(STATES, repeat=len(names)):
        yield dict(zip(names, states, strict=True))


def _exclusive(cells: Iterable[Cell]) -> Iterator[Rule]:
    """Yield the rules of one step and intent; ``open_`` is what no earlier cell has taken."""
    open_: list[dict[str, frozenset[SlotState]]] = [{}]
    for cell in cells:
        rest: list[dict[str, frozenset[SlotState]]] = []
        for region in open_:
            taken, left = _split(region, cell.guard)
            if taken is not None:
                yield from _spelled(taken, cell)
            if left is not None:
                rest.append(left)
        open_ = rest


def _split(
    region: dict[str, frozenset[SlotState]], guard: Guard | None
) -> tuple[dict[str, frozenset[SlotState]] | None, dict[str, frozenset[SlotState]] | None]:
    """Return the parts of a region that a guard takes and leaves."""
    if guard is None:
        return region, None
    states = region.get(guard.slot, frozenset(STATES))
    taken = frozenset(state for state in states if holds(guard, state))
    left = states - taken
    return ({**region, guard.slot: taken} if taken else None), ({**region, guard.slot: left} if left else None)


def _spelled(region: Mapping[str, frozenset[SlotState]], cell: Cell) -> Iterator[Rule]:
    """Yield one rule for each combination of states in a region; a slot that may be in any state is not named."""
    names = [slot for slot, states in region.items() if len(states) < len(STATES)]
    for states in product(*([state for state in STATES if state in region[name]] for name in names)):
        yield Rule(dict(zip(names, states, strict=True)), cell)


def action_of(target: str) -> str:
    """Name of Rasa's action for a target: ``utter_go_confirm`` for ``go:confirm``."""
    return _ACTION + target.replace(":", "_", 1)


def target_of_action(action: str) -> str:
    """Target of an action; empty for Rasa's own, which lead nowhere."""
    return action.removeprefix(_ACTION).replace("_", ":", 1) if action.startswith(_ACTION) else ""


def intent_name(intent: str) -> str:
    """Name of an intent as Rasa may know it: its own words for other things are evaded."""
    return f"{intent}-" if intent in _RESERVED else str(intent)


def intent_of(name: str) -> str:
    """Intent that a name stands for."""
    return name.removesuffix("-")


def state_slot(slot: str) -> str:
    """Name of Rasa's slot that holds the state of a script's slot, or of a comparison."""
    comparison = parse(slot)
    return f"state_{comparison.identifier if comparison else slot}"
