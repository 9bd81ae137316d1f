"""From words to values for a script's slots. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeVar

from voicebot import languages
from voicebot.dialogue.script.model import Script, Slot
from voicebot.dialogue.talk import Lead, SlotValue
from voicebot.dialogue.understanding.offers import parts
from voicebot.languages.grammar.phone_numbers import region_of

_CENT: Final = Decimal("0.01")
_ROUNDING: Final = Decimal(1)
"""People round: two halves of 120.50 may be said to be sixty and sixty-one."""


@dataclass(frozen=True, slots=True)
class HeardValues:
    """The values in one utterance: slot → value."""

    values: Mapping[str, SlotValue] = field(default_factory=dict)

    def of(self, intent: str, script: Script) -> dict[str, SlotValue]:
        """Return the values that an intent may carry."""
        return {name: value for name, value in self.values.items() if intent in script.slots[name].carriers}

    def below(self, lead: Lead | None, script: Script) -> HeardValues:
        """Return these values without an amount that is all that is owed."""
        owed = lead.amount if lead else Decimal("Infinity")
        money = {name for name, slot in script.slots.items() if slot.type == "money"}
        kept = {
            name: value
            for name, value in self.values.items()
            if name not in money or (isinstance(value, Decimal) and value < owed)
        }
        return HeardValues(kept)


def hear_values(script: Script, step: str, text: str, now: datetime, lead: Lead | None) -> HeardValues:
    """Find a value in the words for every slot of the script, where there is one.

    Parameters
    ----------
    step
        Present step, or an empty text; free text and choices are heard only where they are asked for.
    text
        As recognised.
    now
        Local date and time of the call.
    lead
        For the currency, and for parts of what is owed.
    """
    offer = parts(text, script.language, now, lead)
    first, rest = offer or (text, "")
    found: dict[str, SlotValue] = {}
    for name, slot in script.slots.items():
        asked = step in script.steps and script.steps[step].asks == name
        value = None if slot.rest_of else _value(script, slot, first, now, lead, asked=asked)
        if value is not None:
            found[name] = value
    return HeardValues({**found, **_rest(script, rest, found, now, lead)})


def _rest(
    script: Script, text: str, first: Mapping[str, SlotValue], now: datetime, lead: Lead | None
) -> dict[str, SlotValue]:
    """Return the second part of an offer in two parts: its day, and what is left where no amount is named.

    Half of it is kept nowhere: without a day, or where both amounts come to more than is owed, nothing is returned.
    """
    found: dict[str, SlotValue] = {}
    owed = lead.amount if lead else Decimal("Infinity")
    for name, slot in script.slots.items():
        if not slot.rest_of or not text:
            continue
        value = _value(script, slot, text, now, lead, asked=False)
        before = first.get(slot.rest_of)
        if slot.type == "money" and isinstance(before, Decimal):
            value = value if isinstance(value, Decimal) else owed - before
            value = value if value.is_finite() and 0 < value <= owed - before + _ROUNDING else None
        if value is None:
            return {}
        found[name] = value
    return found


def _value(script: Script, slot: Slot, text: str, now: datetime, lead: Lead | None, *, asked: bool) -> SlotValue | None:
    language = script.language
    match slot.type:
        case "date":
            day = day_in(text, language, now)
            at_once = languages.of(language).clues.at_once.search(text.lower())
            due = lead.due_date if lead and asked and languages.of(language).clues.due.search(text.lower()) else None
            if day is None and due is not None and due >= now.date():
                return due
            paid_now = day is None and at_once and amount_in(text, language, now, lead) is not None
            return now.date() if paid_now else day
        case "time":
            return time_in(text, language, now)
        case "money":
            return amount_in(text, language, now, lead)
        case "choice":
            plain = languages.of(language).plain
            words = plain(text)
            edge = " " if languages.of(language).spaced else ""  # whole words: "ill" is not said in "i will"
            said = f"{edge}{words}{edge}"
            hits = [
                key
                for key, options in slot.choices.items()
                if any(f"{edge}{plain(one)}{edge}" in said for one in options)
            ]
            return hits[0] if asked and len(hits) == 1 else None
        case "phone":
            phones = [found.value for found in languages.of(language).find_phones(text, region_of(language))]
            return phones[-1] if phones else None
        case "text":
            return text.strip() or None if asked else None
        case _:
            return None  # yes and no are intents


_Day = TypeVar("_Day", date, datetime)


def day_in(text: str, language: str, now: datetime) -> date | None:
    """Return the day that a text means; see ``languages.language.Entities.find_dates``."""
    return _one([found.value for found in languages.of(language).entities.find_dates(text, now)], text, language)


def time_in(text: str, language: str, now: datetime) -> datetime | None:
    """Return the time that a text means; see ``languages.language.Entities.find_times``."""
    return _one([found.value for found in languages.of(language).entities.find_times(text, now)], text, language)


def _one(values: list[_Day], text: str, language: str) -> _Day | None:
    """Return the value that is meant: the last said ("Friday, no, Monday"), the later of two that are offered."""
    if not values:
        return None
    return max(values) if languages.of(language).clues.either.search(text.lower()) else values[-1]


def amount_in(text: str, language: str, now: datetime, lead: Lead | None = None) -> Decimal | None:
    """Return the amount that a text means: a sum, or a part of what is owed.

    Parameters
    ----------
    lead
        What is owed, and in which currency; ``None``: any currency, and no parts.
    """
    owed = lead.amount if lead else None
    currency = lead.currency if lead else ""
    entities = languages.of(language).entities
    days = [(day.start, day.end) for day in entities.find_dates(text, now)]
    sums = [
        one.value
        for one in entities.find_amounts(text, currency, owed=owed)
        if all(one.end <= start or one.start >= end for start, end in days)
    ]
    if sums:
        return sums[-1]
    parts = entities.find_fractions(text)
    if not parts or owed is None:
        return None
    share = parts[0].value
    return (owed * share.numerator / share.denominator).quantize(_CENT, ROUND_HALF_UP)


def hear_yes_no(slot: Slot, intent: str) -> bool | None:
    """Return the value of a yes/no slot."""
    if slot.type != "yes_no":
        return None
    return {"affirm": True, "deny": False}.get(intent)
