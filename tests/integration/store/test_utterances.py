"""What was said in calls is written with the outcome, and calls are found by it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from uuid import uuid4

import pytest

from tests.integration.store import older
from tests.integration.store.making import ANSWERED, campaign, dialling, finish
from voicebot.campaign.spool import Spool
from voicebot.store.migrations import upgrade
from voicebot.store.records import Said
from voicebot.store.store import Store

TALK = (
    Said("bot", 800, 3900, "Am I speaking with Maria Lopez?"),
    Said("callee", 4100, 5200, "Yes, 100% — but I lost my_job", 0.875),
    Said("bot", 5400, 9000, "您好…"),
    Said("callee", 9000, 9000, "9"),
)


async def test_what_was_said_is_written_with_the_outcome(store: Store) -> None:
    await campaign(store, leads=2)
    first, second = await dialling(store, 2)
    assert await finish(store, first, dataclasses.replace(ANSWERED, utterances=TALK))
    assert await finish(store, second, ANSWERED)
    assert await store.utterances(first) == list(TALK)
    assert await store.utterances(second) == []
    assert not await finish(store, first, dataclasses.replace(ANSWERED, utterances=TALK)), (
        "a doubled result adds nothing"
    )
    assert len(await store.utterances(first)) == 4


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("LOST my", True), ("maria", True), ("您好", True), ("100%", True), ("my_job", True), ("myxjob", False),
        ("lost … my", False), ("' OR 1=1", False), ("%", True), ("%z", False), ("\\", False),
    ],
)  # fmt: skip
async def test_calls_are_found_by_what_was_said(store: Store, said: str, found: bool) -> None:
    await campaign(store, leads=2)
    first, second = await dialling(store, 2)
    await finish(store, first, dataclasses.replace(ANSWERED, utterances=TALK))
    await finish(store, second, dataclasses.replace(ANSWERED, utterances=TALK[:0]))
    assert [attempt.id for attempt in await store.attempts(said=said)] == ([first] if found else [])


async def test_odd_words_cost_no_outcome(store: Store) -> None:
    await campaign(store, leads=1)
    (attempt,) = await dialling(store)
    odd = (Said("callee", 0, 1, "a\x00b\ud83d", float("nan")),)
    assert await finish(store, attempt, dataclasses.replace(ANSWERED, utterances=odd))
    (found,) = await store.utterances(attempt)
    assert found.text.startswith("a")


async def test_a_spooled_result_keeps_what_was_said(tmp_path: Path) -> None:
    spool, attempt = Spool(tmp_path), uuid4()
    spool.put(attempt, dataclasses.replace(ANSWERED, utterances=TALK))
    kept = spool.get(attempt)
    assert kept is not None
    assert kept.utterances == TALK
    file = tmp_path / f"{attempt}.json"
    older_spool = json.loads(file.read_text())
    del older_spool["utterances"]
    file.write_text(json.dumps(older_spool))
    kept = spool.get(attempt)
    assert kept is not None
    assert kept.utterances == ()


async def test_an_older_database_gets_the_table(empty_url: str) -> None:
    await older.make(empty_url, "0005")
    await upgrade(empty_url)
    assert await older.rows_of(empty_url, "SELECT count(*) FROM utterance") == [(0,)]
