"""What a conversation can reach at all, from the first step on. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from voicebot.dialogue.script.model import Move, Script
from voicebot.dialogue.script.table import Cell, table_of


@dataclass(frozen=True, slots=True)
class Reach:
    """Names of what can be reached.

    Parameters
    ----------
    always, digressions
        Intents that lead anywhere from at least one step that is reached.
    first_of_debt
        Steps that can be the first to speak of the debt.
    """

    steps: frozenset[str]
    endings: frozenset[str]
    always: frozenset[str]
    digressions: frozenset[str]
    first_of_debt: frozenset[str]


def reach_of(script: Script) -> Reach:
    """Walk along every answer from the start, whatever its condition."""
    cells = _cells(script)
    moves = {name: list(_moves(script, name, cells[name])) for name in script.steps}
    steps = _walk([script.start], moves)
    endings = {move.end for name in steps for move in moves[name] if move.end}
    endings |= {script.voicemail.end, script.screener.end, script.limits.end}
    met = [cell for name in steps for cell in cells[name]]
    return Reach(
        frozenset(steps),
        frozenset(endings),
        frozenset(cell.intent for cell in met if cell.kind == "always"),
        frozenset(cell.intent for cell in met if cell.kind == "digression"),
        frozenset(_first_of_debt(script, moves)),
    )


def unidentified(script: Script) -> frozenset[str]:
    """Return the steps that can be reached while nobody has confirmed to be the person called.

    Until then a value is asked for again only where nothing that is said of it speaks of the debt.
    """
    cells = _cells(script)
    moves = {
        name: [
            *(move for move in _answers(script, name, cells[name]) if not move.right_party),
            *(
                move
                for slot, move in _asked_again(script, name, cells[name])
                if not script.refusal_speaks_of_debt(script.slots[slot])
            ),
        ]
        for name in script.steps
    }
    return frozenset(_walk([script.start], moves))


def _cells(script: Script) -> Mapping[str, Sequence[Cell]]:
    """Return the cells of the table by step."""
    cells: dict[str, list[Cell]] = {name: [] for name in script.steps}
    for cell in table_of(script).cells:
        cells[cell.step].append(cell)
    return cells


def _moves(script: Script, name: str, cells: Sequence[Cell]) -> Iterable[Move]:
    """Every move that can be made from a step."""
    yield from _answers(script, name, cells)
    yield from (move for _, move in _asked_again(script, name, cells))


def _answers(script: Script, name: str, cells: Sequence[Cell]) -> Iterable[Move]:
    """The moves of answers and of a step that is used up; those after a move without a condition never are."""
    settled: set[str] = set()
    for cell in cells:
        if cell.move is None or cell.intent in settled:
            continue
        if cell.guard is None:
            settled.add(cell.intent)
        yield cell.move
        if script.transfer and cell.move.end and script.endings[cell.move.end].action == "transfer":
            yield script.transfer.failed
    yield script.exhausted
    step = script.steps[name]
    if step.exhausted:
        yield step.exhausted


def _asked_again(script: Script, name: str, cells: Sequence[Cell]) -> Iterable[tuple[str, Move]]:
    """The slots whose values may be refused or missing at a step, and the moves to the steps that ask for them."""
    intents = {cell.intent for cell in cells}
    for slot_name, slot in script.slots.items():
        if slot.ask and (intents & slot.carriers or slot_name in script.steps[name].confirms):
            yield slot_name, Move(go=slot.ask)


def _walk(first: Iterable[str], moves: Mapping[str, Sequence[Move]], stop: Container[str] = ()) -> list[str]:
    """Steps that are reached, in order; nothing is followed from those in ``stop``."""
    found = list(dict.fromkeys(first))
    for name in found:  # grows while it is iterated
        if name not in stop:
            found += [go for go in dict.fromkeys(move.go for move in moves[name] if move.go) if go not in found]
    return found


def _first_of_debt(script: Script, moves: Mapping[str, Sequence[Move]]) -> set[str]:
    """From where the right person has confirmed, through steps that say nothing of the debt, to those that do."""
    speaking = {
        name
        for name, step in script.steps.items()
        for words in (step.say, step.again or step.say)
        if any(script.speaks_of_debt(line) for line in words.text)
    }
    entered = [move.go for ways in moves.values() for move in ways if move.right_party and move.go]
    return speaking.intersection(_walk(entered, moves, speaking))
