"""Calls and barred numbers are found as people look for them."""

from __future__ import annotations

import dataclasses

import pytest

from tests.integration.store.making import ANSWERED, campaign, claim, dialling, finish, lead
from voicebot.store.calls import CallFilter
from voicebot.store.records import LeadState
from voicebot.store.store import Store


async def test_calls_are_found_by_what_people_know_of_them(store: Store) -> None:
    made = await campaign(store, leads=3)
    first, second = await dialling(store, 2)
    await finish(store, first, ANSWERED)
    await finish(store, second, dataclasses.replace(ANSWERED, disposition="busy", outcome="", journal=()))
    one, two = await store.attempt(first), await store.attempt(second)
    assert one is not None
    assert two is not None
    assert one.dialled_at is not None
    for which, expected in [
        (CallFilter(), {first, second}),
        (CallFilter(campaign=made), {first, second}),
        (CallFilter(campaign=made + 1), set()),
        (CallFilter(lead=one.lead_id), {first}),
        (CallFilter(number=one.phone), {first}),
        (CallFilter(number=two.phone[-6:]), {second}),
        (CallFilter(reference=one.reference), {first}),
        (CallFilter(dispositions=["busy"]), {second}),
        (CallFilter(dispositions=["busy", "answered"], outcomes=["promise_to_pay"]), {first}),
        (CallFilter(since=one.dialled_at - 60), {first, second}),
        (CallFilter(since=one.dialled_at + 60), set()),
        (CallFilter(until=one.dialled_at - 60), set()),
    ]:
        found, count = await store.calls(which)
        assert {call.attempt.id for call in found} == expected, which
        assert count == len(expected)
        assert {call.timezone for call in found} <= {"America/New_York"}
    cut, count = await store.calls(CallFilter(), limit=1)
    assert (len(cut), count) == (1, 2)
    assert await store.results_there_are() == ({"answered", "busy"}, {"promise_to_pay"})


async def test_numbers_are_barred_by_hand(store: Store) -> None:
    made = await campaign(store, leads=3)
    other = await campaign(store, "second", leads=1, trunk="elsewhere")
    (attempt,) = await dialling(store, trunk="elsewhere")
    numbers = [lead(0).phone, lead(1).phone, "+14155559999"]
    done = await store.bar(numbers, by="anna", why="letter of 24 November")
    assert (done.new, done.leads) == (3, 2)
    assert await store.open_calls(numbers) == 1
    assert (await store.bar(numbers, by="tom", why="")).new == 0
    assert [ticket.lead.phone for ticket in await claim(store)] == [lead(2).phone]
    await finish(store, attempt, dataclasses.replace(ANSWERED, outcome=""), 0.0)
    assert await claim(store, trunk="elsewhere") == []
    assert (await store.campaign_status(other)).leads[LeadState.READY] == 0
    bars, count = await store.bars()
    assert (count, {bar.number for bar in bars}) == (3, set(numbers))
    assert {(bar.by, bar.why, bar.attempt) for bar in bars} == {("anna", "letter of 24 November", None)}
    assert [bar.number for bar in (await store.bars("9999"))[0]] == ["+14155559999"]
    assert (await store.bars(limit=1))[1] == 3
    with pytest.raises(ValueError, match=r"E\.164"):
        await store.bar(["4155550100"], by="", why="")
    assert (await store.campaign_status(made)).leads[LeadState.DONE] == 2
