"""Campaigns and leads, on both databases."""

from __future__ import annotations

import dataclasses
import hashlib
from decimal import Decimal

import pytest

from tests.integration.store.making import ANSWERED, HASH, TEXT, TRUNK, campaign, claim, dialling, finish, lead
from voicebot.errors import ConfigurationError
from voicebot.store.leads import LeadFilter
from voicebot.store.records import CampaignState, LeadState, ScriptVersion
from voicebot.store.store import Store


async def test_a_campaign_pins_its_script(store: Store) -> None:
    made = await campaign(store, running=False)
    (found,) = await store.campaigns()
    assert (found.id, found.name, found.state) == (made, "first", CampaignState.DRAFT)
    assert (found.trunk, found.script, found.script_hash, found.language) == (TRUNK, "reminder", HASH, "en-US")
    assert await store.script(HASH) == ScriptVersion(HASH, "reminder", "en-US", TEXT)
    assert await store.script("0" * 64) is None
    assert await store.campaign_named("first") == found


async def test_names_are_unique_and_hashes_true(store: Store) -> None:
    await campaign(store)
    with pytest.raises(ConfigurationError, match="already"):
        await campaign(store)
    with pytest.raises(ConfigurationError, match="hash"):
        await store.create_campaign(
            "second", script="reminder", script_hash=HASH, script_text="other", language="en-US", trunk=TRUNK
        )
    assert len(await store.campaigns()) == 1


async def test_two_scripts_of_one_name_are_both_kept(store: Store) -> None:
    await campaign(store)
    text = TEXT + "version: 2\n"
    changed = hashlib.sha256(text.encode()).hexdigest()
    await store.create_campaign(
        "second", script="reminder", script_hash=changed, script_text=text, language="en-US", trunk=TRUNK
    )
    assert (await store.script(HASH)) != (await store.script(changed))


async def test_what_is_not_there_is_told(store: Store) -> None:
    with pytest.raises(ConfigurationError, match="nobody"):
        await store.campaign_named("nobody")
    for call in (store.set_state(7, CampaignState.RUNNING), store.campaign_status(7), store.add_leads(7, [lead(1)])):
        with pytest.raises(ConfigurationError):
            await call


async def test_duplicates_are_told_and_not_inserted(store: Store) -> None:
    made = await campaign(store, leads=[])
    one, other_debt = lead(1), lead(1, reference="another")
    added = await store.add_leads(made, [one, other_debt, one])
    assert (added.inserted, added.duplicates, added.suppressed) == (2, (2,), ())
    assert (await store.add_leads(made, [lead(2), one])).duplicates == (1,)
    assert (await store.campaign_status(made)).leads[LeadState.READY] == 3
    second = await campaign(store, "second", leads=[one])
    assert (await store.campaign_status(second)).leads[LeadState.READY] == 1


@pytest.mark.parametrize("phone", ["4155550001", "1-415-555-0001", "+1 415 555 0001", "＋14155550001", "+"])
async def test_only_e164_numbers_come_in(store: Store, phone: str) -> None:
    made = await campaign(store, leads=[])
    with pytest.raises(ValueError, match=r"E\.164"):
        await store.add_leads(made, [lead(1), lead(2, phone=phone)])
    assert (await store.campaign_status(made)).leads[LeadState.READY] == 0


async def test_places_of_duplicates_count_through_all_parts(store: Store) -> None:
    made = await campaign(store, leads=[])
    leads = [lead(number) for number in range(2500)]
    added = await store.add_leads(made, [*leads, leads[0], lead(2500), leads[2499]])
    assert (added.inserted, added.duplicates) == (2501, (2500, 2502))


async def test_a_lead_comes_back_as_it_went_in(store: Store) -> None:
    odd = lead(
        1,
        name='O’Hara, "Annie"; 欧阳\u200d',
        company="a,b;c'd\\e%f${",
        more={"account": "00123", "note": 'ümläut, "quoted"; 50 %'},
    )
    await campaign(store, leads=[odd])
    (ticket,) = await claim(store)
    assert ticket.lead == odd
    assert (ticket.script, ticket.script_hash, ticket.campaign_name, ticket.tries) == ("reminder", HASH, "first", 1)


async def test_status_counts(store: Store) -> None:
    made = await campaign(store, leads=5)
    first, second = await dialling(store, 2)
    assert await finish(store, first, ANSWERED)
    assert await finish(store, second, dataclasses.replace(ANSWERED, disposition="busy", outcome=""), 60.0)
    await dialling(store, 1)
    status = await store.campaign_status(made)
    assert status.leads == {
        LeadState.READY: 3,
        LeadState.DIALLING: 1,
        LeadState.DONE: 1,
        LeadState.REVIEW: 0,
    }
    assert status.dispositions == {"answered": 1, "busy": 1}
    assert status.outcomes == {"promise_to_pay": 1}
    assert status.open_attempts == 1
    assert status.next_ready_at is not None
    assert await store.ready_count() == 2
    assert await store.ready_count(["elsewhere"]) == 0
    assert await store.open_count([TRUNK]) == 1


