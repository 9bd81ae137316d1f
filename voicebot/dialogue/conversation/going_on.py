"""Somebody who goes on as the reply begins: whether what they add changes what was replied to. Pure.

There are three readings, all from where the conversation stood before the reply: of the words replied to, of the words
that follow, and of both together. A longer text loses a likeness as often as it finds one, so both together are not
always the better reading. In order:

1. Both together say what was said before: the reply stands. Where the first words were doubted and it has now been said
   surely enough, that is the proof, and nobody needs to be asked. What a rule finds in the words that follow ("my
   lawyer") counts in any case.
2. Both together say something else: it counts. Where the first words were sure it counts only if a rule or an example
   says so, if it comes with a value, if the words that follow say it too, or if it had been likely before; unless the
   reply would tell the debt or bar a number: there any doubt takes it back.
3. Both together are unclear, or less clear than the words that follow: those count on their own; after sure words only
   if both together mean the same, or by a rule.
   A bare value after news of a payment belongs to that payment ("I paid it." "Forty-one dollars.").
4. Somebody who surely said who they are and goes on about the payment has not taken that back: those words answer what
   is being said now. Whatever speaks of somebody else does take it back.
5. Words that mean nothing in this call, words that are not understood, and a value that cannot be accepted never take
   back what was sure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from voicebot.dialogue.conversation import proof
from voicebot.dialogue.script import fate
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.talk import Lead, SlotValue, State, Understanding
from voicebot.dialogue.understanding.expectation import NOTHING
from voicebot.dialogue.understanding.normal import cleaned, is_bare, replaced
from voicebot.dialogue.understanding.weighing import Weighed

SURE: Final = 0.6
"""Belief from which a reading is not given up for a likeness, and from which words count on their own."""
LIKELY: Final = 0.2
"""Probability from which a meaning that was not taken had been likely."""
_NEWS: Final = frozenset({"already_paid", "dispute"})
"""Of what has happened: amounts and days that follow belong to it."""
_OF_OTHERS: Final = proof.OF_OTHERS | {"ask_another_person", "no_match"}
_ADDS_NOTHING: Final = frozenset({"affirm", "deny", "thanks", "goodbye"})
"""Said after a sure answer, on their own they change nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What words mean, and what it would be worth to act on them.

    Parameters
    ----------
    understanding
        What they mean.
    weighed
        How sure that is, against what it would decide.
    grave
        The debt would be told after them, or a number barred.
    refused
        A value of theirs cannot be accepted.
    bare
        They are no more than a value.
    """

    understanding: Understanding
    weighed: Weighed
    grave: bool = False
    refused: bool = False
    bare: bool = False

    @property
    def intent(self) -> str:
        """What they mean, in a word."""
        return str(self.understanding.intent)

    @property
    def says(self) -> tuple[str, dict[str, SlotValue]]:
        """What they mean, with its values."""
        return self.intent, dict(self.understanding.slots)

    @property
    def acts(self) -> bool:
        """Whether they mean something that can be acted on."""
        return self.intent not in NOTHING and self.weighed.step == "act" and not self.refused

    @property
    def sure(self) -> bool:
        """Whether they mean something for certain."""
        return self.acts and self.weighed.belief >= SURE

    @property
    def answers(self) -> bool:
        """Whether something follows from them: a question of the callee's is none."""
        return self.weighed.needed > 0


def reading(
    script: Script, lead: Lead, state: State, heard: Understanding, now: datetime, *, text: str = ""
) -> Reading:
    """Read words as an answer to the question that is open in ``state``; ``text``: the words."""
    act, weighed = proof.weighed(script, lead, state, heard, now)
    grave = fate.tells(script, act.taken) or fate.of_turn(script, act.taken) == "bars"
    refused = any(" refused " in cell for cell in act.taken)
    words = cleaned(replaced(text, script.language, now), script.language, lead)
    return Reading(heard, weighed, grave, refused, bare=is_bare(words, script.language))


def answers_the_reply(before: Reading, both: Reading, piece: Reading) -> bool:
    """Rule 4: whether the words that follow answer the reply, and leave what was replied to as it is."""
    known = before.grave and before.sure and "affirm" in (before.intent, *before.understanding.also)
    of_others = bool({both.intent, piece.intent} & _OF_OTHERS)
    heard = piece.understanding.evidence.second_ear is not False
    return known and heard and not of_others and piece.sure and piece.intent not in _ADDS_NOTHING | {before.intent}


def changed(before: Reading, both: Reading, piece: Reading) -> Understanding | None:
    """Return what takes the place of what was replied to; ``None`` where the reply stands.

    Parameters
    ----------
    before, both, piece
        Readings of the words replied to, of those with the words that follow, and of the latter on their own.
    """
    if both.says == before.says:
        return _same(before, both, piece)
    stands = before.sure and before.answers
    if stands and before.intent in _NEWS and piece.bare:
        return None
    whole = both if _usable(before, both) and (not stands or before.grave or _borne_out(before, both, piece)) else None
    alone = piece if _counts_alone(before, both, piece) and (not stands or _unsays(both, piece)) else None
    if whole is None or (alone is not None and _clearer(alone, whole)):
        return _with_values(before, alone) if alone is not None else None
    return whole.understanding


def _same(before: Reading, both: Reading, piece: Reading) -> Understanding | None:
    """Rule 1, and words that follow upon such as mean nothing."""
    if before.weighed.step != "act":
        proof = next((one for one in (both, piece) if one.acts and one.intent == before.intent), None)
        if proof is not None:
            return proof.understanding
    by_rule = piece.acts and piece.understanding.policy == "keyword" and piece.intent != before.intent
    if by_rule or (before.intent in NOTHING and _counts_alone(before, both, piece)):
        return piece.understanding
    return None


def _usable(before: Reading, both: Reading) -> bool:
    means = both.intent not in NOTHING and both.weighed.step != "not_understood"
    return means and not (both.refused and before.acts)


def _counts_alone(before: Reading, both: Reading, piece: Reading) -> bool:
    """Whether the words that follow are clear; what breaks off ("and I already") only where it means what both do."""
    finished = piece.understanding.complete or piece.intent == both.intent
    return piece.sure and finished and piece.says != before.says


def _unsays(both: Reading, piece: Reading) -> bool:
    """Whether words that follow a sure answer change it: by a rule, or as both together do."""
    agree = piece.intent == both.intent and piece.intent not in _ADDS_NOTHING
    return agree or piece.understanding.policy == "keyword"


def _borne_out(before: Reading, both: Reading, piece: Reading) -> bool:
    """Rule 2: whether there is more to another meaning of both together than a likeness of the longer text."""
    meant, said = both.understanding, before.understanding
    if meant.policy == "keyword" or meant.confidence >= 1.0 or both.intent in (before.intent, piece.intent):
        return True
    if any(said.slots.get(name) != value for name, value in meant.slots.items()):
        return True
    return any(intent == both.intent and probability >= LIKELY for intent, probability in said.ranking)


def _clearer(piece: Reading, both: Reading) -> bool:
    """Rule 3."""
    if both.acts != piece.acts:
        return piece.acts
    return both.weighed.belief < SURE and piece.weighed.belief > both.weighed.belief


def _with_values(before: Reading, piece: Reading) -> Understanding:
    """Return what the words that follow mean, with the values said before them."""
    return replace(piece.understanding, slots={**before.understanding.slots, **piece.understanding.slots})
