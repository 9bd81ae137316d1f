"""One conversation as it is carried, in a call or in text: what comes next is planned ahead and then committed.

A plan is made while the closing silence still runs, from the state as it is; nothing changes until it is
committed. Plans that speech has overtaken are simply forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from voicebot.dialogue import conversation
from voicebot.dialogue.policy import Policy
from voicebot.dialogue.script import Script
from voicebot.dialogue.talk import Act, Ending, EngineIntent, Lead, Question, State, Understanding, Utterance


@dataclass(frozen=True, slots=True)
class Plan:
    """What an utterance means and what would be done next.

    Parameters
    ----------
    understanding
        What the policy made of it.
    base
        Where the conversation stood when the plan was made.
    state, act
        Where it would stand, and what would be said.
    """

    understanding: Understanding
    base: State
    state: State
    act: Act


class Talk(Protocol):
    """A conversation that can be planned ahead."""

    @property
    def language(self) -> str:
        """BCP 47 tag."""

    def open(self) -> Plan:
        """Begin; committed at once."""

    async def plan(self, utterance: Utterance) -> Plan:
        """Understand an utterance and say what would come next. Never raises."""

    def commit(self, plan: Plan) -> Plan:
        """Make a plan the present; what came in between (lines said to their end) is taken into account."""

    def said(self, line: str) -> None:
        """A line was played to its end."""

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

    @property
    def language(self) -> str:
        """BCP 47 tag of the script."""
        return self._script.language

    def open(self) -> Plan:
        """Begin."""
        self._state, act = conversation.open_conversation(self._script, self._lead, self._now())
        return Plan(Understanding("", policy="engine"), self._state, self._state, act)

    async def plan(self, utterance: Utterance) -> Plan:
        """Understand and plan; an engine's own events (silence, a machine) need no policy."""
        if utterance.silence:
            understanding = Understanding(EngineIntent.NO_INPUT, policy="engine")
        elif utterance.machine:
            understanding = Understanding(utterance.machine, policy="engine")
        else:
            understanding = await self._policy.understand(Question(utterance, self._state, self._now(), self._lead))
        return self._applied(understanding, self._state)

    def _applied(self, understanding: Understanding, base: State) -> Plan:
        state, act = conversation.apply(self._script, self._lead, base, understanding, self._now())
        return Plan(understanding, base, state, act)

    def commit(self, plan: Plan) -> Plan:
        """Make a plan the present."""
        if plan.base is not self._state:
            plan = self._applied(plan.understanding, self._state)
        self._state = plan.state
        return plan

    def said(self, line: str) -> None:
        """Mark a line as said in full."""
        self._state = conversation.said(self._state, line)

    def urgent(self, plan: Plan) -> bool:
        """``stop_calling`` is honoured in the call it is said, whatever is going on."""
        return plan.understanding.intent == "stop_calling"

    def hung_up(self) -> Ending:
        """The outcome if the callee hangs up now."""
        return conversation.hung_up(self._script, self._state)

    def transfer_failed(self) -> Plan:
        """Nobody took the transfer."""
        base = self._state
        self._state, act = conversation.transfer_failed(self._script, self._lead, base, self._now())
        return Plan(Understanding("transfer_failed", policy="engine"), base, self._state, act)
