"""The table's cells as rules that exclude each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.rasa.rules import (
    action_of,
    every_state,
    guarded_here,
    intent_name,
    intent_of,
    rules_of,
    target_of_action,
)
from voicebot.dialogue.script.model import Guard
from voicebot.dialogue.script.table import Cell, Table

SLOTS = ("a", "b", "c")
GUARDS = st.none() | st.builds(Guard, slot=st.sampled_from(SLOTS), state=st.sampled_from(["given", "known", "missing"]))
CELLS = st.lists(
    st.tuples(st.sampled_from(["one", "two"]), st.sampled_from(["affirm", "deny"]), GUARDS), max_size=10
).map(lambda rows: [Cell(step, intent, guard, f"go:t{n}", "own") for n, (step, intent, guard) in enumerate(rows)])


@given(CELLS)
def test_rules_decide_as_the_table_does_and_never_two_ways(cells: list[Cell]) -> None:
    """Every question: at most one rule's conditions hold, and it is the cell that the table finds."""
    table = Table(cells)
    rules = rules_of(table)
    for step, intent in {(cell.step, cell.intent) for cell in cells}:
        for states in every_state(SLOTS):
            holding = [
                rule.cell
                for rule in rules
                if (rule.cell.step, rule.cell.intent) == (step, intent)
                and all(states[slot] == state for slot, state in rule.states.items())
            ]
            cell = table.find(step, intent, states)
            assert holding == ([cell] if cell else [])
        assert set(guarded_here(table, step, intent)) <= set(SLOTS)


@given(
    st.sampled_from(["go", "end", "stay", "hold", "digress", "retry", "machine"]),
    st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True),
)
def test_targets_survive_as_names_of_actions(kind: str, name: str) -> None:
    assert target_of_action(action_of(f"{kind}:{name}")) == f"{kind}:{name}"


def test_rasas_own_actions_lead_nowhere() -> None:
    assert target_of_action("action_default_fallback") == ""
    assert target_of_action("action_listen") == ""


def test_intents_to_which_rasa_gives_a_meaning_are_evaded() -> None:
    names = ["restart", "back", "session_start", "nlu_fallback", "affirm", "out_of_scope"]
    assert [intent_of(intent_name(name)) for name in names] == names
    assert not {"restart", "back", "session_start", "nlu_fallback"} & {intent_name(name) for name in names}
