"""One conversation as it is carried, in a call or in text: what comes next is planned ahead and then committed.

A plan is made while the closing silence is still running, from the present state; nothing changes until it is
committed. Plans that speech has overtaken are simply dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Final, Protocol

from voicebot import languages
from voicebot.dialogue.conversation import conversation, going_on
from voicebot.dialogue.conversation.proof import worth_a_second_look
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.talk import Act, Ending, EngineIntent, Lead, Question, State, Understanding, Utterance
from voicebot.dialogue.understanding.expectation import NOTHING
from voicebot.dialogue.understanding.policy import Policy

_COURTESIES: Final = frozenset({"thanks", "goodbye"})
"""Said just as a reply begins, they change nothing about what was said before."""
_LIKELY: Final = 0.6
_CERTAIN: Final = 0.9
_FULL_STOPS: Final = ".!…。！ "
REHEARSAL_TIME: Final = time(10, 0)
"""Rehearsed and written conversations take place in the middle of the morning."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an utterance means and what would be done next.

    Parameters
    ----------
    understanding
        What the policy made of it.
    utterance
        The words that were understood.
    base
        Where the conversation stood when the plan was made.
    state, act
        Where it would stand, and what would be said.
    takes_back
        It replaces the reply that was given last: the callee had not finished.
    nothing_new
        The callee went on and said nothing that changes the reply given last.
    """

    understanding: Understanding
    base: State
    state: State
    act: Act
    utterance: Utterance = field(default_factory=Utterance)
    takes_back: bool = False
    nothing_new: bool = False

    @property
    def understood(self) -> bool:
        """Whether the words mean something in this call, and more follows from them than being asked again."""
        asks_again = any(cell.endswith(f" {EngineIntent.NO_MATCH}") for cell in self.act.taken)
        return self.understanding.intent not in NOTHING and not asks_again

    @property
    def sure(self) -> bool:
        """Whether it is likely that the words were said, and that they mean this."""
        found = self.understanding
        return min(1.0 if found.evidence.literal else found.confidence, found.recognition) >= _LIKELY

    @property
    def settles(self) -> bool:
        """Whether the words can be acted on as they are; where that ends the call, whether they leave no doubt."""
        found = self.understanding
        certain = found.evidence.literal or found.confidence >= _CERTAIN
        return self.understood and self.sure and not self.act.doubted and (certain or self.act.ending is None)


@dataclass(frozen=True, slots=True)
class _Replied:
    """What was replied to last, and the state of the conversation before that."""

    utterance: Utterance
    understanding: Understanding
    before: State


class Talk(Protocol):
    """A conversation that can be planned ahead."""

    @property
    def language(self) -> str:
        """BCP 47 tag."""

    def open(self, *, recorded: bool = True) -> Plan:
        """Begin; committed at once. ``recorded``: whether the call is recorded."""

    async def plan(self, utterance: Utterance, *, goes_on: bool = False) -> Plan:
        """Understand an utterance and say what would come next. Never raises.

        ``goes_on``: it continues the one that was committed last.
        """

    def commit(self, plan: Plan) -> Plan:
        """Make a plan the present; what came in between (lines said to their end) is taken into account."""

    def said(self, line: str) -> None:
        """A line was played to its end."""

    def answers(self, plan: Plan) -> bool:
        """Whether these words answer the question that was open, rather than something else that may be said."""

    def doubts(self, plan: Plan) -> bool:
        """Whether another look at the sound could change what is done."""

    def urgent(self, plan: Plan) -> bool:
        """Whether this is honoured even when the call is ending."""

    def hung_up(self) -> Ending:
        """The outcome if the callee hangs up now."""

    def transfer_failed(self) -> Plan:
        """Nobody took the transfer; committed at once."""


class ScriptTalk:
    """A talk by a script.

    Parameters
    ----------
    script, lead
        What is said to whom.
    policy
        Who decides what an utterance means.
    now
        The call's clock: local date and time of the callee, as the call sees it.
    """

    def __init__(self, script: Script, lead: Lead, policy: Policy, now: Callable[[], datetime]) -> None:
        self._script = script
        self._lead = lead
        self._policy = policy
        self._now = now
        self._state: State
        self._replied: _Replied | None = None

    @property
    def language(self) -> str:
        """BCP 47 tag of the script."""
        return self._script.language

    @property
    def state(self) -> State:
        """Where the conversation stands."""
        return self._state

    def return_to(self, state: State) -> None:
        """Go back to where the conversation stood."""
        self._state = state
        self._replied = None

    def open(self, *, recorded: bool = True) -> Plan:
        """Begin."""
        self._state, act = conversation.open_conversation(self._script, self._lead, self._now(), recorded=recorded)
        return Plan(Understanding("", policy="engine"), self._state, self._state, act)

    async def plan(self, utterance: Utterance, *, goes_on: bool = False) -> Plan:
        """Understand and plan; an engine's own events (silence, a machine) need no policy.

        Words that continue those that were replied to are understood together with them, where the conversation
        stood before that reply. What they say on their own counts where the whole makes no sense.
        """
        last = self._replied
        if goes_on and last is not None and utterance.digits:
            return await self._pressed_late(last, utterance)
        alone = await self._alone(utterance)
        if not goes_on or last is None or not (utterance.text and last.utterance.text) or self.urgent(alone):
            return alone
        whole, before = self._joined(last.utterance, utterance), self._before(last)
        both, piece = await self._understood(whole, before), await self._understood(utterance, before)
        understood = ((last.understanding, last.utterance), (both, whole), (piece, utterance))
        readings = tuple(self._read(before, found, said.text) for found, said in understood)
        if going_on.answers_the_reply(*readings):
            return alone
        changed = going_on.changed(*readings)
        if changed is not None and alone.understanding.intent not in _COURTESIES:
            return replace(self._applied(changed, before, whole), takes_back=True)
        makes_no_sense = both.intent == EngineIntent.NO_MATCH and alone.understanding.intent not in NOTHING
        return alone if makes_no_sense else replace(alone, nothing_new=True)

    async def _understood(self, utterance: Utterance, state: State) -> Understanding:
        """Understand words as an answer in some state."""
        found = await self._policy.understand(Question(utterance, state, self._now(), self._lead))
        surely = 1.0 if utterance.digits else utterance.confidence
        return replace(found, recognition=min(found.recognition, surely))

    def _read(self, state: State, found: Understanding, text: str) -> going_on.Reading:
        return going_on.reading(self._script, self._lead, state, found, self._now(), text=text)

    async def _pressed_late(self, last: _Replied, utterance: Utterance) -> Plan:
        """Keys settle the question that was asked, whatever was said to it; those that say the same are nothing new."""
        found = await self._policy.understand(Question(utterance, last.before, self._now(), self._lead))
        same = (found.intent, found.slots) == (last.understanding.intent, last.understanding.slots)
        plan = self._applied(found, self._before(last), utterance)
        if same or found.intent == EngineIntent.NO_MATCH:
            return replace(plan, nothing_new=True)
        return replace(plan, takes_back=True)

    def _joined(self, first: Utterance, then: Utterance) -> Utterance:
        """Return both as one; a hesitation adds nothing, and changes what "yes" after it means to nobody."""
        if languages.of(self.language).clues.nothing.fullmatch(first.text.lower().strip()):
            return then
        sure, second_ear = min(first.confidence, then.confidence), None
        if first.second_ear or then.second_ear:
            begun, gone_on = (one.second_ear or (one.text, one.confidence) for one in (first, then))
            second_ear = _one_sentence(begun[0], gone_on[0]), min(begun[1], gone_on[1])
        return Utterance(_one_sentence(first.text, then.text), sure, second_ear=second_ear)

    def _before(self, last: _Replied) -> State:
        """Where the conversation stood before the last reply, with what has been said in full since."""
        return replace(last.before, said=self._state.said)

    async def _alone(self, utterance: Utterance) -> Plan:
        if utterance.silence:
            understanding = Understanding(EngineIntent.NO_INPUT, policy="engine")
        elif utterance.machine:
            understanding = Understanding(utterance.machine, policy="engine", key=utterance.key)
        else:
            understanding = await self._understood(utterance, self._state)
        return self._applied(understanding, self._state, utterance)

    def _applied(self, understanding: Understanding, base: State, utterance: Utterance) -> Plan:
        state, act = conversation.apply(self._script, self._lead, base, understanding, self._now())
        return Plan(understanding, base, state, act, utterance)

    def commit(self, plan: Plan) -> Plan:
        """Make a plan the present."""
        base = self._state
        if plan.takes_back and self._replied is not None:
            base = self._before(self._replied)
        if plan.base != base:
            plan = replace(self._applied(plan.understanding, base, plan.utterance), takes_back=plan.takes_back)
        # "Stop calling" has been honoured; what follows cannot take it back.
        open_to_more = (plan.utterance.text or plan.utterance.digits) and not self.urgent(plan)
        self._replied = _Replied(plan.utterance, plan.understanding, base) if open_to_more else None
        self._state = plan.state
        return plan

    def said(self, line: str) -> None:
        """Mark a line as said in full."""
        self._state = conversation.said(self._state, line)

    def answers(self, plan: Plan) -> bool:
        """Whether the step that was open answers what was understood itself."""
        own = table_of(self._script).intents(plan.base.step)
        return any(intent in own for intent in (plan.understanding.intent, *plan.understanding.also))

    def doubts(self, plan: Plan) -> bool:
        """See ``proof.worth_a_second_look``."""
        return worth_a_second_look(self._script, plan.understanding, plan.act)

    def urgent(self, plan: Plan) -> bool:
        """``stop_calling`` is honoured in the call it is said, whatever is going on; not where it was hardly heard."""
        return plan.understanding.intent == "stop_calling" and bool(plan.state.ending)

    def hung_up(self) -> Ending:
        """The outcome if the callee hangs up now."""
        return conversation.hung_up(self._script, self._state)

    def transfer_failed(self) -> Plan:
        """Nobody took the transfer."""
        base = self._state
        self._state, act = conversation.transfer_failed(self._script, self._lead, base, self._now())
        return Plan(Understanding("transfer_failed", policy="engine"), base, self._state, act)


def _one_sentence(first: str, then: str) -> str:
    """Join two pieces of a sentence: the full stop that the recogniser wrote between them was none."""
    begun = first.rstrip(_FULL_STOPS)
    return f"{begun}, {then}" if begun != first else f"{begun} {then}"
