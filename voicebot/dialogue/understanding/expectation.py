"""What a step expects, and which intent a text most likely has there: the matcher's figures weighed by the step."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.talk import EngineIntent
from voicebot.dialogue.understanding import calibration
from voicebot.dialogue.understanding.keywords import Fenced
from voicebot.dialogue.understanding.matcher import Match

OWN_BONUS: Final = 1.0
"""Natural logarithm of how much more likely an answer is when the step expects it."""
STRANGE_MALUS: Final = -1.6
"""The same for an answer that leads nowhere in this step."""
HERE_FROM: Final = 0.5
HERE_BONUS: Final = 9.0
"""From which similarity to one of the step's own examples counts, and how much it counts at full similarity."""
SURE: Final = 0.34
SURE_ENDING: Final = 0.5
"""Confidence from which an intent is believed; more where it ends the call at once."""
STRANGE_LIKENESS: Final = 0.30
STRANGE_WORDS: Final = 0.5
"""Below both, the words are out of scope: similar to no example, and most of them occur in none."""

STRANGE: Final = calibration.STRANGE
NOTHING: Final = frozenset({EngineIntent.NO_MATCH, STRANGE})
"""What means nothing in this call."""

Compare = Callable[[tuple[str, ...], str], tuple[Match, ...]]
"""Says how close masked texts are to intents, in a step."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An intent with its confidence, the runners-up, and whether the words say so in so many words."""

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...] = ()
    literal: bool = False


class Expectation:
    """What the steps of one script expect.

    Parameters
    ----------
    script
        Whose steps these are.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self._table = table_of(script)

    def asked(self, step: str) -> str:
        """Slot that the step asks for; empty where it asks for none."""
        return self._script.steps[step].asks if step in self._script.steps else ""

    def weigh(self, match: Match, step: str, never: Fenced) -> Verdict:
        """Weight by what the step expects, and reject what is out of scope and what the words cannot mean."""
        own = set(self._table.intents(step))
        scores: dict[str, float] = {}
        for intent in {*match.probabilities, *match.here}:
            score = math.log(match.probabilities.get(intent, 0.0) + 1e-4)
            if intent in own or (step and intent == STRANGE):  # a television is as loud whatever was asked
                score += OWN_BONUS
            elif step and not self._table.of(step, intent):
                score += STRANGE_MALUS
            likeness = match.here.get(intent, 0.0)
            scores[intent] = score + HERE_BONUS * max(0.0, likeness - HERE_FROM) / (1 - HERE_FROM)
        total = sum(map(math.exp, scores.values()))  # with what cannot be meant: the others get no surer by its absence
        ranking = sorted(
            ((intent, math.exp(score) / total) for intent, score in scores.items() if intent not in never.unlikely),
            key=lambda one: (-one[1], one[0]),
        )
        intent, confidence = ranking[0]
        best_here = max(match.here.values(), default=0.0)
        strange = max(match.nearest, best_here) < STRANGE_LIKENESS and match.known < STRANGE_WORDS
        if not step:  # without a step: the most likely intent, with how sure that is
            intent = STRANGE if strange and STRANGE in self._script.intents else intent
            others = tuple(one for one in ranking if one[0] != intent)
            return Verdict(intent, dict(ranking)[intent] if not strange else 1 - confidence, others[:3])
        needed = SURE_ENDING if self.ends(step, intent) else SURE
        if strange or confidence < needed:
            return Verdict(EngineIntent.NO_MATCH, 1 - confidence, tuple(ranking[:4]))
        return Verdict(intent, confidence, tuple(ranking[1:4]))

    def ends(self, step: str, intent: str) -> bool:
        """Whether the intent ends the call here."""
        return any(cell.move is not None and cell.move.end for cell in self._table.of(step, intent))

    def identifies(self, step: str) -> bool:
        """Whether the step asks who is on the line."""
        return any(cell.move is not None and cell.move.right_party for cell in self._table.of(step, "affirm"))

    def connects(self, step: str, intent: str) -> bool:
        """Whether the intent connects the callee to somebody."""
        endings = self._script.endings
        return any(
            cell.move is not None and cell.move.end in endings and endings[cell.move.end].action == "transfer"
            for cell in self._table.of(step, intent)
        )

    def takes(self, step: str, intent: str) -> bool:
        """Whether the intent is an answer of the step's own."""
        return any(cell.kind == "own" for cell in self._table.of(step, intent))

    def leads(self, step: str, intent: str) -> bool:
        """Whether the intent leads anywhere in the step."""
        return bool(self._table.of(step, intent))
