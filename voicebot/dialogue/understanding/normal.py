"""Utterances in the form that rules and the matcher read: values and names replaced, clauses separated. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from voicebot import languages
from voicebot.dialogue.talk import Lead
from voicebot.languages import Language

_NAME_LIKE: Final = 82
"""Similarity (0–100) from which a word counts as the name of the person called."""
REFERENCE: Final = datetime(2026, 1, 5, 11)
"""A Monday; examples are read as if they were said on it."""


def without_fillers(text: str, language: Language) -> str:
    """Drop hesitations; keep the text where nothing else is left."""
    return " ".join(language.clues.fillers.sub(" ", text).split()) or text


def masked(text: str, language: str, now: datetime, lead: Lead | None = None) -> str:
    """Replace dates, amounts and the lead's name by ones that stand for all of them, and drop hesitations.

    Parameters
    ----------
    text, language, now
        See ``replaced``.
    """
    return cleaned(replaced(text, language, now), language, lead)


def cleaned(text: str, language: str, lead: Lead | None = None) -> str:
    """Drop hesitations from a text whose values are replaced, and replace the lead's name."""
    spoken = languages.of(language)
    text = without_fillers(text, spoken)
    return _named(text, lead, spoken) if lead else text


def replaced(text: str, language: str, now: datetime) -> str:
    """Return plain text, dates and amounts replaced by ones that stand for all of them.

    Parameters
    ----------
    text
        As heard, or an example with ``{name}``.
    language
        BCP 47 tag.
    now
        Local time; tells a day to come from one that is past.
    """
    spoken = languages.of(language)
    stand_ins = spoken.clues.stand_ins
    text = text.replace("{name}", stand_ins.name)
    spans: list[tuple[int, int, str]] = []
    for day in spoken.entities.find_dates(text, now):
        spans.append((day.start, day.end, stand_ins.past if day.value < now.date() else stand_ins.future))
    for money in spoken.entities.find_amounts(text, "USD"):
        if "$" in text[money.start : money.end] or spoken.clues.money.search(money.text):
            spans.append((money.start, money.end, stand_ins.money))
    kept: list[tuple[int, int, str]] = []
    for start, end, word in sorted(spans):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, word))
    for start, end, word in reversed(kept):
        text = f"{text[:start]}{word}{text[end:]}"
    return spoken.plain(text)


def _named(text: str, lead: Lead, language: Language) -> str:
    stand_in = language.clues.stand_ins.name
    if not language.spaced:
        return text.replace(lead.name, stand_in)
    names = [part for part in language.plain(lead.name).split() if len(part) > 2]
    found = []
    for word in text.split():
        stem, mark, rest = word.partition("'")
        like = any(stem == name or (len(stem) > 3 and fuzz.ratio(stem, name) >= _NAME_LIKE) for name in names)
        found.append(f"{stand_in}{mark}{rest}" if like else word)
    # a full name becomes one: "this is maria maria" says nothing more than "this is maria"
    return re.sub(rf"\b{stand_in}(?: {stand_in})+", stand_in, " ".join(found))


def spelled_out(text: str, language: Language) -> str:
    """Write short forms out, so that "I'll" and "I will" are the same words."""
    for short, long in language.clues.short_forms:
        text = short.sub(long, text)
    return text


@lru_cache(maxsize=4096)
def example(text: str, language: str) -> str:
    """Return an example in the same form."""
    return masked(text, language, REFERENCE)


@dataclass(frozen=True, slots=True)
class Clauses:
    """An utterance split into clauses.

    Parameters
    ----------
    lead
        A yes or no that it begins with: ``affirm``, ``deny``, or empty.
    rest
        What follows, in parts at "but", "actually", …; the utterance itself where nothing leads it.
    """

    lead: str
    rest: tuple[str, ...]


def clauses(text: str, language: str) -> Clauses:
    """Split a masked utterance into clauses."""
    clues = languages.of(language).clues
    for intent, pattern in (("affirm", clues.yes), ("deny", clues.no)):
        found = pattern.match(text)
        if found:
            return Clauses(intent, _cut(text[found.end() :], clues.but))
    return Clauses("", _cut(text, clues.but))


def _cut(text: str, at: re.Pattern[str]) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in at.split(text) if part.strip())
    return parts[:3] or (text,)


def is_bare(text: str, language: str) -> bool:
    """Whether a masked utterance is no more than a day, a time or an amount."""
    return not "".join(languages.of(language).clues.bare.sub("", text).split())


def called(lead: Lead, language: str) -> str:
    """Return the lead's name as people say it in short."""
    spoken = languages.of(language)
    return spoken.plain(spoken.wording.first_name(lead.name))
