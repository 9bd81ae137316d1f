"""The state of every condition that a script's table asks for: of slots, and of comparisons. Pure.

The table, the checks and every policy look conditions up by name in one mapping: a slot by its name, a comparison by
its canonical text (``Guard.slot``), which is ``known`` where it holds and ``missing`` where it does not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from voicebot.dialogue.script.comparison import Comparison, Kind
from voicebot.dialogue.script.kept import once
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.parts import moves
from voicebot.dialogue.script.table import SlotState
from voicebot.dialogue.talk import Lead, SlotValue, State

TRIES: Final = "tries"
"""How often the current step's question has been asked, this time included: 1 at its first answer."""

_LEAD_KINDS: Final[Mapping[str, Kind]] = {"amount_due": "amount", "due_date": "day", "days_past_due": "number"}
_SLOT_KINDS: Final[Mapping[str, Kind]] = {
    "date": "day",
    "time": "day",
    "money": "amount",
    "choice": "choice",
    "yes_no": "yes_no",
    "text": "text",
}


@once
def comparisons(script: Script) -> tuple[Comparison, ...]:
    """Return every comparison that the script makes, each once."""
    found = [move.condition.comparison for _, move in moves(script) if move.condition]
    return tuple(dict.fromkeys(one for one in found if one))


def kind(script: Script, name: str) -> Kind | None:
    """Return what a name in a comparison stands for; ``None``: it cannot be compared."""
    if name == TRIES:
        return "number"
    if name in script.slots:
        return _SLOT_KINDS.get(script.slots[name].type)
    if name in {*script.lead.needs, *script.lead.may_have}:
        return "text"
    return _LEAD_KINDS.get(name)


def names(script: Script) -> tuple[str, ...]:
    """Return every name that a comparison of this script may use."""
    return (
        TRIES,
        *(name for name, slot in script.slots.items() if slot.type in _SLOT_KINDS),
        *_LEAD_KINDS,
        *script.lead.needs,
        *script.lead.may_have,
    )


def tries(state: State) -> int:
    """Return how often the current step's question has been asked."""
    return 1 + state.retries.get("no_input", 0) + state.retries.get("no_match", 0)


def states(  # noqa: PLR0917 - everything that a condition may ask for
    script: Script,
    lead: Lead,
    slots: Mapping[str, SlotValue],
    given: Collection[str],
    tried: int,
    now: datetime,
) -> dict[str, SlotState]:
    """Return the state of every condition; what is not named is ``missing``.

    Parameters
    ----------
    slots
        Values, those of this utterance included.
    given
        Slots to which this utterance gave a value that they did not have.
    tried
        See ``tries``.
    now
        Local time of the call, for the days past due.
    """

    def value(name: str) -> object:
        if name == TRIES:
            return tried
        if name in slots:
            return slots[name]
        if name == "amount_due":
            return lead.amount
        if name == "due_date":
            return lead.due_date
        if name == "days_past_due":
            return max(0, (now.date() - lead.due_date).days)
        return lead.more.get(name) or None

    found: dict[str, SlotState] = {name: ("given" if name in given else "known") for name in slots}
    for comparison in comparisons(script):
        if comparison.holds(value):
            found[str(comparison)] = "known"
    return found
