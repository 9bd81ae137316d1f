"""Who decides what an utterance means: the local policy in process, or Rasa behind the same protocol."""

from __future__ import annotations

from typing import Final, Protocol

from voicebot.dialogue.script.model import Script
from voicebot.dialogue.talk import EngineIntent, Question, Understanding
from voicebot.dialogue.understanding.heard_values import hear_values, hear_yes_no
from voicebot.languages.grammar.phone_numbers import phone_in, region_of

_YES_NO: Final = {"1": "affirm", "2": "deny"}
"""Keys that answer the question whether something was said, whatever the step's own keys mean."""


class Policy(Protocol):
    """Decides what an utterance means in one script; whatever was said, it answers, and never blocks the event loop."""

    @property
    def name(self) -> str:
        """``local`` or ``rasa``."""

    async def understand(self, question: Question) -> Understanding:
        """Return the intent and slot values of ``question``; ``no_match`` where nothing fits.

        Raises
        ------
        UnavailableError
            What decides is gone, or did not answer in time: the utterance counts as not understood.
        """


def engine_answer(script: Script, question: Question) -> Understanding | None:
    """Answer what needs no policy: silence, machines, pressed keys.

    Returns
    -------
    Understanding
        What it means.
    None
        Words were said; the policy decides.
    """
    heard = question.utterance
    if heard.silence:
        return Understanding(EngineIntent.NO_INPUT, policy="engine")
    if heard.machine:
        return Understanding(EngineIntent(heard.machine), policy="engine", key=heard.key)
    if not heard.digits:
        return None
    if question.state.unsure is not None and (answer := _YES_NO.get(heard.digits[-1])):
        return Understanding(answer, policy="engine")
    step = script.steps[question.state.step]
    slot = script.slots.get(step.asks)
    if slot and slot.type == "phone" and (phone := phone_in(heard.digits, region_of(script.language))):
        return Understanding(slot.intent, slots={step.asks: phone}, policy="engine")
    key = step.keys.get(heard.digits) or step.keys.get(heard.digits[-1])
    if key is None:
        return Understanding(EngineIntent.NO_MATCH, policy="engine")
    words = hear_values(script, question.state.step, key.words, question.now, question.lead)
    slots = words.of(key.intent, script)
    choice = hear_yes_no(slot, key.intent) if slot else None
    if choice is not None:
        slots[step.asks] = choice
    return Understanding(key.intent, slots=slots, policy="engine")
