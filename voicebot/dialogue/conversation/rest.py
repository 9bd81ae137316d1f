"""The second part of an offer in two parts: it is taken whole, with the first, or not at all. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from voicebot.dialogue.conversation.values import is_all, refusal
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.talk import Lead, SlotValue


def rests(script: Script) -> tuple[str, ...]:
    """Return the slots that hold the second part of an offer."""
    return tuple(name for name, slot in script.slots.items() if slot.rest_of)


def whole(script: Script, slots: Mapping[str, SlotValue], lead: Lead, now: datetime) -> Mapping[str, SlotValue]:
    """Return the values of an utterance, those of a second part only where all of it can be accepted.

    Parameters
    ----------
    slots
        As heard.
    now
        Local time of the call.
    """
    names = rests(script)
    if not any(name in slots for name in names):
        return slots
    amounts = [script.slots[name].rest_of for name in names if script.slots[name].type == "money"]
    told = all(name in slots for name in (*names, *amounts))
    if told and not any(
        refusal(script.slots[name], slots[name], lead, now) or is_all(slots[name], lead) for name in (*names, *amounts)
    ):
        return slots
    return {name: value for name, value in slots.items() if name not in names}


def stale(script: Script, slots: Mapping[str, SlotValue], heard: Mapping[str, SlotValue]) -> tuple[str, ...]:
    """Return the slots of a second part that no longer goes with the first: that has another amount, or none.

    Parameters
    ----------
    slots
        What is known, the values of this utterance included.
    heard
        The values of this utterance; nothing where a value was withdrawn.
    """
    names = rests(script)
    for name in names:
        first = script.slots[name].rest_of
        if script.slots[name].type == "money" and (first not in slots or (first in heard and name not in heard)):
            return names
    return ()
