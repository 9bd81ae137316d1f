"""What tests of the store put into it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from voicebot.store.records import CampaignState, Fate, LeadHistory, LeadState, NewLead, NextStep, Result, Ticket
from voicebot.store.store import Store

TEXT = "script: reminder\n"
HASH = hashlib.sha256(TEXT.encode()).hexdigest()
TRUNK = "trunk"
NODE = "node-1"
FAST = 1000.0
"""Calls a second that no test reaches."""


def lead(number: int, **values: Any) -> NewLead:
    """Return a lead; each number is another phone."""
    given: dict[str, Any] = {
        "phone": f"+1415555{number:04}",
        "name": f"Lead {number}",
        "company": "Acme, Inc.; “Sons”",
        "amount": Decimal("120.50"),
        "currency": "USD",
        "due_date": date(2026, 12, 1),
        "timezone": "America/New_York",
        "reference": f"R-{number}",
    }
    return NewLead(**(given | values))


async def campaign(
    store: Store,
    name: str = "first",
    *,
    leads: Sequence[NewLead] | int = 3,
    trunk: str = TRUNK,
    running: bool = True,
    retry: str = "attempts: 2",
) -> int:
    """Make a campaign with leads."""
    made = await store.create_campaign(
        name, script="reminder", script_hash=HASH, script_text=TEXT, language="en-US", trunk=trunk, retry=retry
    )
    await store.add_leads(made, [lead(number) for number in range(leads)] if isinstance(leads, int) else leads)
    if running:
        await store.set_state(made, CampaignState.RUNNING)
    return made


async def claim(store: Store, at_most: int = 100, **values: Any) -> list[Ticket]:
    """Claim without a limit that matters."""
    given: dict[str, Any] = {"max_calls": 100, "calls_per_second": FAST, "at_most": at_most}
    found = await store.claim(values.pop("node", NODE), values.pop("trunk", TRUNK), **(given | values))
    return list(found.tickets)


async def finish(store: Store, attempt: UUID, result: Result, again_in: float | None = None) -> bool:
    """Finish by a rule of the test's own: the lead is called again after so many seconds, or done."""

    def decide(result: Result, history: LeadHistory) -> NextStep:
        if result.outcome == "do_not_call":
            return NextStep(LeadState.DONE, "do_not_call", bar=True)
        if result.fate is Fate.UNKNOWN:
            return NextStep(LeadState.REVIEW, result.explanation)
        counts = result.fate is Fate.KNOWN
        if again_in is None and counts:
            return NextStep(LeadState.DONE)
        return NextStep(LeadState.READY, next_at=history.now + (again_in or 0.0), counts=counts)

    return await store.finish(attempt, result, decide)


async def authorise(store: Store, attempt: UUID) -> None:
    """Authorise, at a later slot where that has passed: on a busy machine it may, as for the dialer."""
    tries = 0
    while not await store.authorise(attempt):
        tries += 1
        assert tries < 20
        assert await store.postpone(attempt, calls_per_second=FAST, max_calls=100) is not None


async def dialling(store: Store, at_most: int = 1, **values: Any) -> list[UUID]:
    """Claim and authorise."""
    await store.adopt(values.get("node", NODE))
    tickets = await claim(store, at_most, **values)
    for ticket in tickets:
        await authorise(store, ticket.attempt)
    return [ticket.attempt for ticket in tickets]


ANSWERED = Result(
    disposition="answered",
    outcome="promise_to_pay",
    slots={"promise_date": date(2026, 11, 27), "amount": Decimal("20.50")},
    journal=({"at": 0.0, "event": "begun"}, {"at": 1.5, "event": "say", "text": "Grüß Gott, 您好"}),
    recording="var/recordings/a.wav",
    cause=16,
    started_at=100.0,
    answered_at=105.0,
    ended_at=130.0,
    engines={"recognizer": "vosk"},
)
