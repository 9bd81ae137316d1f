"""Conformance: a trained model is asked about every cell and compared with the table. Pure.

Every step is asked with every intent, with every combination of states of the slots that its guards ask about, as the
first turn and after another, once with all other slots missing and once with all of them known. Where the table has a
cell the model must name its target; where it has none the model is free, and what it would do is listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voicebot.dialogue.rasa.project import intents_of
from voicebot.dialogue.rasa.rules import (
    action_of,
    every_state,
    guarded,
    guarded_here,
    intent_name,
    state_slot,
    target_of_action,
)
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.table import SlotState, Table, table_of

Turn = tuple[dict[str, str], str, str]
"""An earlier turn as Rasa is told of it: slots, intent, action."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a conformance run.

    Parameters
    ----------
    states
        State of every slot that any guard asks about.
    history
        Turns before.
    """

    step: str
    intent: str
    states: Mapping[str, SlotState]
    history: tuple[Turn, ...] = ()

    def asked(self) -> tuple[dict[str, str], str, tuple[Turn, ...]]:
        """Return what the model is asked."""
        return slots_of(self.step, self.states), intent_name(self.intent), self.history


@dataclass(frozen=True, slots=True)
class Difference:
    """What the model would do where it differs from the table, else an empty string."""

    step: str
    intent: str
    states: Mapping[str, SlotState]
    table: str
    model: str
    confidence: float
    policy: str

    def __str__(self) -> str:
        states = ", ".join(f"{slot} {state}" for slot, state in self.states.items() if state != "missing")
        where = f"{self.step}, {self.intent}" + (f", {states}" if states else "")
        return f"{where}: {self.table or 'nothing'} in the table, {self.model or 'nothing'} by {self.policy}"


@dataclass(frozen=True, slots=True)
class Conformance:
    """The result.

    Parameters
    ----------
    asked
        How many questions.
    mismatches
        Where the table has a cell, and the model leads elsewhere. A model with any is not used.
    free
        Where the table has no cell, and the model would do something.
    """

    asked: int
    mismatches: tuple[Difference, ...] = ()
    free: tuple[Difference, ...] = field(default=())


def slots_of(step: str, states: Mapping[str, SlotState]) -> dict[str, str]:
    """Return Rasa's slots for a step and the states of the script's slots."""
    return {"step": step, **{state_slot(slot): state for slot, state in states.items()}}


def questions(script: Script) -> tuple[Question, ...]:
    """Return all questions about a script."""
    return tuple(_questions(script, table_of(script)))


def _questions(script: Script, table: Table) -> Iterator[Question]:
    slots = guarded(table)
    before = _turn_before(script, table)
    for step in script.steps:
        for intent in intents_of(script):
            for states in every_state(guarded_here(table, step, intent)):
                yield Question(step, intent, {slot: states.get(slot, "missing") for slot in slots})
                yield Question(step, intent, {slot: states.get(slot, "known") for slot in slots}, before)


def _turn_before(script: Script, table: Table) -> tuple[Turn, ...]:
    states: dict[str, SlotState] = dict.fromkeys(guarded(table), "missing")
    intent = table.intents(script.start)[0]
    cell = table.find(script.start, intent, states)
    target = cell.target if cell else "retry:no_match"
    return ((slots_of(script.start, states), intent_name(intent), action_of(target)),)


def compare(script: Script, answers: Sequence[Mapping[str, Any]]) -> Conformance:
    """Compare a model's answers with the table.

    Parameters
    ----------
    answers
        One for each of ``questions``, in order: ``action``, ``confidence``, ``policy``.

    Raises
    ------
    ValueError
        There are not as many answers as questions.
    """
    table = table_of(script)
    mismatches: list[Difference] = []
    free: list[Difference] = []
    asked = questions(script)
    for question, answer in zip(asked, answers, strict=True):
        cell = table.find(question.step, question.intent, question.states)
        target = cell.target if cell else ""
        got = target_of_action(str(answer["action"]))
        if got == target:
            continue
        found = Difference(
            question.step, question.intent, question.states, target, got, float(answer["confidence"]),
            str(answer["policy"]),
        )  # fmt: skip
        (mismatches if cell else free).append(found)
    return Conformance(len(asked), tuple(mismatches), tuple(free))
