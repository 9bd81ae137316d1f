"""What a conversation comes to: the outcome, and the values that are recorded with it. Pure."""

from __future__ import annotations

from voicebot.dialogue.script.model import Script
from voicebot.dialogue.talk import Ending, SlotValue, State


def ending(script: Script, name: str, state: State) -> Ending:
    """Return what the ending called ``name`` makes of a conversation that stands at ``state``."""
    part = script.endings[name]
    outcome = script.outcome(name)
    if part.or_noted and state.outcome_so_far != "hung_up":
        outcome = state.outcome_so_far
    slots = {slot: state.slots[slot] for slot in part.record if slot in state.slots}
    return Ending(outcome, part.action, part.extension, slots, script.outcomes.get(outcome, ""))


def recorded(script: Script, outcome: str, state: State) -> dict[str, SlotValue]:
    """Return the slots that an outcome noted on the way is recorded with."""
    names = {slot for name, part in script.endings.items() if script.outcome(name) == outcome for slot in part.record}
    return {slot: value for slot, value in state.slots.items() if slot in names}
