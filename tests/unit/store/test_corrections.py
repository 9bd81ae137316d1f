"""What a line means for the leads that a campaign has already."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.store.corrections import Stored, judge
from voicebot.store.records import LeadState, NewLead

LEAD = NewLead(
    phone="+14155550601",
    name="Anna Bell",
    company="Harbor Bank",
    amount=Decimal("12.05"),
    currency="USD",
    due_date=date(2026, 12, 1),
    timezone="America/New_York",
    reference="R-1",
    more={"account": "17"},
)


def stored(lead: NewLead = LEAD, **values: Any) -> Stored:
    given: dict[str, Any] = {"id": 7, "lead": lead, "state": LeadState.READY, "why": ""}
    return Stored(**(given | values))


def test_a_line_of_nobody_is_new() -> None:
    assert judge(LEAD, []).stored is None
    other_debt = stored(replace(LEAD, reference="R-2"))
    assert judge(LEAD, [other_debt]).stored is None


def test_the_same_values_change_nothing() -> None:
    verdict = judge(replace(LEAD, amount=Decimal("12.050"), more={}), [stored(state=LeadState.DONE, called=True)])
    assert (verdict.stored is not None, verdict.changes, verdict.refused) == (True, {}, "")


@pytest.mark.parametrize(
    ("values", "changes"),
    [
        ({"amount": Decimal("1205.00")}, {"amount": (Decimal("12.05"), Decimal("1205.00"))}),
        ({"phone": "+14155550602"}, {"phone": ("+14155550601", "+14155550602")}),
        ({"name": "Ann Bell"}, {"name": ("Anna Bell", "Ann Bell")}),
        ({"more": {"account": "18"}}, {"account": ("17", "18")}),
        ({"more": {"branch": "4"}}, {"branch": ("", "4")}),
        ({"due_date": date(2026, 12, 2), "currency": "EUR"}, {"due_date", "currency"}),
    ],
)
def test_other_values_are_corrections(values: dict[str, Any], changes: Any) -> None:
    new = replace(LEAD, **values)
    verdict = judge(new, [stored()])
    assert verdict.stored is not None
    assert not verdict.refused
    assert (dict(verdict.changes) if isinstance(changes, dict) else set(verdict.changes)) == changes
    assert verdict.lead == replace(new, more={"account": "17", **new.more})


def test_without_a_reference_the_number_tells() -> None:
    bare = replace(LEAD, reference="")
    changed = replace(bare, amount=Decimal("1205.00"))
    assert set(judge(changed, [stored(bare)]).changes) == {"amount"}
    assert set(judge(LEAD, [stored(bare)]).changes) == {"reference"}
    verdict = judge(changed, [stored()])
    assert set(verdict.changes) == {"amount"}
    assert verdict.lead.reference == "R-1"
    several = [stored(), stored(replace(LEAD, reference="R-2"), id=8)]
    assert "only a reference can identify" in judge(changed, several).refused


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"called": True}, "already been called"),
        ({"called": True, "state": LeadState.DONE}, "already been called"),
        ({"called": True, "state": LeadState.REVIEW}, "already been called"),
        ({"state": LeadState.DIALLING}, "being called"),
        ({"state": LeadState.DONE, "why": "dropped"}, "done (dropped)"),
        ({"barred": True}, "asked not to be called"),
        ({"fresh": True}, "earlier row"),
    ],
)
def test_what_cannot_be_changed_is_said(values: dict[str, Any], why: str) -> None:
    verdict = judge(replace(LEAD, amount=Decimal("1205.00")), [stored(**values)])
    assert why in verdict.refused
    assert set(verdict.changes) == {"amount"}


def test_a_lead_in_review_that_was_never_called_is_corrected() -> None:
    assert not judge(replace(LEAD, name="Ann"), [stored(state=LeadState.REVIEW, why="name")]).refused


def test_a_reference_that_is_used_for_another_person_corrects_nobody() -> None:
    verdict = judge(replace(LEAD, name="Tom Moss", phone="+14155550602"), [stored()])
    assert "another person" in verdict.refused


LEADS = st.builds(
    replace,
    st.just(LEAD),
    phone=st.sampled_from(["+14155550601", "+14155550602"]),
    name=st.sampled_from(["Anna Bell", "Ann Bell"]),
    reference=st.sampled_from(["", "R-1", "R-2"]),
    amount=st.sampled_from([Decimal(1), Decimal(2)]),
)
STORED = st.lists(
    st.builds(stored, LEADS, id=st.integers(1, 9), called=st.booleans(), state=st.sampled_from(LeadState)), max_size=4
)


@given(new=LEADS, there=STORED)
def test_only_leads_that_were_never_called_change(new: NewLead, there: list[Stored]) -> None:
    verdict = judge(new, there)
    if verdict.stored is None:
        return
    assert verdict.stored in there
    assert new.reference in ("", verdict.stored.lead.reference) or not verdict.stored.lead.reference
    if verdict.changes and not verdict.refused:
        assert not verdict.stored.called
        assert verdict.stored.state in (LeadState.READY, LeadState.REVIEW)
        assert judge(new, [replace(verdict.stored, lead=verdict.lead)]).changes == {}
