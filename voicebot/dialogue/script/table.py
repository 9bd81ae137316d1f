"""A script's canonical transition table: (step, intent, guard) → target.

Everything that decides where a conversation goes reads this one table: the executor in process, the drawing, the
checks, and what is compiled for other policies. A target has an id of its own, so that two executors can be
compared cell by cell. The engine's own events (silence, misunderstanding, machines) are cells as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from voicebot.dialogue.script.kept import once
from voicebot.dialogue.script.model import Guard, Move, Script
from voicebot.dialogue.talk import EngineIntent

Kind = Literal["own", "always", "digression", "engine"]
SlotState = Literal["given", "known", "missing"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Parameters
    ----------
    guard
        Condition on a slot, or a comparison; ``None``: taken when no earlier cell of the same step and intent fits.
    target
        Canonical id: ``go:STEP``, ``end:ENDING``, ``stay:STEP``, ``hold:STEP``, ``digress:NAME``,
        ``retry:KIND``, ``machine:KIND``.
    move
        What the script writes about it, where it does.
    path
        Where it stands in the script, for line keys and problems.
    kind
        ``own``: the step's own answer; ``always`` and ``digression``: the same in every step; ``engine``.
    """

    step: str
    intent: str
    guard: Guard | None
    target: str
    kind: Kind
    move: Move | None = None
    path: tuple[str | int, ...] = ()

    @property
    def id(self) -> str:
        """Name of the cell among all of its script: ``when promise_to_pay if promise_date known``."""
        return f"{self.step} {self.intent}" + (f" if {self.guard}" if self.guard else "")


class Table:
    """All cells of a script, in the order in which they are tried."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        self.cells = tuple(cells)
        self.by_id: Mapping[str, Cell] = {cell.id: cell for cell in reversed(self.cells)}
        self._by_key: dict[tuple[str, str], list[Cell]] = {}
        for cell in self.cells:
            self._by_key.setdefault((cell.step, cell.intent), []).append(cell)

    def find(self, step: str, intent: str, slots: Mapping[str, SlotState]) -> Cell | None:
        """Return the cell that an intent meets in a step, or ``None``: it fits nothing there.

        Parameters
        ----------
        slots
            State of each slot and comparison (``conditions.states``); what is not named is ``missing``.
        """
        for cell in self._by_key.get((step, intent), ()):
            if cell.guard is None or holds(cell.guard, slots.get(cell.guard.slot, "missing")):
                return cell
        return None

    def of(self, step: str, intent: str) -> tuple[Cell, ...]:
        """Return all cells of an intent in a step, in order."""
        return tuple(self._by_key.get((step, intent), ()))

    def intents(self, step: str) -> tuple[str, ...]:
        """Return the intents that the step itself answers, in the script's order."""
        return tuple(dict.fromkeys(cell.intent for cell in self.cells if cell.step == step and cell.kind == "own"))


def holds(guard: Guard, state: SlotState) -> bool:
    """Return whether a guard holds for a slot's state; a value that was just given is known, too."""
    return state == guard.state or (guard.state == "known" and state == "given")


@once
def table_of(script: Script) -> Table:
    """Return the script's table."""
    return Table(_cells(script))


def target_of(step: str, move: Move) -> str:
    """Return the canonical id of where a move leads."""
    if move.end:
        return f"end:{move.end}"
    if move.go:
        return f"go:{move.go}"
    return f"stay:{step}" if move.stay else f"hold:{step}"


def _cells(script: Script) -> Iterable[Cell]:
    path: tuple[str | int, ...]
    for name, step in script.steps.items():
        for intent, moves in step.answers.items():
            for index, move in enumerate(moves):
                path = ("steps", name, "answers", intent, index)
                yield Cell(name, intent, move.condition, target_of(name, move), "own", move, path)
        for intent, moves in script.always.items():
            if intent in step.answers:
                continue
            for index, move in enumerate(moves):
                path = ("always", intent, index)
                yield Cell(name, intent, move.condition, target_of(name, move), "always", move, path)
        for intent in script.digressions:
            if intent not in step.answers and intent not in script.always:
                yield Cell(name, intent, None, f"digress:{intent}", "digression", None, ("digressions", intent))
        for engine in (EngineIntent.NO_INPUT, EngineIntent.NO_MATCH):
            yield Cell(name, engine, None, f"retry:{engine}", "engine")
        for machine in (EngineIntent.VOICEMAIL, EngineIntent.SCREENER):
            yield Cell(name, machine, None, f"machine:{machine}", "engine", None, (str(machine),))
