"""Two recognisers heard the same sound: whose words count. Pure.

Their confidences mean about the same. Of five hundred sentences on noisy telephone lines, where the first recogniser
was less than 0.9 sure and the two heard different words, the second was nearer to what was said seven times out of ten.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from voicebot.dialogue.talk import Utterance

SURE: Final = 0.9
"""Confidence from which the first recogniser's words stand unless the second is surer still."""
AHEAD: Final = 0.12
"""So much less sure than the first the second may be where the first is not sure."""

HINTED: Final = 0.2
"""So much surer it must be than an expected answer, which is more often right than its confidence says."""


def together(first: Utterance, text: str, confidence: float) -> Utterance:
    """Return what both heard: the words that count, and the others beside them.

    Parameters
    ----------
    first
        What the first recogniser heard.
    text, confidence
        What the second one heard; no text: no words.
    """
    if not text:
        return replace(first, second_ear=("", confidence))
    ahead = -HINTED if first.hinted else 0.0 if first.confidence >= SURE else AHEAD
    if first.text and confidence + ahead < first.confidence:
        return replace(first, second_ear=(text, confidence))
    others = ((first.text, first.confidence), *first.alternatives) if first.text else first.alternatives
    second = (first.text, first.confidence) if first.text else None
    return replace(first, text=text, confidence=confidence, alternatives=others, second_ear=second, hinted=False)
