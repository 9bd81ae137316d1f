"""Utterances in the form that rules and the matcher read: values and names replaced, clauses separated. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz

from voicebot import languages
from voicebot.dialogue.talk import Lead
from voicebot.languages import Language
from voicebot.languages.language import Names

_NAME_LIKE: Final = 82
"""Similarity (0–100) from which a word counts as the name of the person called."""
_SOUNDS_LIKE: Final = 0.85
_ALIKE: Final = 0.6
"""How much (0–1) a word that means nothing else sounds like that name, alone and beside another name of the person: of
72 712 pairs of frequent American names, 0.07 % do alone that were not taken for each other by their letters."""
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


def cleaned(text: str, language: str, lead: Lead | None = None, ordinary: Container[str] = frozenset()) -> str:
    """Drop hesitations from a text whose values are replaced, and replace the lead's name.

    Parameters
    ----------
    ordinary
        Words that mean something, and so are no name that was misheard.
    """
    spoken = languages.of(language)
    text = without_fillers(text, spoken)
    return _named(text, lead, spoken, ordinary) if lead else text


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


def _named(text: str, lead: Lead, language: Language, ordinary: Container[str]) -> str:
    stand_in = language.clues.stand_ins.name
    if not language.spaced:
        return text.replace(lead.name, stand_in)
    names = [part for part in language.plain(lead.name).split() if len(part) > 2]
    words = text.split()
    stems = [word.partition("'")[0] for word in words]
    like = {
        place
        for place, stem in enumerate(stems)
        if any(stem == name or (len(stem) > 3 and fuzz.ratio(stem, name) >= _NAME_LIKE) for name in names)
    }
    if language.names is not None:
        like = _by_sound(stems, like, names, language.names, ordinary)
    found = [
        f"{stand_in}{word[len(stem) :]}" if place in like else word
        for place, (word, stem) in enumerate(zip(words, stems, strict=True))
    ]
    # a full name becomes one: "this is maria maria" says nothing more than "this is maria"
    return re.sub(rf"\b{stand_in}(?: {stand_in})+", stand_in, " ".join(found))


def _by_sound(
    stems: Sequence[str], like: set[int], names: Sequence[str], sounds: Names, ordinary: Container[str]
) -> set[int]:
    """Return the places of words that are a name of the person called, or that sound like one.

    A word that means something is no name; a name may be heard as two words; and beside one name, a word that sounds
    much like the other is that.
    """
    like = set(like)
    for place, stem in enumerate(stems):
        heard = stem not in ordinary and any(sounds.sounds_like(stem, name) >= _SOUNDS_LIKE for name in names)
        if heard or any(sounds.is_short_for(stem, name) for name in names):
            like.add(place)
    for place, (first, second) in enumerate(pairwise(stems)):
        known = like & {place, place + 1} or (first in ordinary and second in ordinary)
        if not known and any(sounds.sounds_like(first + second, name) >= _SOUNDS_LIKE for name in names):
            like |= {place, place + 1}
    beside = {place + step for place in like for step in (-1, 1)} & set(range(len(stems))) - like
    for place in beside:
        if stems[place] not in ordinary and any(sounds.alike(stems[place], name) >= _ALIKE for name in names):
            like.add(place)
    return like


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