async def test_only_finished_campaigns_are_closed(store: Store) -> None:
    made = await campaign(store, leads=1)
    empty = await campaign(store, "empty", leads=0)
    assert await store.close_finished([TRUNK]) == []
    (attempt,) = await dialling(store)
    assert await store.close_finished([TRUNK]) == []
    await finish(store, attempt, ANSWERED)
    assert await store.close_finished(["elsewhere"]) == []
    assert await store.close_finished([TRUNK]) == [made]
    states = {one.id: one.state for one in await store.campaigns()}
    assert states == {made: CampaignState.DONE, empty: CampaignState.RUNNING}


async def test_a_corrected_file_corrects_who_was_not_called_yet(store: Store) -> None:
    made = await campaign(store, leads=[lead(1), lead(2), lead(3, reference="")])
    (called,) = await dialling(store)
    await finish(store, called, dataclasses.replace(ANSWERED, outcome=""), 60.0)
    wrong = [lead(number, amount=Decimal("12.05")) for number in (1, 2)]
    lines = [*wrong, lead(3, reference="R-3"), lead(4), lead(2), wrong[1]]
    dry = await store.add_leads(made, lines, by="anna", dry_run=True)
    added = await store.add_leads(made, lines, by="anna")
    assert dry == added
    assert (added.inserted, added.duplicates, added.suppressed) == (1, (5,), ())
    told = [(one.place, set(one.changes), one.refused) for one in added.corrected]
    assert told == [
        (0, {"amount"}, "it has already been called"),
        (1, {"amount"}, ""),
        (2, {"reference"}, ""),
        (4, {"amount"}, "contradicts an earlier row of this import"),
    ]
    found = {one.lead.reference: one for one in await store.leads(LeadFilter(campaign=made))}
    assert [str(found[f"R-{number}"].lead.amount) for number in (1, 2, 3)] == ["120.50", "12.05", "120.50"]
    (change,) = await store.lead_changes(found["R-2"].id)
    assert (change.by, change.action, change.changes) == ("anna", "corrected", {"amount": ["120.50", "12.05"]})
    assert await store.lead_changes(found["R-1"].id) == []
    assert (await store.add_leads(made, [lead(4), wrong[1]])).duplicates == (0, 1)


async def test_a_number_that_asked_not_to_be_called_stays_barred_however_a_file_corrects_it(store: Store) -> None:
    made = await campaign(store, leads=[lead(1), lead(2)])
    (attempt,) = await dialling(store)
    await finish(store, attempt, dataclasses.replace(ANSWERED, outcome="do_not_call"))
    added = await store.add_leads(made, [lead(1, amount=Decimal(7)), lead(2, phone=lead(1).phone), lead(3)])
    assert (added.inserted, added.suppressed) == (1, (1,))
    assert [one.refused for one in added.corrected] == ["its number asked not to be called"]
    assert await store.requeue_leads([1], by="anna", why="") == set()
    assert (await store.campaign_status(made)).leads[LeadState.READY] == 2


async def test_leads_are_found_dropped_and_put_back(store: Store) -> None:
    made = await campaign(store, leads=4)
    other = await campaign(store, "second", leads=1, trunk="elsewhere")
    first, second, third, fourth = await store.leads(LeadFilter(campaign=made))
    assert [one.id for one in await store.leads(LeadFilter(number=first.lead.phone))] == [first.id, fourth.id + 1]
    assert [one.id for one in await store.leads(LeadFilter(number=second.lead.phone[-7:]))] == [second.id]
    assert [one.id for one in await store.leads(LeadFilter(reference="R-2", states=[LeadState.READY]))] == [third.id]
    assert len(await store.leads(LeadFilter(), limit=2)) == 2
    assert await store.count_leads(LeadFilter()) == 5
    (attempt,) = await dialling(store)
    assert await store.drop_leads([first.id, second.id, third.id], by="anna", why="paid") == {second.id, third.id}
    assert await store.drop_leads([second.id], by="anna", why="paid") == set()
    (dropped,) = await store.leads(LeadFilter(ids=[second.id]))
    assert (dropped.state, dropped.why, dropped.campaign_name) == (LeadState.DONE, "dropped: paid", "first")
    await finish(store, attempt, ANSWERED)
    assert await store.requeue_leads([first.id, second.id, fourth.id], by="tom", why="") == {first.id, second.id}
    assert [one.action for one in await store.lead_changes(second.id)] == ["dropped", "requeued"]
    status = await store.campaign_status(made)
    assert (status.leads[LeadState.READY], status.leads[LeadState.DONE]) == (3, 1)
    assert (await store.campaign_status(other)).leads[LeadState.READY] == 1
