"""What a conversation is tried with: a person to call, values that fit each slot and values that do not. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Final

from voicebot import languages
from voicebot.dialogue.conversation.values import refusal
from voicebot.dialogue.script import conditions
from voicebot.dialogue.script.conditions import TRIES, comparisons
from voicebot.dialogue.script.model import Script, Slot
from voicebot.dialogue.talk import Lead, SlotValue

NOW: Final = datetime(2026, 11, 23, 10, 0)
"""A Monday morning."""
MOST_LEADS: Final = 12
_NUMBERS: Final = ("days_past_due", "amount_due")


def sample_lead(script: Script, *, amount: Decimal = Decimal("120.50"), due: date = date(2026, 12, 1)) -> Lead:
    """Return a lead that has all that the script may ask for."""
    example = languages.locale(script.language)
    return Lead(
        example.name,
        example.company,
        max(amount, 3 * max((slot.least for slot in script.slots.values()), default=amount)),
        example.currency,
        due,
        example.timezone,
        dict.fromkeys((*script.lead.needs, *script.lead.may_have), "12"),
    )


def leads(script: Script) -> tuple[Lead, ...]:
    """Return a lead of each kind that the script's comparisons tell apart, and one that has only what it must have."""
    asked = [one for one in comparisons(script) if one.left not in {TRIES, *script.slots}]
    numbers = {name: {one.number for one in asked if one.left == name and one.number is not None} for name in _NUMBERS}
    days: dict[date, None] = {sample_lead(script).due_date: None}
    amounts: dict[Decimal, None] = {sample_lead(script).amount: None}
    for number in sorted(numbers["days_past_due"]):
        days.update(dict.fromkeys(NOW.date() - timedelta(days=int(number) + step) for step in (-1, 0, 1)))
    for number in sorted(numbers["amount_due"]):
        amounts.update(dict.fromkeys(number + step for step in (-1, 0, 1) if number + step > 0))
    words = {
        name: ("12", *sorted({one.right for one in asked if one.left == name}))
        for name in {*script.lead.needs, *script.lead.may_have} & {one.left for one in asked}
    }
    found: dict[tuple[bool, ...], Lead] = {}
    for amount, day, more in product(amounts, days, product(*words.values())):
        lead = sample_lead(script, amount=amount, due=day)
        lead = replace(lead, more={**lead.more, **dict(zip(words, more, strict=True))})
        states = conditions.states(script, lead, {}, (), 1, NOW)
        found.setdefault(tuple(str(one) in states for one in asked), lead)
    some = tuple(found.values())[:MOST_LEADS]
    if script.lead.may_have:
        some += (replace(some[0], more={name: some[0].more[name] for name in script.lead.needs}),)
    return some


def accepted(script: Script, name: str, lead: Lead) -> tuple[SlotValue, ...]:
    """Return values that a slot accepts: two, and more where comparisons tell them apart; none where nothing fits."""
    slot = script.slots[name]
    asked = [one for one in comparisons(script) if name in {one.left, one.right}]
    found: dict[tuple[bool, ...], list[SlotValue]] = {}
    for value in (*_candidates(slot, lead), *_boundaries(script, name, lead)):
        if refusal(slot, value, lead, NOW) is None:
            states = conditions.states(script, lead, {name: value}, (), 1, NOW)
            alike = found.setdefault(tuple(str(one) in states for one in asked), [])
            if value not in alike:
                alike.append(value)
    values = [alike[0] for alike in found.values()]
    more = [value for alike in found.values() for value in alike[1:]]
    return tuple(values if len(values) > 1 else [*values, *more[:1]])


def _boundaries(script: Script, name: str, lead: Lead) -> Iterator[SlotValue]:
    """Yield values below, at and above what a slot is compared with."""
    for one in comparisons(script):
        if name not in {one.left, one.right}:
            continue
        other = one.right if one.left == name else one.left
        amount = one.number if one.number is not None else lead.amount if other == "amount_due" else None
        if amount is not None and script.slots[name].type == "money":
            yield from (amount + step for step in (-1, 0, 1))
        if other == "due_date":
            for days in (-1, 0, 1):
                day = lead.due_date + timedelta(days=days)
                yield day if script.slots[name].type == "date" else datetime.combine(day, NOW.time())
        if not one.orders:
            yield one.right


def refused(slot: Slot, lead: Lead) -> tuple[SlotValue, ...]:
    """Return a value for each reason why this slot may refuse one."""
    found: dict[str, SlotValue] = {}
    for value in _strange(slot, lead):
        why = refusal(slot, value, lead, NOW)
        if why and why != "wrong_kind":
            found.setdefault(why, value)
    return tuple(found.values())


def _candidates(slot: Slot, lead: Lead) -> Iterator[SlotValue]:
    match slot.type:
        case "date":
            yield from (NOW.date() + timedelta(days=days) for days in (4, 7, 2, 1, 0))
        case "time":
            yield from (NOW + timedelta(days=days, hours=5) for days in (1, 2, 0))
        case "money":
            most = lead.amount if slot.most is None else slot.most
            half = ((slot.least + most) / 2).quantize(Decimal(1))
            yield from (half, (half + most) // 2, slot.least, most - 1)
        case "yes_no":
            yield from (True, False)
        case "choice":
            yield from slot.choices
        case _:
            yield from ("a word", "another word")


def _strange(slot: Slot, lead: Lead) -> Iterator[SlotValue]:
    match slot.type:
        case "date":
            yield from (NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=slot.horizon_days + 1))
        case "time":
            yield from (NOW - timedelta(days=1), NOW + timedelta(days=slot.horizon_days + 1))
        case "money":
            yield (lead.amount if slot.most is None else slot.most) * 10
            yield slot.least - 1
        case _:
            return
