"""A recorded call's journal replayed: the path it took, and where another version of the script would have led.

Only what was understood is taken from the journal; where that leads is decided again, by the same pure conversation
that decides in calls. So a version can be tried on the calls of another before anybody hears it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from voicebot.call.clock import call_clock
from voicebot.dialogue.conversation import conversation
from voicebot.dialogue.drawing.counts import Turn, Walk
from voicebot.dialogue.script.model import Script, Slot
from voicebot.dialogue.talk import Act, Ending, Evidence, Lead, SlotValue, State, Understanding
from voicebot.journal import events
from voicebot.journal.events import Entry
from voicebot.journal.reader import first, wall_of


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a call would have ended.

    Parameters
    ----------
    goes_on
        Step whose question would be open at the end of the recorded call; empty if none would. What the
        callee would have answered is unknown; ``outcome`` is then what holds up to there.
    """

    outcome: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    goes_on: str = ""


def walk_of(journal: Iterable[Entry]) -> Walk | None:
    """Return the path that a call took, ``None`` if no question was ever asked."""
    start = ""
    turns: list[Turn] = []
    hung_up = False
    for entry in journal:
        match entry.event:
            case events.QuestionBegun(step=step):
                start = start or step
            case events.Turn() as turn:
                turns.append(Turn(turn.taken, turn.step, turn.ending))
            case events.HungUp(by_callee=by_callee):
                hung_up = by_callee
    return Walk(start, tuple(turns), hung_up) if start else None


def variant_of(journal: Iterable[Entry]) -> str:
    """Return the variant of its script that a call used, empty if there were none."""
    found = first(journal, events.CallPlanned)
    return found[1].variant if found else ""


def replay(script: Script, lead: Lead, rehearsal_day: date | None, journal: Sequence[Entry]) -> Replayed:
    """Replay a recorded call with a script.

    Parameters
    ----------
    script
        The version to try, or the variant of it that this lead gets; not the one that the call was made with, as a
        rule.
    rehearsal_day
        The day on which a rehearsed call took place; ``None`` for real calls.
    journal
        Of an answered call.

    Returns
    -------
    Replayed
        A transfer that the recorded call did not have counts as answered, since nobody knows.
    """
    walk = _Walk(script, lead, rehearsal_day, journal)
    for entry in journal:
        walk.take(entry)
    return walk.result()


class _Walk:
    """A conversation driven by what another one understood."""

    def __init__(self, script: Script, lead: Lead, rehearsal_day: date | None, journal: Sequence[Entry]) -> None:
        self._script, self._lead = script, lead
        self._at = 0.0
        wall = wall_of(journal) or 0.0
        self._now = call_clock(lead.timezone, rehearsal_day, wall=lambda: wall + self._at, monotonic=lambda: self._at)
        self._state, self._act = conversation.open_conversation(script, lead, self._now())
        self._understood: dict[int, events.Understood] = {}
        self._cut: set[str] = set()
        """Lines that were begun and not (yet) said to their end."""
        self._hung_up = False

    def take(self, entry: Entry) -> None:
        self._at = entry.at
        match entry.event:
            case events.LineBegun(line=line):
                self._cut.add(line)
            case events.LineSaid(line=line):
                self._cut.discard(line)
            case events.Understood() as understood:
                self._understood[understood.query] = understood
            case events.Turn() as turn:
                heard = self._understood.get(turn.query) or events.Understood(turn.query, turn.intent, policy="engine")
                self._go(*conversation.apply(self._script, self._lead, self._said(), self._meant(heard), self._now()))
            case events.Transferred(answered=False) if self._transfers():
                self._go(*conversation.transfer_failed(self._script, self._lead, self._said(), self._now()))
            case events.HungUp(by_callee=by_callee):
                self._hung_up = by_callee

    def result(self) -> Replayed:
        ending: Ending | None = self._act.ending
        if ending is None:
            ending = conversation.hung_up(self._script, self._state)
            open_step = "" if self._hung_up else self._state.step
            return Replayed(ending.outcome, ending.slots, open_step)
        return Replayed(ending.outcome, ending.slots)

    def _go(self, state: State, act: Act) -> None:
        self._state, self._act = state, act

    def _said(self) -> State:
        """The state after the lines of the last turn; what was not said in the recorded call counts as said here."""
        state = self._state
        for line in self._act.lines:
            if line.key not in self._cut and line.key not in state.said:
                state = conversation.said(state, line.key)
        self._cut.clear()
        return state

    def _transfers(self) -> bool:
        return self._act.ending is not None and self._act.ending.action == "transfer"

    def _meant(self, heard: events.Understood) -> Understanding:
        slots = {}
        for name, value in heard.slots.items():
            slot = self._script.slots.get(name)
            read = _value(slot, value) if slot else None
            if read is not None:
                slots[name] = read
        return Understanding(
            heard.intent,
            heard.confidence,
            heard.ranking,
            slots,
            policy=heard.policy or "engine",
            also=heard.also,
            recognition=heard.recognition,
            evidence=Evidence(
                heard.literal, heard.agreement, heard.second_ear, heard.pace, heard.yes, heard.introduced
            ),
        )


def _value(slot: Slot, value: Any) -> SlotValue | None:
    """Read a value from a journal; ``None`` if the slot does not accept it."""
    try:
        match slot.type:
            case "date":
                return date.fromisoformat(value)
            case "time":
                return datetime.fromisoformat(value)
            case "money":
                return Decimal(value)
            case "yes_no":
                return value if isinstance(value, bool) else None
            case _:
                return str(value)
    except (TypeError, ValueError, InvalidOperation):
        return None
