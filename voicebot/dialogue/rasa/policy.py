"""The policy that asks Rasa what an utterance means, and where that leads. The local policy runs alongside.

In each turn:

1. The local policy answers, in a few milliseconds; its answer is what holds when Rasa does not answer in time.
2. What belongs to the engine (keys) and to the rules for the hard intents is decided by that.
3. Rasa's classifier is asked what the words mean. Its probabilities replace the local matcher's; everything
   around them stays: nearest examples, words out of scope, more certainty where a call would end, values, two
   intents in a breath.
4. Rasa's rules are asked where the intent leads from this step. The engine compares that with the script's own table
   before it moves; a difference is logged, and the table wins.

TED, where a model has it, is asked about cells that the table leaves empty. It runs in shadow: what it would do is
logged, and it decides nothing.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from voicebot import logs
from voicebot.dialogue.conversation import conversation
from voicebot.dialogue.rasa.conformance import Turn, slots_of
from voicebot.dialogue.rasa.models import Trained
from voicebot.dialogue.rasa.rules import action_of, guarded, intent_name, intent_of, target_of_action
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.table import SlotState, table_of
from voicebot.dialogue.talk import EngineIntent, Question, State, Understanding
from voicebot.dialogue.understanding.local import Local
from voicebot.errors import UnavailableError

LIMIT_SECONDS: Final = 0.4
_HISTORY: Final = 4
"""Turns before that TED is told of."""
_SETTLED: Final = frozenset({"engine", "keyword"})

_log = logs.get_logger()

Probabilities = Mapping[str, Mapping[str, float]]
"""Text → intent → probability."""


class Channel(Protocol):
    """Who asks Rasa; see ``RasaService.ask``."""

    async def ask(self, key: str, request: Mapping[str, Any], *, seconds: float) -> Mapping[str, Any]:
        """Ask the model of a script; raises ``UnavailableError`` where there is no answer in time."""


class RasaPolicy:
    """Understands utterances for one script with its Rasa model. Never raises, never takes longer than its limit.

    Parameters
    ----------
    script
        Whose model it is.
    model
        The activated model, loaded by ``channel``.
    channel
        Asks it.
    local
        Answers where Rasa does not.
    limit_seconds
        How long Rasa may take in one turn, beside the local policy's own time.
    """

    def __init__(
        self,
        script: Script,
        model: Trained,
        channel: Channel,
        local: Local,
        *,
        limit_seconds: float = LIMIT_SECONDS,
    ) -> None:
        self._script = script
        self._channel = channel
        self._local = local
        self._limit = limit_seconds
        self._table = table_of(script)
        self._slots = guarded(self._table)
        self._has_ted = model.pipeline == "diet"
        self._key = model.script_hash

    @property
    def name(self) -> str:
        """``rasa``."""
        return "rasa"

    async def understand(self, question: Question) -> Understanding:
        """Understand what was heard; see ``Policy``. ``policy`` of the answer tells who decided it."""
        compared = await self._local.compared(question)
        local = compared.answer
        if local.policy in _SETTLED:
            return local
        until = time.monotonic() + self._limit
        try:
            probabilities = await self._classified(compared.texts, compared.rows, until)
            informed = await self._local.informed(question, probabilities)
            target = await self._led(question, informed, until)
        except (UnavailableError, LookupError, TypeError, ValueError, ArithmeticError) as error:
            # no answer, or one that makes no sense
            _log.warning("Rasa gave no decision; the local policy decides", why=str(error), script=self._script.script)
            return local
        return informed if informed.policy in _SETTLED else replace(informed, policy="rasa", target=target)

    # -- asking

    async def _classified(self, texts: Sequence[str], rows: bytes, until: float) -> Probabilities:
        if not texts:
            return {}
        request = {"do": "parse", "texts": list(texts), "rows": base64.b64encode(rows).decode()}
        answer = await self._ask(request, until)
        return {
            text: {intent_of(name): float(value) for name, value in ranking}
            for text, ranking in zip(texts, answer["rankings"], strict=True)
        }

    async def _led(self, question: Question, understanding: Understanding, until: float) -> str:
        """Return the target that Rasa names, compared with the table's."""
        if question.lead is None or question.state.step not in self._script.steps:
            return ""
        step, intent, states = conversation.asks(
            self._script, question.lead, question.state, understanding, question.now
        )
        if intent == EngineIntent.NO_MATCH and not self._has_ted:
            return ""
        cell = self._table.find(step, intent, states)
        request: dict[str, Any] = {
            "do": "decide",
            "slots": slots_of(step, self._all(states)),
            "intent": intent_name(intent),
        }
        if self._has_ted and cell is None:
            request["history"] = self._history(question.state)
        answer = await self._ask(request, until)
        target = target_of_action(str(answer["action"]))
        if cell is not None and target != cell.target:
            _log.error(
                "Rasa and the table disagree; the table wins",
                script=self._script.script, step=step, intent=intent, rasa=target, table=cell.target,
            )  # fmt: skip
        elif cell is None and target:
            _log.info(
                "in shadow", script=self._script.script, step=step, intent=intent, would=target,
                confidence=answer["confidence"], policy=answer["policy"],
            )  # fmt: skip
            return ""
        return target

    async def _ask(self, request: Mapping[str, Any], until: float) -> Mapping[str, Any]:
        left = until - time.monotonic()
        if left <= 0:
            raise UnavailableError("Rasa took too long")
        return await self._channel.ask(self._key, request, seconds=left)

    def _all(self, states: Mapping[str, SlotState]) -> dict[str, SlotState]:
        return {slot: states.get(slot, "missing") for slot in self._slots}

    def _history(self, state: State) -> list[Turn]:
        turns: list[Turn] = []
        for step, intent in state.history[-_HISTORY:]:
            cell = self._table.find(step, intent, {})
            target = cell.target if cell else f"retry:{EngineIntent.NO_MATCH}"
            turns.append((slots_of(step, self._all({})), intent_name(intent), action_of(target)))
        return turns
