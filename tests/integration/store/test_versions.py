"""Published versions, what campaigns pin, and recorded calls, on both databases."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

from tests.integration.store import older
from tests.integration.store.making import ANSWERED, HASH, TEXT, campaign, claim, dialling, finish, lead
from voicebot.errors import ConfigurationError
from voicebot.store import migrations, recorded
from voicebot.store.records import CampaignState, PublicationAction
from voicebot.store.store import Store

OTHER_TEXT = TEXT + "version: 2\n"
OTHER = hashlib.sha256(OTHER_TEXT.encode()).hexdigest()
THIRD_TEXT = TEXT + "version: 3\n"
THIRD = hashlib.sha256(THIRD_TEXT.encode()).hexdigest()
TEXTS = {HASH: TEXT, OTHER: OTHER_TEXT, THIRD: THIRD_TEXT}


async def publish(store: Store, version: str, *, name: str = "reminder", language: str = "en-US") -> bool:
    return await store.publish(
        name, language=language, script_hash=version, script_text=TEXTS[version], by="anna", note=f"why {version[:4]}"
    )


async def test_the_newest_published_version_is_current(store: Store) -> None:
    assert await store.current_version("reminder", "en-US") is None
    assert await publish(store, HASH)
    assert await publish(store, OTHER)
    assert not await publish(store, OTHER)
    newest, oldest = await store.publications("reminder")
    assert (newest.hash, newest.current, newest.by, newest.note) == (OTHER, True, "anna", f"why {OTHER[:4]}")
    assert (oldest.hash, oldest.current, oldest.action) == (HASH, False, PublicationAction.PUBLISHED)
    assert newest.at >= oldest.at > 1e9
    current = await store.current_version("reminder", "en-US")
    assert current == newest
    assert (await store.version(OTHER[:9])).text == OTHER_TEXT


async def test_names_and_languages_are_apart(store: Store) -> None:
    await publish(store, HASH)
    await publish(store, OTHER, language="zh-CN")
    await publish(store, OTHER, name="collection")
    current = {(one.name, one.language): one.hash for one in await store.publications() if one.current}
    assert current == {("reminder", "en-US"): HASH, ("reminder", "zh-CN"): OTHER, ("collection", "en-US"): OTHER}
    assert await store.current_version("collection", "zh-CN") is None


async def test_roll_back_brings_back_what_was_current_before(store: Store) -> None:
    for version in (HASH, OTHER, THIRD):
        await publish(store, version)
    back = await store.roll_back("reminder", language="en-US", by="ben", note="it confused people")
    assert (back.hash, back.action, back.by) == (OTHER, PublicationAction.ROLLED_BACK, "ben")
    assert (await store.roll_back("reminder", language="en-US", by="ben")).hash == THIRD
    assert (await store.roll_back("reminder", language="en-US", to=HASH[:8], by="ben")).hash == HASH
    assert [one.hash for one in await store.publications("reminder")] == [HASH, THIRD, OTHER, THIRD, OTHER, HASH]
    assert sum(one.current for one in await store.publications("reminder")) == 1


async def test_nothing_is_rolled_back_to_what_never_was(store: Store) -> None:
    for arguments, what in (
        ({}, "was published"),
        ({"to": "ffffffff"}, "was published"),
    ):
        with pytest.raises(ConfigurationError, match=what):
            await store.roll_back("reminder", language="en-US", by="ben", **arguments)
    await publish(store, HASH)
    with pytest.raises(ConfigurationError, match="before this one"):
        await store.roll_back("reminder", language="en-US", by="ben")
    with pytest.raises(ConfigurationError, match="beginning with"):
        await store.roll_back("reminder", language="en-US", to=OTHER[:8], by="ben")
    with pytest.raises(ConfigurationError, match="already"):
        await store.roll_back("reminder", language="en-US", to=HASH[:8], by="ben")
    with pytest.raises(ConfigurationError, match="no stored version"):
        await store.version("ffffffff")
    with pytest.raises(ConfigurationError, match="hash"):
        await store.publish("reminder", language="en-US", script_hash=OTHER, script_text=TEXT, by="ben")


async def test_a_campaign_keeps_its_version_until_somebody_changes_it(store: Store) -> None:
    made = await campaign(store, leads=2)
    await publish(store, OTHER)
    (ticket,) = await claim(store, 1)
    assert ticket.script_hash == HASH
    with pytest.raises(ConfigurationError, match="running"):
        await store.repin(made, OTHER, by="anna", why="clearer question")
    await store.set_state(made, CampaignState.PAUSED)
    assert await store.repin(made, OTHER, by="anna", why="clearer question")
    assert not await store.repin(made, OTHER, by="anna", why="again")
    with pytest.raises(ConfigurationError, match="not stored"):
        await store.repin(made, THIRD, by="anna", why="")
    with pytest.raises(ConfigurationError, match="no campaign"):
        await store.repin(made + 1, OTHER, by="anna", why="")
    first, second = await store.pins(made)
    assert (first.hash, first.why) == (HASH, "the campaign was made")
    assert (second.hash, second.by, second.why) == (OTHER, "anna", "clearer question")
    assert (await store.pinned()) == {OTHER: ["first"]}
    await store.set_state(made, CampaignState.RUNNING)
    (ticket,) = await claim(store, 1)
    assert ticket.script_hash == OTHER


async def test_recorded_calls_come_in_order_with_their_version(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "CALLS_AT_ONCE", 2)
    made = await campaign(store, leads=[lead(number, more={"account": f"{number}"}) for number in range(5)])
    await publish(store, OTHER)
    attempts = await dialling(store, 3)
    unanswered = dataclasses.replace(ANSWERED, disposition="busy", outcome="", answered_at=None)
    for attempt in attempts[:2]:
        await finish(store, attempt, ANSWERED)
    await finish(store, attempts[2], unanswered)
    await store.set_state(made, CampaignState.PAUSED)
    await store.repin(made, OTHER, by="anna", why="")
    await store.set_state(made, CampaignState.RUNNING)
    later = await dialling(store, 2)
    for attempt in later:
        await finish(store, attempt, ANSWERED)
    found = [call async for call in store.recorded_calls()]
    assert [call.script_hash for call in found] == [HASH, HASH, OTHER, OTHER]
    assert {call.attempt for call in found} == {*attempts[:2], *later}
    assert found[0].journal == list(ANSWERED.journal)
    assert (found[0].outcome, found[0].slots["promise_date"]) == ("promise_to_pay", "2026-11-27")
    assert {call.lead.more["account"] for call in found} <= {"0", "1", "2", "3", "4"}
    of_other = [call.attempt async for call in store.recorded_calls(campaign=made, versions=[OTHER])]
    assert sorted(of_other) == sorted(later)
    assert [call async for call in store.recorded_calls(campaign=made + 1)] == []
    assert await store.calls_by_version() == {HASH: 2, OTHER: 2}
    assert await store.calls_by_version(made + 1) == {}


async def test_an_older_database_learns_which_version_its_calls_were_made_with(empty_url: str) -> None:
    await older.make(empty_url, "0001")
    pinned = older.script("en-US")
    talked = older.lead(1, 1, "+14155550100", state="done")
    called = older.attempt(talked)
    await older.fill(
        empty_url,
        {
            "script_version": [pinned],
            "campaign": [older.campaign(1, pinned)],
            "lead": [talked],
            "attempt": [called],
            "call_journal": [{"attempt_id": called["id"], "entries": []}],
        },
    )
    await migrations.upgrade(empty_url)
    store = await Store.open(empty_url)
    try:
        assert await store.calls_by_version(1) == {pinned["hash"]: 1}
        (pin,) = await store.pins(1)
        assert (pin.hash, pin.by) == (pinned["hash"], "")
    finally:
        await store.close()
