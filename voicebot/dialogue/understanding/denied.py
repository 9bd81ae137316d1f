"""A denial anywhere near is never a yes, and a yes that denies nothing is no refusal: one rule for every step.

What the denial covers (``languages.grammar.denial``) is compared with what the step asks: "yes, but he isn't home"
still confirms who is on the line, "yes, but that's not me" does not; "yes, but not now" wants no connection. Pure.
"""

from __future__ import annotations

from typing import Final

from voicebot.dialogue.talk import EngineIntent
from voicebot.dialogue.understanding.expectation import NOTHING, Expectation, Verdict
from voicebot.dialogue.understanding.said import Said
from voicebot.languages import Language
from voicebot.languages.grammar.denial import EVERYTHING, Covered

_DECLINES: Final = frozenset({"deny", "refuse_to_pay"})
_PROMISES: Final = frozenset({"promise_to_pay", "partial_payment"})
_HARDLY: Final = 0.95
"""Confidence below which a refusal that denies nothing does not outweigh the yes before it."""
_WHO: Final = frozenset({Covered.PERSON, Covered.ALL})
_CONNECTION: Final = frozenset({Covered.WISH, Covered.DAY, Covered.PERSON, Covered.ALL})


def reconsidered(verdict: Verdict, said: Said, expects: Expectation, language: Language) -> Verdict:
    """Return the verdict on what was said in the light of what it denies; it stands where nothing was asked.

    Parameters
    ----------
    verdict
        By anything but an example that the words match exactly.
    """
    words, parts, values, step = said.words, said.parts, said.values.values, said.step
    if not step:
        return verdict
    covered = language.denying.covered(words)
    if verdict.intent == "affirm" and covered & _asked(step, expects):
        return _no(verdict, step, expects)
    hardly = verdict.intent in _DECLINES and verdict.confidence < _HARDLY
    if hardly and parts.lead == "affirm" and not covered and expects.takes(step, "affirm"):
        return Verdict("affirm", verdict.confidence, verdict.ranking)  # "yes, I'm not going to be late"
    if verdict.intent in NOTHING and Covered.WISH in covered and expects.connects(step, "affirm"):
        return Verdict("deny", 0.8, verdict.ranking)  # "please don't connect me"
    on_time = verdict.intent == "promise_to_pay" and not values and expects.takes(step, "affirm")
    if on_time and not covered and language.clues.due.search(words):
        return Verdict("affirm", verdict.confidence, verdict.ranking)  # "all right, before it's due, surely"
    waits = expects.takes(step, "affirm") and language.clues.automatic.search(words) is not None
    if waits and not covered and verdict.intent not in {"affirm", *_DECLINES}:
        return Verdict("affirm", 0.8, verdict.ranking)  # "it comes out of my account by itself"
    promised = verdict.intent in _PROMISES and not values and expects.ends(step, verdict.intent)
    if promised and covered & EVERYTHING:
        return _no(verdict, step, expects)  # "Friday won't do", where Friday was read back
    if verdict.intent.startswith("ask_") and values and not language.clues.asking.search(words):
        return Verdict(EngineIntent.NO_MATCH, 0.6, verdict.ranking)  # the value answers: "not Friday, Saturday"
    if verdict.intent == "cannot_pay" and parts.lead == "deny" and expects.takes(step, "deny"):
        rest = " ".join(parts.rest)
        if not (language.denying.covered(rest) or language.clues.hardship.search(rest)):
            return Verdict("deny", verdict.confidence, verdict.ranking)  # "no, my car died"
    return verdict


def beside(also: tuple[str, ...], words: str, step: str, expects: Expectation, language: Language) -> tuple[str, ...]:
    """Return what else was said in the same breath, without a yes to what the words deny."""
    if "affirm" in also and step and language.denying.covered(words) & _asked(step, expects):
        return tuple(one for one in also if one != "affirm")
    return also


def _asked(step: str, expects: Expectation) -> frozenset[Covered]:
    """What a denial must cover to deny the question of a step."""
    if expects.identifies(step):
        return _WHO
    return _CONNECTION if expects.connects(step, "affirm") else EVERYTHING


def _no(verdict: Verdict, step: str, expects: Expectation) -> Verdict:
    """A no, where that only leads on; where it would end the call, the question is put again."""
    if expects.takes(step, "deny") and not expects.ends(step, "deny"):
        return Verdict("deny", 0.8, verdict.ranking)
    return Verdict(EngineIntent.NO_MATCH, 0.6, verdict.ranking)
