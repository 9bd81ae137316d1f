"""Offers in two parts: some now, the rest then. Each amount goes with its own day. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from voicebot import languages
from voicebot.dialogue.talk import Lead
from voicebot.languages import Language

_NOWHERE: Final = -1


def parts(text: str, language: str, now: datetime, lead: Lead | None) -> tuple[str, str] | None:
    """Split an offer of two amounts, or of one and "the rest", into the part that comes first and the other.

    Parameters
    ----------
    text
        As recognised.
    language
        BCP 47 tag.
    now
        Local date and time of the call.
    lead
        For the currency.

    Returns
    -------
    tuple
        The two parts of ``text``; ``None`` where it is no such offer.
    """
    spoken = languages.of(language)
    money = _money(text, spoken, now, lead)
    rest = spoken.clues.rest.search(text.lower())
    if rest is not None and rest.start() and any(end <= rest.start() for _, end in money):
        return text[: rest.start()], text[rest.start() :]
    if len(money) < 2:
        return None
    days = _days(text, spoken, now)
    between = text[money[0][1] : money[1][0]]
    joint = spoken.clues.joins.search(between)
    if joint is not None:
        cut = money[0][1] + joint.start()
    else:  # nothing joins them: a day between belongs to the second, if the first has one
        led = any(start < money[0][1] for start, _ in days)
        cut = next((start for start, _ in days if led and money[0][1] <= start < money[1][0]), _NOWHERE)
        cut = money[1][0] if cut == _NOWHERE else cut
    sides = {start < cut for start, _ in days}
    return (text[:cut], text[cut:]) if len(sides) == 2 else None


def _days(text: str, spoken: Language, now: datetime) -> list[tuple[int, int]]:
    """Where days are said, "now" included."""
    found = [(day.start, day.end) for day in spoken.entities.find_dates(text, now)]
    return sorted({*found, *(one.span() for one in spoken.clues.at_once.finditer(text.lower()))})


def _money(text: str, spoken: Language, now: datetime, lead: Lead | None) -> list[tuple[int, int]]:
    """Where amounts and parts of what is owed are said."""
    days = [(day.start, day.end) for day in spoken.entities.find_dates(text, now)]
    found = [
        *((one.start, one.end) for one in spoken.entities.find_amounts(text, lead.currency if lead else "")),
        *((one.start, one.end) for one in spoken.entities.find_fractions(text)),
    ]
    return sorted(one for one in found if all(one[1] <= start or one[0] >= end for start, end in days))
