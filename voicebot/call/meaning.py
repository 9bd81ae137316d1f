"""What an utterance is to the turn: an answer, a back-channel, words that fit nothing, or no words at all. Pure."""

from __future__ import annotations

import re
from typing import Final

from voicebot import languages
from voicebot.call.turn_events import Meaning
from voicebot.dialogue.talk import EngineIntent, Understanding, Utterance

SHORT_NOISE_SECONDS: Final = 0.35
"""A sound this short with unsure words is a click or a breath."""
UNSURE: Final = 0.35
_TO_A_QUESTION: Final = frozenset({"affirm", "deny"})
HARDLY: Final = 0.5
"""A word or two that were recognised with less than this, over a statement, interrupt nothing: most are an "uh-huh"."""

_COMMAS: Final = (",", "，", "、")


def normal(text: str) -> str:
    """Lower case without punctuation, single spaces."""
    return " ".join(re.sub(r"[^\w\s'\-]", " ", text.lower()).split())


def meaning(
    utterance: Utterance,
    understanding: Understanding,
    *,
    language: str,
    speaking: bool,
    asked: bool,
    asks: bool = True,
    clear: bool = True,
    seconds: float = 1.0,
) -> Meaning:
    """Return what an utterance is to the turn.

    Parameters
    ----------
    utterance, understanding
        What was heard and what the policy made of it.
    language
        BCP 47 tag.
    speaking
        The bot's voice was on the line when the utterance began.
    asked
        The question itself was being said, or had been: a short "yes" answers it.
    asks
        The line that asks had been begun: a yes before that says yes to nothing.
    clear
        They mean something in this call, heard and understood surely enough to interrupt.
    seconds
        How long the utterance was.
    """
    spoken = languages.of(language)
    text = normal(utterance.text)
    if not text or (not any(character.isalnum() for character in text)):
        return Meaning.NOTHING
    unclear = understanding.intent == EngineIntent.NO_MATCH
    if unclear and seconds < SHORT_NOISE_SECONDS and utterance.confidence < UNSURE:
        return Meaning.NOTHING
    if not asks and understanding.intent in _TO_A_QUESTION:
        return Meaning.BACK_CHANNEL if speaking else Meaning.NOTHING  # "Philippa speaking", on picking up
    if speaking:
        if text in spoken.manners.greetings:
            return Meaning.BACK_CHANNEL
        if not asked and text in spoken.manners.back_channels:
            return Meaning.BACK_CHANNEL
        few_words = len(text.split()) < 3 if spoken.spaced else len(text) <= 2
        if few_words and (unclear or (not asked and utterance.confidence < HARDLY)):
            return Meaning.BACK_CHANNEL
        if not (asked or clear or spoken.clues.asking.search(text)):  # what they ask is answered
            return Meaning.STRAY
    return Meaning.UNCLEAR if unclear else Meaning.ANSWER


def hesitant(text: str, understanding: Understanding, language: str) -> bool:
    """Whether the words trail off, so that more is to come; never if the policy considers them complete."""
    return not understanding.complete and languages.of(language).trails_off(text)


def breaks_at_a_comma(text: str) -> bool:
    """Whether the recogniser heard that the sentence goes on: two of three that it ends with a comma do."""
    return text.rstrip().endswith(_COMMAS)
