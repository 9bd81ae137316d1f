"""Rules for what must not be missed: a few words that decide an intent, whatever a model thinks. Pure.

They are built for precision: each has phrases that cancel it ("don't stop", "I don't need a lawyer"). They run
alongside every policy, and they win.
"""

from __future__ import annotations

from typing import Final

from voicebot import languages

_NEVER_DENIED: Final = frozenset({"attorney", "bankruptcy"})
HARD: Final = frozenset(
    {"stop_calling", "attorney", "bankruptcy", "deceased", "wrong_person", "talk_to_human", "dispute"}
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
        if rule.says.search(text) and not (rule.unless and rule.unless.search(text)):
            return rule.intent
    return ""


def taken_back(intent: str, text: str, language: str) -> bool:
    """Whether words cancel an intent that only a rule can decide: "I don't need a lawyer" names no attorney.

    Parameters
    ----------
    text
        A masked utterance.
    """
    return intent in _NEVER_DENIED and any(
        rule.intent == intent and rule.unless and rule.unless.search(text) for rule in languages.of(language).keywords
    )
