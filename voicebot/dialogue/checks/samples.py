"""What a conversation is tried with: a person to be called, values that fit each slot and values that do not. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from voicebot.dialogue.script import Script, Slot
from voicebot.dialogue.talk import Lead, SlotValue
from voicebot.dialogue.values import refusal

NOW: Final = datetime(2026, 11, 23, 10, 0)
"""A Monday morning."""
_CURRENCY: Final = {"en-US": "USD", "zh-CN": "CNY"}
_TIMEZONE: Final = {"en-US": "America/New_York", "zh-CN": "Asia/Shanghai"}
_NAME: Final = {"en-US": "Maria Lopez", "zh-CN": "王小明"}
_COMPANY: Final = {"en-US": "Northwind Bank", "zh-CN": "北方银行"}


def sample_lead(script: Script, *, amount: Decimal = Decimal("120.50"), due: date = date(2026, 12, 1)) -> Lead:
    """Return a lead that has all that the script may ask for."""
    language = script.language
    return Lead(
        _NAME.get(language, "Maria Lopez"),
        _COMPANY.get(language, "Northwind Bank"),
        amount,
        _CURRENCY.get(language, "USD"),
        due,
        _TIMEZONE.get(language, "America/New_York"),
        dict.fromkeys((*script.lead.needs, *script.lead.may_have), "12"),
    )


def leads(script: Script) -> tuple[Lead, ...]:
    """Return a lead of each kind that the script may lead elsewhere."""
    return (sample_lead(script),)


def accepted(slot: Slot, lead: Lead) -> tuple[SlotValue, ...]:
    """Return up to two values that a slot accepts; none where it accepts nothing."""
    return tuple(value for value in _candidates(slot, lead) if refusal(slot, value, lead, NOW) is None)[:2]


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
