"""Hinted phrases as candidates: which to score, how they are written, which to believe. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

from voicebot.speech.recognition.engine import NOTHING, Heard
from voicebot.speech.recognition.recognizer import Hypothesis

MOST_CANDIDATES: Final = 8
"""Scoring this many costs about as much as the greedy words did."""

SURE: Final = -0.05
"""Mean log-probability over which one greedy text in twenty-five has an error: nothing is gained by scoring."""
NEAR: Final = 45.0
"""Least similarity (0 to 100) of a phrase to the greedy words for it to be scored."""
_LONGEST: Final = 300
"""Characters of the longest phrase that is scored: no answer is longer, and the cost grows with their square."""
_MARGIN: Final = 0.35
"""How much worse than the greedy words a candidate may explain the audio."""
_MARGIN_UNSURE: Final = 0.9
"""The same where the greedy words are themselves unsure."""
_UNSURE: Final = -0.5
_WORST: Final = -2.0
"""A candidate below is not believed in any case."""

_WORD: Final = re.compile(r"[^\w']+")
_QUESTION: Final = re.compile(
    r"^(who|what|why|when|where|which|how|is|are|am|was|were|do|does|did|can|could|would|will|should|may)\b"
)
_COMMA_AFTER: Final = re.compile(
    r"^(yes|yeah|yep|no|nope|nah|okay|ok|sure|well|hello|hi|sorry|actually|um|uh|oh)\s+(?=\S)", re.IGNORECASE
)
_I: Final = re.compile(r"\bi(?=\b|')")
_NAMES: Final = re.compile(
    r"\b(monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|april|june|july|august|"
    r"september|october|november|december)\b"
)

_CONFIDENCES: Final = ((-2.0, 0.0), (-1.0, 0.15), (-0.5, 0.45), (-0.2, 0.8), (-0.05, 0.95), (0.0, 1.0))
"""Mean log-probability -> confidence, by how often greedy words of that kind were right."""


def confidence_of(log_probability: float) -> float:
    """Confidence (0 to 1) of words with this mean log-probability per token."""
    scores, confidences = zip(*_CONFIDENCES, strict=True)
    return float(np.interp(log_probability, scores, confidences))


def plain(text: str) -> str:
    """Lower-case words without punctuation."""
    return " ".join(_WORD.sub(" ", text.lower()).split())


def written(phrase: str) -> str:
    """A phrase as the model writes it: capitals, commas and the mark at its end are tokens too."""
    text = _NAMES.sub(lambda found: found.group().capitalize(), _I.sub("I", phrase.strip()))
    text = _COMMA_AFTER.sub(lambda found: f"{found.group(1)}, ", text)
    first = text[:1].upper()
    # Not every letter has a capital of its own: ß, µ and ı share theirs with other letters.
    text = (first if first.lower() == text[:1].lower() else text[:1]) + text[1:]
    if text[-1:] in ".?!":
        return text
    return text + ("?" if _QUESTION.match(phrase.strip().lower()) else ".")


def shortlist(text: str, log_probability: float, phrases: Sequence[str]) -> list[str]:
    """Phrases worth scoring against the audio: none where the greedy words are sure or are a phrase themselves.

    Parameters
    ----------
    text, log_probability
        The greedy words.
    phrases
        The hints.
    """
    words = plain(text)
    known = {plain(phrase): phrase for phrase in phrases if len(phrase) <= _LONGEST and plain(phrase)}
    if not known or words in known or log_probability > SURE:
        return []
    if not words:
        return list(known.values())[:MOST_CANDIDATES] if len(known) <= MOST_CANDIDATES else []
    near = process.extract(words, list(known), scorer=fuzz.ratio, limit=MOST_CANDIDATES, score_cutoff=NEAR)
    return [known[phrase] for phrase, _, _ in near]


def pick(free: Hypothesis, log_probability: float, scored: Sequence[tuple[str, float]]) -> Heard:
    """Weigh the greedy words against scored candidates.

    Parameters
    ----------
    free, log_probability
        The greedy words.
    scored
        (phrase, mean log-probability).
    """
    ordered = sorted(scored, key=lambda pair: -pair[1])
    hypotheses = [Hypothesis(phrase, confidence_of(score), "hints") for phrase, score in ordered]
    phrase, best = ordered[0]
    margin = _MARGIN_UNSURE if log_probability < _UNSURE else _MARGIN
    if best >= max(log_probability - margin, _WORST) and free is not NOTHING:
        return Heard(Hypothesis(phrase, confidence_of(best), "hints"), (free, *hypotheses[1:3]))
    return Heard(free, tuple(hypotheses[:3]))
