"""The conversation: where it stands, what was understood → where it goes and what is said. Pure.

Whether what was heard is proof enough is in ``proof.py``, how one turn is taken in ``turn.py``, what a conversation
came to in ``ending.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from voicebot.dialogue.conversation import proof
from voicebot.dialogue.conversation.ending import ending, recorded
from voicebot.dialogue.conversation.lines import Speaker
from voicebot.dialogue.conversation.turn import TurnTaking
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.table import SlotState
from voicebot.dialogue.talk import Act, Ending, Lead, State, Understanding


def open_conversation(script: Script, lead: Lead, now: datetime, *, recorded: bool = True) -> tuple[State, Act]:
    """Begin: the opening and the first question; ``recorded``: whether the call is recorded."""
    turn = TurnTaking(script, lead, State(step=script.start, recorded=recorded), now)
    return turn.open()


def apply(script: Script, lead: Lead, state: State, understanding: Understanding, now: datetime) -> tuple[State, Act]:
    """Take one turn.

    Parameters
    ----------
    state
        Where the conversation stands.
    understanding
        What the callee said or did.
    now
        Local date and time of the call.

    Returns
    -------
    State, Act
        The next state, and what to say before listening again or ending.
    """
    return proof.take(script, lead, state, understanding, now)


def asks(
    script: Script, lead: Lead, state: State, understanding: Understanding, now: datetime
) -> tuple[str, str, Mapping[str, SlotState]]:
    """Return what the table is asked about an understanding: step, intent, and the state of every condition."""
    return TurnTaking(script, lead, state, now).asks(understanding)


def said(state: State, line_key: str) -> State:
    """Note that a line was played to its end."""
    return replace(state, said=(*state.said, line_key))


def transfer_failed(script: Script, lead: Lead, state: State, now: datetime) -> tuple[State, Act]:
    """Go on after nobody took the transfer."""
    turn = TurnTaking(script, lead, replace(state, ending=""), now)
    if script.transfer is None:
        return turn.end(script.limits.end)
    return turn.follow(script.transfer.failed, ("transfer", "failed"), "transfer_failed")


def hung_up(script: Script, state: State) -> Ending:
    """Return what the call came to if the callee hangs up now."""
    if state.ending and script.endings[state.ending].action != "transfer":
        return ending(script, state.ending, state)
    slots = {} if state.outcome_so_far == "hung_up" else recorded(script, state.outcome_so_far, state)
    return Ending(state.outcome_so_far, slots=slots, counts_as=script.outcomes.get(state.outcome_so_far, ""))


def possible_speech(script: Script, lead: Lead, now: datetime) -> dict[float, tuple[str, ...]]:
    """Return every text that can be known before dialling, by the speed at which it is spoken."""
    found: dict[float, list[str]] = {}
    for text, speed in Speaker(script, lead, now).possible():
        found.setdefault(speed, []).append(text)
    return {speed: tuple(texts) for speed, texts in found.items()}
