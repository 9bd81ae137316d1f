"""A lead that a script cannot be talked with is told as one lead's fault, before anything is dialled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from voicebot.dialogue.script.lead_check import check_lead
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.talk import Lead
from voicebot.paths import shipped

LEAD = Lead(
    name="Maria Lopez",
    company="Acme Bank",
    amount=Decimal("120.50"),
    currency="USD",
    due_date=date(2026, 12, 1),
    timezone="America/New_York",
)
REMINDER = load_script(shipped("scripts_dialogue") / "en-US" / "reminder.yaml")


def test_a_lead_that_can_be_talked_with() -> None:
    assert check_lead(REMINDER, LEAD) == ()
    assert check_lead(REMINDER, replace(LEAD, amount=Decimal("120.500"), currency="KWD")) == ()


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"amount": Decimal("120.505"), "currency": "KWD"}, "120.505 KWD cannot be said"),
        ({"amount": Decimal("1e13")}, "cannot be said"),
        ({"name": "???"}, "has no letters"),
        ({"name": "王小明"}, "is not a letter"),
        ({"company": "---"}, "company"),
        ({"name": " "}, "name is missing"),
        ({"amount": Decimal(0)}, "not positive"),
        ({"timezone": "Mars"}, "time zone"),
    ],
)
def test_what_is_wrong_with_one_lead(values: dict[str, Any], what: str) -> None:
    (problem,) = check_lead(REMINDER, replace(LEAD, **values))
    assert what in problem.what
    assert problem.cure
