"""Claim, authorise, release, finish: each does what it says, and nothing twice."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import math
import uuid

import pytest

from tests.integration.store import older
from tests.integration.store.making import (
    ANSWERED,
    FAST,
    NODE,
    TRUNK,
    authorise,
    campaign,
    claim,
    dialling,
    finish,
    lead,
)
from voicebot.campaign.gate import CAMPAIGN_RULE, rule_of
from voicebot.store.claims import CAMPAIGNS_AT_ONCE
from voicebot.store.migrations import upgrade
from voicebot.store.records import (
    AttemptState,
    CampaignState,
    Fate,
    HoldKey,
    HoldKind,
    LeadHistory,
    LeadState,
    NextStep,
    Result,
)
from voicebot.store.slots import TOLERANCE
from voicebot.store.store import Store


async def test_nothing_is_claimed_that_does_not_run(store: Store) -> None:
    made = await campaign(store, running=False)
    assert await claim(store) == []
    for state, count in ((CampaignState.PAUSED, 0), (CampaignState.DONE, 0), (CampaignState.RUNNING, 3)):
        await store.set_state(made, state)
        assert len(await claim(store)) == count
    assert await claim(store, trunk="elsewhere") == []


async def test_a_lead_is_claimed_once(store: Store) -> None:
    await campaign(store, leads=3)
    first, second = await claim(store, 2), await claim(store, 2)
    assert (len(first), len(second), await claim(store)) == (2, 1, [])
    assert len({ticket.lead_id for ticket in first + second}) == 3
    assert len({ticket.attempt for ticket in first + second}) == 3


async def test_a_number_is_called_once_at_a_time_across_campaigns_and_trunks(store: Store) -> None:
    await campaign(store, leads=[lead(1), lead(1, reference="2"), lead(2)])
    await campaign(store, "second", leads=[lead(1), lead(3)])
    await campaign(store, "third", leads=[lead(1)], trunk="other")
    first = await claim(store)
    assert sorted(ticket.lead.phone[-1] for ticket in first) == ["1", "2", "3"]
    assert await claim(store) == []
    assert await claim(store, trunk="other") == []
    (busy,) = [ticket for ticket in first if ticket.lead.phone.endswith("1")]
    await authorise(store, busy.attempt)
    await finish(store, busy.attempt, ANSWERED)
    (after,) = await claim(store, trunk="other")
    assert after.campaign_name == "third"


async def test_calls_at_a_time_are_limited_until_attempts_close(store: Store) -> None:
    await campaign(store, leads=10)
    first = await claim(store, max_calls=3)
    assert len(first) == 3
    assert await claim(store, max_calls=3, node="other") == []
    await store.release(first[0].attempt, "test")
    assert len(await claim(store, max_calls=3, node="other")) == 1


async def test_lost_attempts_count_against_the_limit(store: Store) -> None:
    await campaign(store, leads=10)
    await dialling(store, 2)
    await store.adopt(NODE)
    assert len(await claim(store, max_calls=3)) == 1


async def test_slots_keep_their_distance_over_claims_and_nodes(store: Store) -> None:
    await campaign(store, leads=20)
    slots = []
    for node in ("a", "b", "c"):
        slots += [ticket.slot for ticket in await claim(store, 3, calls_per_second=10.0, node=node)]
    gaps = [after - before for before, after in itertools.pairwise(slots)]
    assert len(slots) == 9
    assert min(gaps) >= (1 + TOLERANCE) / 10 - 1e-6
    assert all(abs(store.until(slot)) < 2 for slot in slots)


async def test_campaigns_whose_leads_cannot_be_claimed_starve_no_other(store: Store) -> None:
    shared = [lead(number) for number in range(2)]
    await campaign(store, "dialling", leads=shared)
    assert len(await claim(store)) == 2
    for number in range(CAMPAIGNS_AT_ONCE):
        await campaign(store, f"waiting-{number}", leads=shared)
    await campaign(store, "last", leads=[lead(100)])
    served = [ticket.campaign_name for _ in range(2) for ticket in await claim(store)]
    assert served == ["last"]


async def test_running_campaigns_take_turns(store: Store) -> None:
    await campaign(store, "first", leads=[lead(number) for number in range(5)])
    await campaign(store, "second", leads=[lead(100 + number) for number in range(5)])
    served = [(await claim(store, 1))[0].campaign_name for _ in range(6)]
    assert served == ["first", "second"] * 3
    key = HoldKey(HoldKind.CAMPAIGN, "first", NODE)
    await store.change_hold(key, TRUNK, lambda state, now: CAMPAIGN_RULE.opened(state, now, "no voice"))
    held = await store.claim(NODE, TRUNK, max_calls=100, calls_per_second=FAST, at_most=1, rule_of=rule_of)
    assert [ticket.campaign_name for ticket in held.tickets] == ["second"]
    assert held.holds[key].why == "no voice"


async def test_authorise_once(store: Store) -> None:
    await campaign(store, leads=1)
    (ticket,) = await claim(store)
    results = await asyncio.gather(*(store.authorise(ticket.attempt) for _ in range(5)))
    assert sorted(results) == [False] * 4 + [True]
    assert not await store.authorise(uuid.uuid4())
    attempt = await store.attempt(ticket.attempt)
    assert attempt is not None
    assert (attempt.state, attempt.node, attempt.phone) == (AttemptState.DIALLING, NODE, "+14155550000")
    assert attempt.dialled_at is not None


async def test_pause_takes_effect_at_once(store: Store) -> None:
    made = await campaign(store, leads=3)
    before, after, resumed = await claim(store)
    assert await store.authorise(before.attempt)
    await store.set_state(made, CampaignState.PAUSED)
    assert not await store.authorise(after.attempt)
    await store.set_state(made, CampaignState.RUNNING)
    assert await store.authorise(resumed.attempt)


async def test_an_attempt_that_is_late_for_its_slot_is_not_dialled(store: Store) -> None:
    await campaign(store, leads=2)
    late, postponed = await claim(store)
    await asyncio.sleep(TOLERANCE + 0.05)  # the slot's own time limit is what is tested
    assert not await store.authorise(late.attempt)
    slot = await store.postpone(postponed.attempt, calls_per_second=1000.0, max_calls=100)
    assert slot is not None
    assert slot > postponed.slot
    assert await store.authorise(postponed.attempt)
    assert await store.postpone(postponed.attempt, calls_per_second=1000.0, max_calls=100) is None


async def test_postponed_attempts_queue_for_slots_like_others(store: Store) -> None:
    await campaign(store, leads=5)
    tickets = await claim(store, 2, calls_per_second=10.0)
    moved = await store.postpone(tickets[0].attempt, calls_per_second=10.0, max_calls=100)
    (fresh,) = await claim(store, 1, calls_per_second=10.0)
    slots = [tickets[1].slot, moved or 0.0, fresh.slot]
    assert all(after - before >= 0.11 - 1e-6 for before, after in itertools.pairwise(slots))


async def test_release_gives_the_try_back(store: Store) -> None:
    made = await campaign(store, leads=1)
    for _ in range(3):
        (ticket,) = await claim(store)
        assert ticket.tries == 1
        assert await store.release(ticket.attempt, "no prompt")
        assert not await store.release(ticket.attempt, "again")
        assert not await store.authorise(ticket.attempt)
    (ticket,) = await claim(store)
    await store.release(ticket.attempt, "later")
    assert ((await store.attempts(made))[0].state, (await store.attempts(made))[0].explanation) == (
        AttemptState.RELEASED,
        "later",
    )


async def test_release_into_review(store: Store) -> None:
    made = await campaign(store, leads=1)
    (ticket,) = await claim(store)
    await store.release(ticket.attempt, "the name cannot be spoken", review=True)
    assert await claim(store) == []
    ((number, found, why),) = await store.leads_for_review(made)
    assert (number, found, why) == (ticket.lead_id, ticket.lead, "the name cannot be spoken")
    assert await store.decide(number, call_again=True, by="anna")
    assert not await store.decide(number, call_again=True, by="anna")
    (change,) = await store.lead_changes(number)
    assert (change.action, change.by, change.why) == ("reviewed", "anna", "to be called again")
    assert len(await claim(store)) == 1


async def test_finish_writes_everything_once(store: Store) -> None:
    made = await campaign(store, leads=1)
    (attempt,) = await dialling(store)
    results = await asyncio.gather(*(finish(store, attempt, ANSWERED) for _ in range(4)))
    assert sorted(results) == [False] * 3 + [True]
    assert not await finish(store, attempt, dataclasses.replace(ANSWERED, outcome="refused"), 0.0)
    found = await store.attempt(attempt)
    assert found is not None
    assert (found.state, found.disposition, found.outcome) == (AttemptState.DONE, "answered", "promise_to_pay")
    assert found.slots == {"promise_date": "2026-11-27", "amount": "20.50"}
    assert (found.started_at, found.answered_at, found.ended_at) == (100.0, 105.0, 130.0)
    assert (found.recording, found.cause, found.engines) == ("var/recordings/a.wav", 16, {"recognizer": "vosk"})
    assert await store.journal(attempt) == list(ANSWERED.journal)
    assert (await store.campaign_status(made)).leads[LeadState.DONE] == 1
    assert await store.attempts(made) == [found]


async def test_nothing_is_finished_that_was_not_authorised(store: Store) -> None:
    made = await campaign(store, leads=1)
    (ticket,) = await claim(store)
    assert not await finish(store, ticket.attempt, ANSWERED)
    assert not await finish(store, uuid.uuid4(), ANSWERED)
    status = await store.campaign_status(made)
    assert (status.outcomes, status.leads[LeadState.DIALLING]) == ({}, 1)


async def test_a_retry_waits_its_time_and_counts(store: Store) -> None:
    await campaign(store, leads=1)
    for tries in (1, 2):
        (ticket,) = await claim(store)
        assert ticket.tries == tries
        await authorise(store, ticket.attempt)
        assert await finish(store, ticket.attempt, Result("busy"), 0.0)
    (attempt,) = await dialling(store)
    await finish(store, attempt, Result("busy"), 300.0)
    assert await claim(store) == []
    ready_at = await store.next_ready_at([TRUNK])
    assert ready_at is not None
    assert 295 < store.until(ready_at) <= 300


@pytest.mark.parametrize(
    ("fate", "again_in", "state", "attempt_state", "tries"),
    [
        (Fate.KNOWN, None, LeadState.DONE, AttemptState.DONE, 2),
        (Fate.KNOWN, 0.0, LeadState.READY, AttemptState.DONE, 2),
        (Fate.NOT_ASKED, 0.0, LeadState.READY, AttemptState.RELEASED, 1),
        (Fate.UNKNOWN, 0.0, LeadState.REVIEW, AttemptState.DONE, 2),
        (Fate.UNKNOWN, None, LeadState.REVIEW, AttemptState.DONE, 2),
    ],
)
async def test_what_becomes_of_a_lead(
    store: Store, *, fate: Fate, again_in: float | None, state: LeadState, attempt_state: AttemptState, tries: int
) -> None:
    made = await campaign(store, leads=1)
    (attempt,) = await dialling(store)
    await finish(store, attempt, Result("failed", fate=fate, explanation="who knows"), again_in)
    assert (await store.campaign_status(made)).leads[state] == 1
    found = await store.attempt(attempt)
    assert found is not None
    assert found.state is attempt_state
    if state is LeadState.REVIEW:
        ((number, _, why),) = await store.leads_for_review(made)
        assert why == "who knows"
        await store.decide(number, call_again=True, by="anna")
    again = await claim(store)
    assert [ticket.tries for ticket in again] == ([] if state is LeadState.DONE else [tries])


async def test_stop_calling_bars_the_number_everywhere(store: Store) -> None:
    first = await campaign(store, leads=[lead(1), lead(1, reference="2")])
    second = await campaign(store, "second", leads=[lead(1), lead(2)], trunk="other")
    (attempt,) = await dialling(store, 1)
    await finish(store, attempt, Result("answered", outcome="do_not_call"))
    assert await claim(store) == []
    assert [ticket.lead.phone[-1] for ticket in await claim(store, trunk="other")] == ["2"]
    assert (await store.campaign_status(first)).leads[LeadState.DONE] == 2
    added = await store.add_leads(second, [lead(3), lead(1, reference="new")])
    assert (added.inserted, added.suppressed) == (1, (1,))


async def test_odd_values_never_cost_a_record(store: Store) -> None:
    await campaign(store, leads=1)
    (attempt,) = await dialling(store)
    result = Result(
        disposition="answered",
        outcome="callback",
        slots={"at": float("nan"), "who": "\x00\ud800", "set": {1}},
        journal=({"at": 0.0, "event": "words", "text": "a\x00b\ud83d", "value": math.inf},),
        explanation="SIP \x00 text \udcff",
    )
    assert await finish(store, attempt, result)
    found = await store.attempt(attempt)
    assert found is not None
    assert found.explanation.startswith("SIP ")
    assert found.slots["at"] == "nan"
    (entry,) = await store.journal(attempt)
    assert (entry["text"][0], entry["value"]) == ("a", "inf")


async def test_attempts_are_found_by_the_start_of_their_id(store: Store) -> None:
    await campaign(store, leads=3)
    tickets = await claim(store)
    for ticket in tickets:
        name = str(ticket.attempt)
        for start in (name, name[:9], name.replace("-", "").upper(), name[:20]):
            assert [found.id for found in await store.attempts(starting_with=start)] == [ticket.attempt]
    for nothing in ("x", "%", "'", "ffffffff-ffff-ffff-ffff-ffffffffffff0"):
        assert await store.attempts(starting_with=nothing) == []
    assert len(await store.attempts(limit=2)) == 2
    assert len(await store.attempts(states=[AttemptState.CLAIMED])) == 3
    assert await store.attempts(outcome="refused") == []


TOMORROW = 86400.0


async def test_an_agreed_time_goes_before_everybody_else(store: Store) -> None:
    await campaign(store, leads=5)
    agreed = (await dialling(store))[0]

    def at_once(_result: Result, history: LeadHistory) -> NextStep:
        return NextStep(
            LeadState.READY, "agreed", history.now, agreed_at=history.now, agreed_until=history.now + TOMORROW
        )

    await store.finish(agreed, Result("answered", outcome="callback"), at_once)
    (ticket, *_) = await claim(store, 1)
    attempt = await store.attempt(agreed)
    assert attempt is not None
    assert (ticket.lead_id, ticket.tries) == (attempt.lead_id, 2)


async def test_a_missed_time_is_decided_and_not_called_late(store: Store) -> None:
    made = await campaign(store, leads=2)
    agreed = (await dialling(store))[0]

    def past(_result: Result, history: LeadHistory) -> NextStep:
        return NextStep(LeadState.READY, "", history.now - 20, agreed_at=history.now - 20, agreed_until=history.now - 5)

    def missed(history: LeadHistory) -> NextStep:
        assert history.agreed_at is not None
        assert history.retry == "attempts: 2"
        return NextStep(LeadState.REVIEW, "missed")

    await store.finish(agreed, Result("answered", outcome="callback"), past)
    assert len(await claim(store, missed=missed)) == 1
    ((_, _, why),) = await store.leads_for_review(made)
    assert why == "missed"


async def test_a_decision_sees_the_leads_history_and_its_campaigns_rule(store: Store) -> None:
    await campaign(store, leads=1)
    seen: list[LeadHistory] = []

    def decide(_result: Result, history: LeadHistory) -> NextStep:
        seen.append(history)
        return NextStep(LeadState.READY, next_at=history.now, counts=len(seen) != 2, refusals=len(seen) % 3)

    for result in (Result("busy"), Result("failed"), Result("answered", outcome="voicemail"), Result("no_answer")):
        (attempt,) = await dialling(store)
        await store.finish(attempt, result, decide)
    assert [history.tries for history in seen] == [1, 2, 2, 3]
    assert [history.refusals for history in seen] == [0, 1, 2, 0]
    assert seen[-1].earlier == (("busy",), ("voicemail", ""))
    assert {history.retry for history in seen} == {"attempts: 2"}
    assert {history.timezone for history in seen} == {"America/New_York"}


async def test_an_older_database_keeps_its_campaigns_and_attempts(empty_url: str) -> None:
    await older.make(empty_url, "0003")
    script = older.script("en-US")
    ready, done = older.lead(1, 1, "+12127365000"), older.lead(2, 1, "+14155550100", state="done")
    for one in (ready, done):
        one["number"] = one.pop("phone")
    await older.fill(
        empty_url,
        {
            "script_version": [script],
            "campaign": [older.campaign(1, script)],
            "lead": [ready, done],
            "attempt": [older.attempt(done) | {"script_hash": ""}],
        },
    )
    await upgrade(empty_url)
    store = await Store.open(empty_url)
    try:
        (before,) = await store.attempts(1)
        assert (before.origin, (await store.campaigns())[0].retry) == ("", "")
        (ticket,) = await claim(store)
        assert (ticket.lead.phone, await store.holds()) == ("+12127365000", {})
    finally:
        await store.close()
