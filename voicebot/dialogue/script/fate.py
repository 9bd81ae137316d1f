"""What a cell of the table decides about the callee: the one place where that is derived. Pure.

It follows from what the cell does (ends the call, tells the debt, bars the number, leads on) and from what the
script's designer says that the intent costs (``consequence``), where the cell carries it out. A cell that asks again
or answers a question decides nothing, whatever was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from voicebot.dialogue.script.consequence import Consequence, gravest
from voicebot.dialogue.script.model import BARRING, Script
from voicebot.dialogue.script.table import Cell, table_of


def declared(script: Script, intent: str) -> Consequence | None:
    """Return the consequence that a script writes at an intent; ``None`` where it writes none."""
    part = script.intents.get(intent)
    return part.consequence if part else None


def effect(script: Script, cell: Cell) -> Consequence:
    """Return what a cell does, whatever its intent is said to cost."""
    move = cell.move
    if move is None or move.stay or move.hold:
        return "none"
    if move.end:
        return "bars" if script.counts_as(script.outcome(move.end)) in BARRING else "ends"
    return "ends" if move.right_party else "asks"


def consequence(script: Script, cell: Cell) -> Consequence:
    """Return how grave it is to take a cell by mistake.

    A held answer is taken up later without being heard again, so it counts as what its intent costs.
    """
    written = declared(script, cell.intent)
    if cell.move is not None and cell.move.hold:
        return written or "asks"
    done = effect(script, cell)
    return gravest(done, written or "none") if cell.move is not None and cell.move.end else done


def of_answer(script: Script, step: str, intent: str) -> Consequence:
    """Return how grave an intent may be as an answer to a step: the gravest of its cells there."""
    return gravest(*(consequence(script, cell) for cell in table_of(script).of(step, intent)))


def of_turn(script: Script, taken: Iterable[str]) -> Consequence:
    """Return how grave a turn is: the gravest of the cells that it took (``Act.taken``)."""
    return gravest(*(consequence(script, cell) for cell in _cells(script, taken)))


def tells(script: Script, taken: Iterable[str]) -> bool:
    """Return whether a turn takes the callee for the person called, to whom the debt may be told."""
    return any(cell.move is not None and cell.move.right_party for cell in _cells(script, taken))


def _cells(script: Script, taken: Iterable[str]) -> Iterator[Cell]:
    names = table_of(script).by_id
    return (names[one] for one in taken if one in names)
