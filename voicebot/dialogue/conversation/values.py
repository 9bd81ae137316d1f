"""Whether a value that was heard can be accepted for a slot. Pure; the one place for these rules."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from voicebot.dialogue.script.model import Slot
from voicebot.dialogue.talk import Lead, SlotValue
from voicebot.languages.grammar.phone_numbers import is_phone

Refusal = Literal["past", "too_far", "out_of_range", "wrong_kind"]

ROUNDING: Final = Decimal(1)
"""People round: "a hundred and twenty" means the whole amount of 120.50."""


def refusal(slot: Slot, value: SlotValue, lead: Lead, now: datetime) -> Refusal | None:
    """Return why a value cannot be accepted, or ``None``.

    Parameters
    ----------
    slot
        The rules: horizon in days from today, range of money (up to what the lead owes), choices.
    now
        Local time of the call.
    """
    match slot.type:
        case "date":
            if not isinstance(value, date) or isinstance(value, datetime):
                return "wrong_kind"
            return _day(slot, value, now.date())
        case "time":
            if not isinstance(value, datetime):
                return "wrong_kind"
            if value.replace(tzinfo=None) <= now.replace(tzinfo=None):
                return "past"
            return _day(slot, value.date(), now.date())
        case "money":
            if not isinstance(value, Decimal):
                return "wrong_kind"
            most = lead.amount if slot.most is None else slot.most
            return None if slot.least <= value <= most + ROUNDING else "out_of_range"
        case "yes_no":
            return None if isinstance(value, bool) else "wrong_kind"
        case "phone":
            if not isinstance(value, str):
                return "wrong_kind"
            return None if is_phone(value) else "out_of_range"
        case "choice":
            return None if isinstance(value, str) and value in slot.choices else "wrong_kind"
        case _:
            return None if isinstance(value, str) and value.strip() else "wrong_kind"


def _day(slot: Slot, value: date, today: date) -> Refusal | None:
    if value < today:
        return "past"
    return "too_far" if value > today + timedelta(days=slot.horizon_days) else None


def is_all(value: SlotValue, lead: Lead) -> bool:
    """Whether an amount is all that is owed, rounded as people do."""
    return isinstance(value, Decimal) and abs(value - lead.amount) < ROUNDING
