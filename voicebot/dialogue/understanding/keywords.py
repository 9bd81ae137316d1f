"""Rules for what must not be missed: a few words that decide an intent, whatever a model thinks. Pure.

They are built for precision: each has phrases that cancel it ("don't stop", "I don't need a lawyer"). They run
alongside every policy, and they win.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from voicebot import languages

HARD: Final = frozenset(
    {"stop_calling", "attorney", "bankruptcy", "deceased", "wrong_person", "talk_to_human", "dispute", "already_paid"}
)
"""Intents that every language has a rule for (``languages.language.KeywordRule``)."""


def hard_intent(text: str, language: str, *, right_party: bool = False) -> str:
    """Return the intent that a rule decides, or an empty string.

    Parameters
    ----------
    text
        A masked utterance (``normal.masked``): the lead's name is "maria" in it.
    right_party
        The callee is the person called: then "he passed away" speaks of somebody else.
    """
    for rule in languages.of(language).keywords:
        if rule.before_identity_only and right_party:
            continue
        if rule.says and rule.says.search(text) and not (rule.unless and rule.unless.search(text)):
            return rule.intent
    return ""


def share_of_words(intent: str, text: str, language: str) -> float:
    """Return how much of an utterance the words are by which a rule decides an intent, 0 to 1."""
    lengths = [
        len(found.group())
        for rule in languages.of(language).keywords
        if rule.intent == intent and rule.says and (found := rule.says.search(text))
    ]
    return max(lengths, default=0) / max(1, len(text))


@dataclass(frozen=True, slots=True)
class Fenced:
    """Intents that an utterance cannot mean, so that no model takes it for one either.

    Parameters
    ----------
    cancelled
        Its words say the opposite ("I don't need a lawyer"), or a person who has confirmed to be the one called said
        them and is not deceased.
    unlikely
        These, and those that need a word which it lacks: it only resembles examples of them.
    """

    cancelled: frozenset[str]
    unlikely: frozenset[str]


NO_FENCE: Final = Fenced(frozenset(), frozenset())
"""Of words that may mean anything."""


def fenced(text: str, language: str, *, right_party: bool = False) -> Fenced:
    """Return the intents that these words cannot mean.

    Parameters
    ----------
    text
        A masked utterance.
    right_party
        The callee is the person called.
    """
    cancelled, unlikely = set(), set()
    for rule in languages.of(language).keywords:
        if (rule.before_identity_only and right_party) or (rule.unless and rule.unless.search(text)):
            cancelled.add(rule.intent)
        if rule.needs and not rule.needs.search(text):
            unlikely.add(rule.intent)
    return Fenced(frozenset(cancelled), frozenset(cancelled | unlikely))
