"""A fate needs proof: whether what was heard is enough for the turn that would follow from it. Pure.

The turn is taken first, as if everything had been heard surely; what it would decide is read off the cells of the table
that it took. The evidence is weighed against that, whichever policy understood the words. Then, in order:

1. Enough: the turn counts.
2. Too little for anything: not understood, the question is put again.
3. In between: the callee is asked whether they said it, once for a meaning in a step. A yes proves it (in so many
   words, where a number would be barred), and so does the same meaning heard again in answer; with a no, or nothing
   clear, the step's question is put again; anything else is taken as if nothing had been asked, and so is the name of
   the person called where somebody else was understood.
4. The same meaning is still uncertain after that: on to where the step's misunderstandings lead (a human, or an outcome
   that leaves the matter open), never to the fate.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from voicebot.dialogue.conversation.ending import ending
from voicebot.dialogue.conversation.turn import TurnTaking, asked_about
from voicebot.dialogue.script import fate
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.talk import Act, EngineIntent, Lead, State, Understanding
from voicebot.dialogue.understanding.expectation import NOTHING
from voicebot.dialogue.understanding.weighing import Weighed, weigh

OF_OTHERS: Final = frozenset({"wrong_person", "not_available", "deceased", "deny"})
"""Meanings that somebody who introduces themselves as the person called cannot confirm."""
_ENGINE: Final = frozenset(map(str, EngineIntent))
HARDLY_HEARD: Final = 0.7
"""Confidence of the recogniser below which another is asked: it understands 71 of 100 such sentences, the first 57."""
WELL_HEARD: Final = 0.85
"""The same where it matters; above, the other is right no more often."""


def take(script: Script, lead: Lead, state: State, heard: Understanding, now: datetime) -> tuple[State, Act]:
    """Take one turn, if there is proof enough for it; see ``conversation.apply``."""
    return _Proof(script, lead, state, now).take(heard)


def weighed(script: Script, lead: Lead, state: State, heard: Understanding, now: datetime) -> tuple[Act, Weighed]:
    """Return the turn that would be taken if this had been heard surely, and how sure it is, weighed against that."""
    return _Proof(script, lead, state, now).weigh(heard)


def worth_a_second_look(script: Script, heard: Understanding, act: Act) -> bool:
    """Whether listening to the same sound once more could change what is done.

    Parameters
    ----------
    heard
        What was understood.
    act
        What would be done about it.
    """
    if heard.policy == "engine":
        return False
    grave = fate.tells(script, act.taken) or fate.of_turn(script, act.taken) in {"ends", "bars"}
    matters = act.doubted or heard.intent in NOTHING or (grave and not heard.evidence.literal)
    return heard.recognition < (WELL_HEARD if matters else HARDLY_HEARD)


class _Proof:
    def __init__(self, script: Script, lead: Lead, state: State, now: datetime) -> None:
        self._script, self._lead, self._state, self._now = script, lead, state, now

    def take(self, heard: Understanding) -> tuple[State, Act]:
        waiting = self._state.unsure
        if heard.intent in _ENGINE:
            return self._turn().take(heard)
        if waiting is not None and self._answers(waiting, heard):
            return self._answered(waiting, heard)
        state, act = self._turn().take(heard)
        weighed = self._weighed(heard, act)
        if weighed.step == "act":
            return state, replace(act, weighed=str(weighed))
        return self._doubted(heard, weighed)

    def weigh(self, heard: Understanding) -> tuple[Act, Weighed]:
        waiting = self._state.unsure
        if waiting is not None and heard.intent not in _ENGINE and self._answers(waiting, heard):
            return self._answered(waiting, heard)[1], weigh(heard, "asks", answers=True)
        _, act = self._turn().take(heard)
        return act, self._weighed(heard, act)

    def _answers(self, waiting: Understanding, heard: Understanding) -> bool:
        """Whether something answers the question whether ``waiting`` was said; a name answers who is on the line."""
        if heard.evidence.introduced and waiting.intent in OF_OTHERS:
            return False
        return heard.intent in {"affirm", "deny", waiting.intent}

    def _turn(self) -> TurnTaking:
        return TurnTaking(self._script, self._lead, self._state, self._now)

    def _doubted(self, heard: Understanding, weighed: Weighed) -> tuple[State, Act]:
        before = self._state
        if before.ending:  # it is over, and stays so
            over = ending(self._script, before.ending, before)
            return before, Act((), ending=over, weighed=str(weighed), doubted=True)
        if weighed.step == "not_understood":
            state, act = self._turn().not_understood(heard)
        elif before.retries.get(asked_about(str(heard.intent))):
            state, act = self._turn().in_vain(heard)
        else:
            state, act = self._turn().ask_whether(heard)
        return state, replace(act, weighed=str(weighed), doubted=True)

    def _answered(self, waiting: Understanding, heard: Understanding) -> tuple[State, Act]:
        """Take the answer to the question whether something was said."""
        said_again = heard.intent == waiting.intent
        weighed = weigh(heard, "asks", answers=True)
        carried = {**waiting.slots, **heard.slots} if said_again else waiting.slots
        state, act = self._turn().take(replace(waiting, slots=carried))
        confirmed = said_again or (heard.intent == "affirm" and self._yes_proves(waiting, heard, act))
        if weighed.step != "act" or not confirmed:
            state, act = self._turn().not_understood(heard)
            return state, replace(act, weighed=f"{waiting.intent} not confirmed; {weighed}", doubted=True)
        return state, replace(act, weighed=f"{waiting.intent} confirmed; {weighed}")

    def _yes_proves(self, waiting: Understanding, yes: Understanding, act: Act) -> bool:
        """Whether a yes is enough for what follows: words that only resemble one bar no number and tell no debt."""
        if waiting.intent == "stop_calling" or yes.confidence >= 1.0 or yes.evidence.literal or yes.evidence.yes:
            return True
        return not fate.tells(self._script, act.taken) and fate.of_turn(self._script, act.taken) != "bars"

    def _weighed(self, heard: Understanding, act: Act) -> Weighed:
        script, step, intent = self._script, self._state.step, str(heard.intent)
        part = script.intents.get(intent)
        confirmed = part is not None and part.confirm is not None and intent != "stop_calling"
        return weigh(
            heard,
            fate.of_turn(script, act.taken),
            answers=any(cell.kind == "own" for cell in table_of(script).of(step, intent)),
            tells=fate.tells(script, act.taken),
            least_heard=script.threshold(step, "recognition") if confirmed else 0.0,
            least_meant=script.threshold(step, "intent"),
        )
