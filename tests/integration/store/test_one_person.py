"""A person is one E.164 number: in limits, in do-not-call, and in databases that kept digits as they were typed."""

from __future__ import annotations

import dataclasses

from tests.integration.store import older
from tests.integration.store.making import ANSWERED, campaign, claim, dialling, finish, lead
from voicebot.campaign.fields import phone
from voicebot.store.migrations import upgrade
from voicebot.store.records import LeadState
from voicebot.store.store import Store

STOP = dataclasses.replace(ANSWERED, outcome="do_not_call")


async def test_two_ways_of_writing_are_one_call_at_a_time(store: Store) -> None:
    await campaign(store, "a", trunk="first", leads=[lead(1, phone=phone("+1 212 736 5000", ""))])
    other = await campaign(store, "b", trunk="second", leads=[lead(2, phone=phone("2127365000", "US"))])
    (attempt,) = await dialling(store, trunk="first")
    assert await claim(store, trunk="second") == []
    await finish(store, attempt, STOP)
    assert await claim(store, trunk="second") == []
    assert (await store.campaign_status(other)).leads[LeadState.DONE] == 1
    third = await campaign(store, "c", leads=[])
    added = await store.add_leads(third, [lead(3, phone=phone("(212) 736-5000", "US"))])
    assert (added.inserted, added.suppressed) == (0, (0,))


async def test_an_older_database_learns_who_is_one_person(empty_url: str) -> None:
    await older.make(empty_url, "0002")
    english, chinese = older.script("en-US"), older.script("zh-CN")
    leads = [
        older.lead(1, 1, "+12127365000"),
        older.lead(2, 1, "2127365000"),
        older.lead(3, 1, "2127365000", reference="R-1"),
        older.lead(4, 1, "13800138002"),
        older.lead(5, 2, "13800138002"),
        older.lead(6, 1, "14155550100", state="done"),
        older.lead(7, 1, "4155550199", state="done"),
        older.lead(8, 2, "+14155550199"),
        older.lead(9, 1, "12", state="done"),
    ]
    stopped, unreadable = older.attempt(leads[6]), older.attempt(leads[8])
    running, second = older.attempt(leads[0], closed_at=None), older.attempt(leads[1], closed_at=None)
    await older.fill(
        empty_url,
        {
            "script_version": [english, chinese],
            "campaign": [older.campaign(1, english), older.campaign(2, chinese)],
            "lead": leads,
            "attempt": [one | {"script_hash": ""} for one in (stopped, unreadable, running, second)],
            "suppression": [
                {"number": "4155550199", "attempt_id": stopped["id"], "since": 2.0},
                {"number": "12", "attempt_id": unreadable["id"], "since": 2.0},
            ],
        },
    )
    await upgrade(empty_url)
    found = {row[0]: row[1:] for row in await older.rows_of(empty_url, "SELECT id, number, state, why FROM lead")}
    assert found[1] == ("+12127365000", "ready", "")
    assert found[2] == ("+12127365000", "ready", "")
    assert found[3][1:] == ("done", "is lead 1 once more, with its number written in another way")
    assert found[4][:2] == ("13800138002", "review")
    assert "import it again" in found[4][2]
    assert found[5] == ("+8613800138002", "ready", "")
    assert found[6] == ("+14155550100", "done", "")
    assert found[7] == (*found[8][:1], "done", "")
    numbers = await older.rows_of(empty_url, "SELECT number FROM attempt ORDER BY number")
    assert [number for (number,) in numbers] == ["+12127365000", "+14155550199", "12", "2127365000"]
    bars = await older.rows_of(empty_url, "SELECT number FROM suppression ORDER BY number")
    assert bars == [("+14155550199",), ("12",)]
    store = await Store.open(empty_url)
    try:
        assert await claim(store) != []
        assert (await store.campaign_status(2)).leads[LeadState.DONE] == 1, "the one who said stop"
    finally:
        await store.close()
