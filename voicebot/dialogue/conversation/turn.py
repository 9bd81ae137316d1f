"""One turn of a conversation: what was understood → where it goes and what is said. Pure.

Whether it was heard surely enough to be taken at all is decided before, in ``proof.py``.

In order:

1. A conversation that is over stays over; one that is too long ends.
2. The engine's own events: silence, misunderstanding, machines.
3. Values are accepted or refused (``values.py``); a refused one is asked for again.
4. The table says where the intent leads from this step. Two intents said in one breath ("yes, but I already paid")
   are taken one after the other where the step does not answer the weightier one itself: the answer that fits here
   leads on, the other is carried to the next step.
5. A step whose value is known already is skipped; a step that reads a value back is entered only when it has one.

Rules that hold whatever a script says: the debt is not spoken of before the right party is confirmed; disclosures
are said in full, uncut, before what they must precede (only lines that were played to their end count); a promise
is recorded only by an ending of a step that read it back; every conversation ends within a bounded number of turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from voicebot.dialogue.conversation.disclosing import disclosed
from voicebot.dialogue.conversation.ending import ending
from voicebot.dialogue.conversation.hints import phrases
from voicebot.dialogue.conversation.lines import Speaker, key_of
from voicebot.dialogue.conversation.rest import stale, whole
from voicebot.dialogue.conversation.values import Refusal, is_all, refusal
from voicebot.dialogue.script import conditions
from voicebot.dialogue.script.model import EndingPart, Move, Script, Step, Words
from voicebot.dialogue.script.table import Cell, SlotState, Table, table_of
from voicebot.dialogue.talk import Act, EngineIntent, Lead, Line, Listening, SlotValue, State, Understanding

_LASTING: Final = ("digressions", "refused", "screener")
"""Counts that outlive a step; the others start again when the conversation moves on."""
MAX_REFUSED: Final = 3
MAX_STAYS: Final = 2
MAX_SCREENED: Final = 2
KEPT_FROM: Final = 0.85
"""Confidence from which something is taken up again later without being asked about: nobody hears it a second time."""
_HOPS: Final = 10
"""Steps that may be skipped in one turn; no script has so long a chain, and a broken one must not hang a call."""


def asked_about(intent: str) -> str:
    """Return the name under which is counted that a step has asked whether an intent was meant."""
    return f"unsure.{intent}"


class TurnTaking:
    """One turn being taken: the next state and the lines as they come together. Take one turn with each.

    Parameters
    ----------
    script, lead
        What is said to whom.
    state
        Where the conversation stands before the turn.
    now
        Local date and time of the call.
    """

    def __init__(self, script: Script, lead: Lead, state: State, now: datetime) -> None:
        self._script = script
        self._lead = lead
        self._now = now
        self._table: Table = table_of(script)
        self._speaker = Speaker(script, lead, now, recorded=state.recorded)
        self._before = state
        self._step = state.step
        self._slots: dict[str, SlotValue] = dict(state.slots)
        self._given: set[str] = set()
        self._retries: dict[str, int] = dict(state.retries)
        self._history = state.history
        self._outcome = state.outcome_so_far
        self._right_party = state.right_party
        self._held = state.held
        self._sure = True
        """Whether what is taken is sure enough to be kept for later."""
        self._unsure: Understanding | None = None
        self._lines: list[Line] = []
        self._taken: list[str] = []
        self._patience: float | None = None
        self._used_up = False

    # -- what the public functions call

    def open(self) -> tuple[State, Act]:
        """Begin with the opening and the first question."""
        if self._script.opening:
            self._say(self._script.opening, "opening")
        return self._ask("say")

    def take(self, understanding: Understanding) -> tuple[State, Act]:
        """Take what the callee said or did, believing it."""
        before = self._before
        if before.ending and (understanding.intent != "stop_calling" or before.outcome_so_far == "do_not_call"):
            return before, Act((), ending=ending(self._script, before.ending, before))
        intent = str(understanding.intent)
        self._sure = understanding.evidence.literal or understanding.confidence >= KEPT_FROM
        self._history = (*self._history, (self._step, intent))
        if intent in {EngineIntent.VOICEMAIL, EngineIntent.SCREENER}:
            return self._machine(intent, understanding.key)
        if len(self._history) >= self._script.limits.turns and not self._leads_out(intent):
            return self._give_up()
        if self._retries.get("screener"):
            return self._after_screener(understanding)
        if intent in {EngineIntent.NO_INPUT, EngineIntent.NO_MATCH}:
            return self._retry(intent)
        return self._answered(understanding)

    def _answered(self, understanding: Understanding) -> tuple[State, Act]:
        intent, refused = self._accept(str(understanding.intent), understanding)
        if refused:
            return self._refuse(*refused)
        return self._decide(intent, understanding.also)

    def not_understood(self, understanding: Understanding) -> tuple[State, Act]:
        """Take what is too uncertain to be anything: the question is put again."""
        return self._without(understanding) or self._retry(EngineIntent.NO_MATCH)

    def ask_whether(self, understanding: Understanding) -> tuple[State, Act]:
        """Ask whether this was said, in the words that the script has for it; without any the question is put again."""
        intent = str(understanding.intent)
        part, key = self._script.intents.get(intent), f"intents.{intent}.confirm"
        over = self._without(understanding)
        if over:
            return over
        if part is None or part.confirm is None or not self._asks_with(part.confirm, key):
            return self._retry(EngineIntent.NO_MATCH)
        self._taken.append(f"{self._step} unsure {intent}")
        self._retries[asked_about(intent)] = 1
        self._unsure = understanding
        self._say(part.confirm, key)
        return self._listen(None)

    def in_vain(self, understanding: Understanding) -> tuple[State, Act]:
        """Take what stays uncertain after asking: somebody else must find out, and nothing is recorded of it."""
        over = self._without(understanding)
        if over:
            return over
        self._taken.append(f"{self._step} unsure {understanding.intent}")
        return self._exhausted()

    def _asks_with(self, words: Words, key: str) -> bool:
        return bool(self._speaker.lines(words, key, self._slots, right_party=self._right_party))

    def _without(self, understanding: Understanding) -> tuple[State, Act] | None:
        """Note what was said, without taking it; return the end where the conversation has become too long."""
        self._history = (*self._history, (self._step, str(understanding.intent)))
        return self._give_up() if len(self._history) >= self._script.limits.turns else None

    def asks(self, understanding: Understanding) -> tuple[str, str, Mapping[str, SlotState]]:
        """Return what the table is asked about an understanding: step, intent, and the state of every condition."""
        intent, _ = self._accept(str(understanding.intent), understanding)
        return self._step, intent, self._states()

    def follow(self, move: Move, path: tuple[str | int, ...], why: str) -> tuple[State, Act]:
        """Take a move that belongs to no intent."""
        self._taken.append(f"{self._step} {why}")
        self._effects(move, path)
        return self.end(move.end) if move.end else self._enter(move.go)

    def end(self, name: str) -> tuple[State, Act]:
        """End with the ending called ``name``."""
        part: EndingPart = self._script.endings[name]
        if part.say:
            self._say(part.say, f"endings.{name}.say")
        state = self._state(name)
        came_to = ending(self._script, name, state)
        if part.action != "transfer":
            state = replace(state, outcome_so_far=came_to.outcome)
        return state, Act(self._disclosed(), ending=came_to, taken=tuple(self._taken), withheld=self._withheld())

    def _give_up(self) -> tuple[State, Act]:
        self._taken.append(f"{self._step} limit")
        return self.end(self._script.limits.end)

    # -- the engine's own events

    def _machine(self, kind: str, key: str) -> tuple[State, Act]:
        screener = self._script.screener
        part = self._script.voicemail if kind == EngineIntent.VOICEMAIL else screener
        presses = key if kind == EngineIntent.SCREENER and screener.press else ""
        times = self._retries.get("screener", 0) + 1
        self._taken.append(f"{self._step} {kind}")
        if part.say and not presses:
            self._say(part.say, f"{kind}.say", safe=True)
        if kind == EngineIntent.VOICEMAIL or times > MAX_SCREENED:
            return self.end(part.end)
        self._retries["screener"] = times
        state, act = self._listen(part.wait_seconds)
        return state, replace(act, press=presses)

    def _after_screener(self, understanding: Understanding) -> tuple[State, Act]:
        """Whoever speaks after a screener has heard nothing yet: start again, unless the answer ends the call."""
        intent = str(understanding.intent)
        if intent == EngineIntent.NO_INPUT:
            self._taken.append(f"{self._step} {intent}")
            return self.end(self._script.screener.end)
        self._retries.pop("screener")
        cell = self._table.find(self._step, intent, {})
        if cell and cell.move and cell.move.end and intent != "goodbye":
            return self._decide(intent, ())
        self._step = self._script.start
        return self.open()

    def _retry(self, kind: str, words: Words | None = None, key: str = "") -> tuple[State, Act]:
        """Ask again after silence (``no_input``) or words that lead nowhere (``no_match``)."""
        step = self._script.steps[self._step]
        own = step.no_input if kind == EngineIntent.NO_INPUT else step.no_match
        variants = own or getattr(self._script.reprompts, kind)
        if words is None:
            self._taken.append(f"{self._step} {kind}")
        times = self._retries.get(kind, 0) + 1
        if times > len(variants):
            return self._exhausted(silent=kind == EngineIntent.NO_INPUT)
        self._retries[kind] = times
        if words is not None:
            self._say(words, key)
        else:
            path = f"steps.{self._step}.{kind}" if own else f"reprompts.{kind}"
            self._say(variants[times - 1], f"{path}.{times - 1}")
        return self._ask("again")

    def _exhausted(self, *, silent: bool = False) -> tuple[State, Act]:
        own = None if silent else self._script.steps[self._step].exhausted
        move = own or self._script.exhausted
        if move.go == self._step or self._used_up:  # the step that it leads to has been exhausted in this same turn
            return self._give_up()
        self._used_up = True
        return self.follow(move, ("steps", self._step, "exhausted") if own else ("exhausted",), "exhausted")

    # -- values

    def _accept(self, intent: str, understanding: Understanding) -> tuple[str, tuple[str, Refusal] | None]:
        """Take up the values of this utterance; return the intent and the value that must be asked for again."""
        refused: tuple[str, Refusal] | None = None
        said_here = {intent, *understanding.also}
        heard = whole(self._script, understanding.slots, self._lead, self._now)
        for name, value in heard.items():
            slot = self._script.slots.get(name)
            if slot is None or not said_here & slot.carriers:
                continue
            if slot.type == "money" and slot.most is None and is_all(value, self._lead):
                self._slots.pop(name, None)
                intent = "promise_to_pay" if intent == "partial_payment" else intent
                continue
            why = refusal(slot, value, self._lead, self._now)
            if why == "wrong_kind":
                continue
            if why:
                refused = refused or (name, why)
            elif self._slots.get(name) != value:
                self._slots[name] = value
                self._given.add(name)
        self._drop_rest(heard)
        cell = self._table.find(self._step, intent, self._states())
        ends_anyway = cell is not None and cell.kind == "always" and cell.move is not None and bool(cell.move.end)
        if refused and (ends_anyway or (not self._may_speak_of(refused[0]))):
            refused = None
        return intent, refused

    def _drop_rest(self, heard: Mapping[str, SlotValue]) -> None:
        for name in stale(self._script, self._slots, heard):
            self._slots.pop(name, None)
            self._given.discard(name)

    def _may_speak_of(self, name: str) -> bool:
        slot = self._script.slots[name]
        return bool(slot.ask) and (self._right_party or not self._script.refusal_speaks_of_debt(slot))

    def _refuse(self, name: str, why: Refusal) -> tuple[State, Act]:
        """Say why a value cannot be accepted, and ask for it again."""
        slot = self._script.slots[name]
        self._slots.pop(name, None)
        times = self._retries.get("refused", 0) + 1
        self._retries["refused"] = times
        self._taken.append(f"{self._step} refused {name}")
        if times > MAX_REFUSED:
            return self._exhausted()
        words: Words | None = getattr(slot, why)
        if words:
            self._say(words, f"slots.{name}.{why}")
        self._move_to(slot.ask)
        return self._ask("again")

    def _states(self, step: str = "") -> Mapping[str, SlotState]:
        tried = conditions.tries(self._state()) if step in {"", self._step} else 1
        return conditions.states(self._script, self._lead, self._slots, self._given, tried, self._now)

    # -- where an intent leads

    def _leads_out(self, intent: str) -> bool:
        cell = self._table.find(self._step, intent, self._states())
        return bool(cell and cell.move and cell.move.end)

    def _decide(self, intent: str, also: tuple[str, ...]) -> tuple[State, Act]:
        cell = self._table.find(self._step, intent, self._states())
        answers_here = (
            cell is not None and cell.kind == "own" and not (cell.move and (cell.move.hold or cell.move.stay))
        )
        if not answers_here:
            for first in also:
                opener = self._table.find(self._step, first, self._states())
                if opener and opener.kind == "own" and opener.move and opener.move.go not in {"", self._step}:
                    self._taken.append(opener.id)
                    self._effects(opener.move, opener.path)
                    self._held = ""
                    self._move_to(opener.move.go)
                    return self._carry(intent)
                if opener and opener.move and cell is None:
                    return self._execute(opener)
        if cell is None:
            return self._retry(EngineIntent.NO_MATCH)
        return self._execute(cell)

    def _carry(self, intent: str) -> tuple[State, Act]:
        """Take up in this step what was said in another; what this step reads back cannot have been confirmed yet."""
        cell = self._table.find(self._step, intent, self._states())
        unheard = bool(self._script.steps[self._step].confirms)
        if cell is None or (cell.move and (cell.move.stay or cell.move.hold)) or (unheard and cell.kind == "own"):
            return self._enter(self._step)
        if cell.kind == "digression":
            part = self._script.digressions[intent]
            self._taken.append(cell.id)
            self._say(part.say, f"digressions.{intent}.say")
            self._patience = part.no_input_seconds
            return self._enter(self._step)
        return self._execute(cell)

    def _execute(self, cell: Cell) -> tuple[State, Act]:
        self._taken.append(cell.id)
        if cell.kind == "digression":
            return self._digress(cell.intent)
        move = cell.move
        assert move is not None  # noqa: S101 - engine cells never come here
        if move.stay:
            self._effects(move, cell.path, speak=False)
            return self._retry(EngineIntent.NO_MATCH, move.say, key_of((*cell.path, "say")))
        if move.hold:
            return self._hold(cell, move)
        self._effects(move, cell.path)
        if move.end:
            return self.end(move.end)
        held, self._held = self._held, ""
        if move.go == self._step and not self._given:
            return self._retry(EngineIntent.NO_MATCH)
        if held and move.go != self._step:
            self._move_to(move.go)
            return self._carry(held)
        return self._enter(move.go)

    def _hold(self, cell: Cell, move: Move) -> tuple[State, Act]:
        times = self._retries.get("hold", 0) + 1
        if times > MAX_STAYS:
            return self._exhausted()
        self._retries["hold"] = times
        self._held = cell.intent if self._sure else ""
        self._effects(move, cell.path)
        return self._ask("again")

    def _digress(self, name: str) -> tuple[State, Act]:
        part = self._script.digressions[name]
        times = self._retries.get(f"digress.{name}", 0) + 1
        total = self._retries.get("digressions", 0) + 1
        if times > part.most or total > self._script.limits.digressions:
            return self._retry(EngineIntent.NO_MATCH)
        self._retries[f"digress.{name}"] = times
        self._retries["digressions"] = total
        self._say(part.say, f"digressions.{name}.say")
        self._patience = part.no_input_seconds
        if part.ask_again == "not":
            return self._listen(self._patience)
        return self._ask("say" if part.ask_again == "full" else "again")

    def _effects(self, move: Move, path: tuple[str | int, ...], *, speak: bool = True) -> None:
        self._right_party = self._right_party or move.right_party
        for slot in move.forget:
            if slot not in self._given:
                self._slots.pop(slot, None)
        if move.note:
            self._outcome = move.note
        if move.say and speak:
            self._say(move.say, key_of((*path, "say")))

    def _move_to(self, step: str) -> None:
        if step != self._step:
            self._retries = {kind: count for kind, count in self._retries.items() if kind in _LASTING}
        self._step = step

    def _enter(self, name: str) -> tuple[State, Act]:
        """Go to a step; skip it if its value is known, and first ask for a missing value that it reads back."""
        for _ in range(_HOPS):
            step = self._script.steps[name]
            missing = self._missing(step)
            if missing:
                asking = self._script.slots[missing[0]].ask
                if asking == self._step == self._before.step and not self._given:
                    return self._retry(EngineIntent.NO_MATCH)
                self._move_to(asking)
                return self._ask("say")
            if step.asks not in self._slots:
                break
            cell = self._table.find(name, self._script.slots[step.asks].intent, self._states(name))
            if cell is None or cell.move is None or not (cell.move.go or cell.move.end) or cell.move.go == name:
                break
            self._taken.append(cell.id)
            self._effects(cell.move, cell.path)
            if cell.move.end:
                return self.end(cell.move.end)
            name = cell.move.go
        if self._given and name == self._step:  # a new value is progress: asking again is not a retry
            self._retries = {kind: count for kind, count in self._retries.items() if kind in _LASTING}
        self._move_to(name)
        return self._ask("say")

    def _missing(self, step: Step) -> list[str]:
        """Return what a step reads back and nobody has said; a second part may be missing."""
        return [name for name in step.confirms if name not in self._slots and not self._script.slots[name].rest_of]

    # -- what is said

    def _say(self, words: Words, key: str, *, safe: bool = False) -> None:
        known = self._right_party and not safe
        self._lines += self._speaker.lines(words, key, self._slots, right_party=known)

    def _ask(self, form: str) -> tuple[State, Act]:
        step = self._script.steps[self._step]
        lost = self._missing(step)
        asking = self._script.slots[lost[0]].ask if lost else ""
        if asking not in {"", self._step}:  # a value that is to be read back was withdrawn in this same turn
            self._move_to(asking)
            step, form = self._script.steps[asking], "say"
        words = step.again if form == "again" and step.again else step.say
        self._say(words, f"steps.{self._step}.{'say' if words is step.say else 'again'}")
        return self._listen(self._patience)

    def _listen(self, patience: float | None) -> tuple[State, Act]:
        step = self._script.steps[self._step]
        asked = self._unsure is not None
        listening = Listening(
            self._step,
            self._script.cue(self._step),
            tuple(self._speaker.fill(phrase, {}) for phrase in phrases(self._script, self._step)),
            "words" if asked else step.expects,
            patience or step.no_input_seconds,
            1 if asked else step.max_digits,
        )
        return self._state(), Act(self._disclosed(), listening, taken=tuple(self._taken), withheld=self._withheld())

    def _withheld(self) -> tuple[str, ...]:
        return tuple(self._speaker.withheld)

    def _state(self, ending: str = "") -> State:
        return State(
            self._step, self._slots, self._retries, self._before.said, self._history, self._outcome,
            self._right_party, self._held, ending, self._unsure, self._before.recorded,
        )  # fmt: skip

    def _disclosed(self) -> tuple[Line, ...]:
        return disclosed(
            self._script,
            self._speaker,
            self._lines,
            self._before.said,
            right_party=self._right_party,
            screened=not self._right_party and self._retries.get("screener", 0) > 0,
        )
