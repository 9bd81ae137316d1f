"""Everything that a recogniser thinks may have been said, read: which of it counts, and how far the rest agrees. Pure.

The best words count, unless they mean nothing here, or hardly anything, and another hypothesis means something. Where
the recogniser is sure of its words, no other hypothesis is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from voicebot.dialogue.talk import Understanding, Utterance
from voicebot.dialogue.understanding.expectation import NOTHING, SURE
from voicebot.dialogue.understanding.weighing import SURELY_HEARD
from voicebot.languages import Language

ALTERNATIVES: Final = 2
"""How many are read beside the best."""
LEAST: Final = 0.05
"""Confidence from which a hypothesis is one."""
MEANS: Final = 0.5
"""Confidence of a meaning from which no other hypothesis takes its place."""


def understood(heard: Utterance, read: Callable[[str], Understanding], language: Language) -> Understanding:
    """Understand what was heard.

    Parameters
    ----------
    heard
        Words, alternatives, and what another recogniser heard.
    read
        Says what a text means.
    language
        Of the script.
    """
    best = read(heard.text)
    found = [(best, heard.confidence)]
    if heard.confidence < SURELY_HEARD:
        others = [one for one in heard.alternatives if one[1] >= LEAST][:ALTERNATIVES]
        found += [(read(text), confidence) for text, confidence in others]
    second = read(heard.second_ear[0]) if heard.second_ear else None
    candidates = [*found[1:], *([(second, heard.second_ear[1])] if second and heard.second_ear else [])]
    chosen, recognition = _chosen(best, heard.confidence, candidates)
    total = sum(confidence for _, confidence in found)
    same = sum(confidence for one, confidence in found if one.intent == chosen.intent)
    evidence = replace(
        chosen.evidence,
        agreement=same / total if len(found) > 1 and total else None,
        second_ear=_agrees(second, chosen),
        pace=_pace(heard, language),
    )
    return replace(chosen, recognition=recognition, evidence=evidence)


def _chosen(
    best: Understanding, confidence: float, others: Sequence[tuple[Understanding, float]]
) -> tuple[Understanding, float]:
    """Return the hypothesis that counts, and how sure the recogniser is of it."""
    if best.policy != "keyword" and (best.intent in NOTHING or best.confidence < MEANS):
        least = max(0.0 if best.intent in NOTHING else best.confidence, SURE)
        for other, its in others:
            sure = other.confidence * (min(1.0, its / confidence) if confidence else 1.0)
            if other.intent not in NOTHING and sure > least:
                return other, its
    return best, confidence


def _agrees(second: Understanding | None, chosen: Understanding) -> bool | None:
    """Return whether another recogniser heard the same meaning; one that made no sense of it says nothing about it."""
    if second is None or (second.intent in NOTHING and chosen.intent not in NOTHING):
        return None
    return second.intent == chosen.intent


def _pace(heard: Utterance, language: Language) -> float | None:
    """Return how fast these words were spoken, relative to how fast people speak."""
    words = language.plain(heard.text)
    units = len(words.split()) if language.spaced else len(words)
    if not heard.seconds or not units:
        return None
    return units / heard.seconds / language.writing.units_a_second
