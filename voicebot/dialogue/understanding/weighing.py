"""Whether what was heard is enough for what would follow from it. Pure; the one place where evidence is weighed.

A belief from 0 to 1 is made of three doubts that have nothing to do with each other, so they are multiplied:

- **heard**: whether these words were said. The recogniser's confidence says most about it; hypotheses that mean the
  same, and another recogniser that heard the same, take doubt away; hypotheses that mean something else, another
  recogniser that disagrees, and more (or fewer) words than anybody says in that time add doubt.
- **meant**: whether the words mean this. In so many words, or by the matcher's probability, and never surer than its
  distance to the next meaning allows.
- **fits**: whether it answers the question that was asked; other meanings are less to be expected.

What the belief is enough for depends on what would be decided (``NEEDED``): the graver, the more. Where it is not
enough, the callee is asked whether that was said; where it is so small that asking would be odd, it counts as not
understood. Words that only resemble what people say who mean it tell nobody the debt, and bar no number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from voicebot.dialogue.script.consequence import Consequence
from voicebot.dialogue.talk import Understanding

NEEDED: Final[Mapping[Consequence, float]] = {"none": 0.0, "asks": 0.3, "ends": 0.6, "bars": 0.75}
"""Belief from which is acted."""
ASKED_FROM: Final = 0.25
"""Belief from which somebody is asked whether they said it."""
BARELY_HEARD: Final = 0.3
"""Confidence of the recogniser with which nothing is acted on that has a consequence, and everything is asked about."""
HEARD: Final = ((0.0, 0.0), (0.2, 0.1), (0.35, 0.35), (0.5, 0.68), (0.65, 0.85), (0.8, 0.95), (1.0, 1.0))
"""Recogniser's confidence -> how sure it is that the words were said. Words of a whole answer get 0.65 and more on a
telephone line, and most of what gets less than 0.35 was never said."""
SURELY_HEARD: Final = 0.8
"""Confidence from which other hypotheses are not looked at."""
AGREEMENT: Final = ((0.0, 2.0), (0.5, 1.0), (1.0, 0.6))
"""Share of the hypotheses that mean the same -> what it does to the doubt about the words, as a factor."""
SECOND_EAR: Final[Mapping[bool | None, float]] = {True: 0.4, None: 1.0, False: 2.0}
"""The same for another recogniser that agrees, that did not listen, that disagrees."""
DISAGREED: Final = 0.42
"""Least doubt about words whose sound means something else to another recogniser: of five hundred sentences on noisy
lines, the surer one was right about 57 % of those."""
SLOWEST: Final = 0.08
FASTEST: Final = 2.5
"""Pace outside which it is odd that a sound of this length held these words."""
ODD_PACE: Final = 0.8
LITERAL: Final = 0.97
"""How sure words are of what they say in so many words."""
ELSEWHERE: Final = 0.92
"""The same for a meaning that is no answer to the question, where it only resembles."""

Step = Literal["act", "ask", "not_understood"]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What to do with what was heard, and why.

    Parameters
    ----------
    step
        Act on it, ask whether it was said, or treat it as not understood.
    heard, meant
        How sure it is that the words were said, and that they mean this; 0 to 1.
    belief, needed
        Both together, and what would have been enough.
    """

    step: Step
    heard: float
    meant: float
    belief: float
    needed: float

    def __str__(self) -> str:
        return (
            f"{self.step.replace('_', ' ')}: {self.belief:.2f} of {self.needed:.2f} needed "
            f"(heard {self.heard:.2f}, meant {self.meant:.2f})"
        )


def weigh(
    understanding: Understanding,
    consequence: Consequence,
    *,
    answers: bool,
    tells: bool = False,
    least_heard: float = 0.0,
    least_meant: float = 0.0,
) -> Weighed:
    """Weigh what was heard against what would follow.

    Parameters
    ----------
    understanding
        What was heard, with its evidence.
    consequence
        How grave it would be to act on it by mistake.
    answers
        It is an answer of the step's own, no digression from it.
    tells
        The debt would be told after it.
    least_heard, least_meant
        What the script asks for beside that: confidence of the recogniser below which is asked back, and of the
        understanding below which nothing was understood.
    """
    heard, meant, literal = _heard(understanding), _meant(understanding), _literal(understanding)
    belief = heard * meant * (1.0 if answers or literal else ELSEWHERE)
    needed = NEEDED[consequence]
    step: Step = "act"
    if not (literal or understanding.evidence.yes) and understanding.confidence < least_meant:
        step = "not_understood"
    elif consequence != "none":
        grave = tells or consequence == "bars"
        said = literal or (consequence != "bars" and understanding.evidence.yes)
        enough = belief >= needed and (said or not grave) and understanding.recognition >= least_heard
        step = "act" if enough else "ask" if belief >= ASKED_FROM else "not_understood"
    return Weighed(step, heard, meant, belief, needed)


def _heard(understanding: Understanding) -> float:
    evidence = understanding.evidence
    if understanding.policy == "engine":
        return 1.0
    doubt = 1 - _between(HEARD, understanding.recognition)
    if evidence.agreement is not None:
        doubt *= _between(AGREEMENT, evidence.agreement)
    doubt *= SECOND_EAR[evidence.second_ear]
    if evidence.second_ear is False:
        doubt = max(doubt, DISAGREED)
    heard = 1 - min(1.0, doubt)
    odd = evidence.pace is not None and not SLOWEST <= evidence.pace <= FASTEST
    return heard * (ODD_PACE if odd else 1.0)


def _meant(understanding: Understanding) -> float:
    if understanding.policy == "engine":
        return 1.0
    if _literal(understanding):
        return max(LITERAL, understanding.confidence)
    following = max((value for intent, value in understanding.ranking if intent != understanding.intent), default=0.0)
    return min(understanding.confidence, max(0.0, 0.5 + understanding.confidence - following))


def _literal(understanding: Understanding) -> bool:
    """Whether it was said in so many words, or pressed; a likeness never leaves no doubt at all."""
    exact = understanding.confidence >= 1.0
    return exact or understanding.evidence.literal or understanding.policy == "engine"


def _between(points: Sequence[tuple[float, float]], at: float) -> float:
    """Interpolate between points, linearly; beyond the first and the last, their values."""
    for (left, low), (right, high) in pairwise(points):
        if at <= right:
            return low + (high - low) * max(0.0, at - left) / (right - left)
    return points[-1][1]
