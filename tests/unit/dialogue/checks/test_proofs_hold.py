"""What the checks prove of a random script, no random walk through its conversations ever breaks."""

from __future__ import annotations

import random
from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from tests.unit.dialogue.random_scripts import INTENTS, random_scripts
from tests.unit.examples import times
from voicebot.dialogue.checks import FAMILIES, samples
from voicebot.dialogue.checks.endings import AFTER_LIMIT
from voicebot.dialogue.checks.graph import explore
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.conversation import conversation
from voicebot.dialogue.conversation.lines import debt_keys
from voicebot.dialogue.script.model import PROMISES, Script
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.talk import Act, EngineIntent, Lead, SlotValue, State, Understanding

WALKS = 12

Turn = tuple[State, Understanding, State, Act]


def walks(script: Script, lead: Lead, chance: random.Random) -> Iterator[Turn]:
    """Take random turns, hear lines to their end, until the conversation is over."""
    state, act = conversation.open_conversation(script, lead, samples.NOW)
    yield state, Understanding(""), state, act
    for _ in range(script.limits.turns + AFTER_LIMIT):
        for line in act.lines:
            state = conversation.said(state, line.key)
        heard = _heard(script, lead, chance)
        before = state
        state, act = conversation.apply(script, lead, before, heard, samples.NOW)
        yield before, heard, state, act
        if state.ending:
            return
    raise AssertionError(f"no end after {len(state.history)} turns")


def _heard(script: Script, lead: Lead, chance: random.Random) -> Understanding:
    intent = chance.choice([*INTENTS, *list(EngineIntent)[:3]])
    also = (chance.choice(["affirm", "deny"]),) if chance.random() < 0.2 else ()
    slots: dict[str, SlotValue] = {}
    for name, slot in script.slots.items():
        values = (*samples.accepted(script, name, lead), *samples.refused(slot, lead), lead.amount)
        if intent in slot.carriers and chance.random() < 0.5:
            slots[name] = chance.choice(values)
    return Understanding(intent, slots=slots, also=also)


@given(script=random_scripts(most_steps=3), seed=st.integers(0, 10**6))
@settings(max_examples=times(0.2), phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_no_walk_breaks_what_was_proved_or_leaves_the_graph(script: Script, seed: int) -> None:
    """Every step and ending that a random walk comes to was found; so were the cells that it took."""
    graphs = tuple(explore(script, lead) for lead in samples.leads(script))
    subject = Subject(script, graphs)
    faults = {one.id for family in FAMILIES.values() for one in family(subject) if one.severity == "fault"}
    event("no faults" if not faults else "faults")
    every = {cell.id for cell in table_of(script).cells}
    chance = random.Random(seed)
    for graph in graphs:
        places = {(node.state.step, node.state.right_party, node.state.ending) for node in graph.nodes}
        cells = {cell.id for cell in graph.cells}
        for _ in range(WALKS):
            told: set[str] = set()
            for turn in walks(script, graph.lead, chance):
                keeps_what_was_proved(script, faults, told, turn)
                before, _, state, act = turn
                if state.ending == script.limits.end and len(state.history) >= script.limits.turns:
                    continue
                assert (state.step, state.right_party, state.ending) in places, (before, act.taken)
                assert set(act.taken) & every <= cells


def keeps_what_was_proved(script: Script, faults: set[str], told: set[str], turn: Turn) -> None:
    """Look at one turn; ``told`` gathers the disclosures that were made."""
    before, heard, state, act = turn
    of_debt = debt_keys(script)
    collectors = {name for name, part in script.disclosures.items() if part.before == "debt"}
    if "debt-before-identity" not in faults:
        assert act.withheld == ()
    for line in act.lines:
        assert state.right_party or line.key not in of_debt
        told |= {line.disclosure} - {""}
        assert line.key not in of_debt or collectors <= told
    if "stop-calling-not-honoured" not in faults and heard.intent == "stop_calling":
        assert act.ending
        assert act.ending.outcome == "do_not_call"
    if act.ending and act.ending.outcome in PROMISES:
        record = script.endings[state.ending].record
        if "promise-not-confirmed" not in faults:
            assert record
            assert set(record) <= set(script.steps[before.step].confirms)
        if not {"promise-not-confirmed", "promise-changed-unconfirmed"} & faults:
            assert all(act.ending.slots.get(name) == before.slots.get(name) for name in record)
        if "recorded-without-value" not in faults:
            assert set(record) <= set(act.ending.slots)
