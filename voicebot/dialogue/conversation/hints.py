"""Likely answers of a step, in plain words, for the recogniser. Pure."""

from __future__ import annotations

from typing import Final

from voicebot.dialogue.script.kept import Kept
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.table import table_of

MAX_WORDS: Final = 5
PER_INTENT: Final = 6
MOST: Final = 48
"""How many there are at most, unless the step lists more itself."""
_PHRASES: Final[Kept[dict[str, tuple[str, ...]]]] = Kept()


def phrases(script: Script, step: str) -> tuple[str, ...]:
    """Return the hints of a step: all its own, then short examples of what it answers as far as there is room.

    Parameters
    ----------
    step
        Name of the step.
    """
    kept = _PHRASES.of(script)
    if kept is None:
        kept = _PHRASES.keep(script, {})
    if step not in kept:
        kept[step] = _phrases(script, step)
    return kept[step]


def without_phrases(script: Script) -> Script:
    """Return a copy of a script without hints, for walking through it thousands of times when nobody is heard."""
    copied = script.model_copy()
    _PHRASES.keep(copied, dict.fromkeys(script.steps, ()))
    return copied


def _phrases(script: Script, step: str) -> tuple[str, ...]:
    part = script.steps[step]
    found = list(part.hints)
    for intent in table_of(script).intents(step):
        examples = [
            *part.examples.get(intent, ()),
            *(script.intents[intent].examples if intent in script.intents else ()),
        ]
        short = [text for text in examples if len(text.split()) <= MAX_WORDS]
        found += short[:PER_INTENT]
    return tuple(dict.fromkeys(found))[: max(MOST, len(part.hints))]
