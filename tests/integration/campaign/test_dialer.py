"""The dialing loop on real databases: every path from claim to finish, and what is owed after a crash."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from tests.integration.campaign.stand_ins import StandInCaller, StandInPhone, config
from tests.integration.store.making import ANSWERED, NODE, campaign, dialling, finish, lead
from tests.integration.store.postgres import Cluster, free_port
from voicebot.campaign.dialer import Dialer
from voicebot.campaign.spool import Spool
from voicebot.errors import ConfigurationError, LeadError, UnavailableError
from voicebot.store import migrations
from voicebot.store.records import AttemptState, CampaignState, Fate, LeadState, Result, Ticket
from voicebot.store.store import Store

LIMIT_SECONDS = 30.0
"""Against hanging tests; nothing waits for it to pass."""


@pytest.fixture
def phone() -> StandInPhone:
    """A telephone."""
    return StandInPhone()


@pytest.fixture
def make(store: Store, url: str, tmp_path: Path, phone: StandInPhone) -> Callable[..., Dialer]:
    """Make a dialer with a caller."""

    def dialer(caller: StandInCaller, max_calls: int = 10) -> Dialer:
        return Dialer(store, phone, caller, config(url, tmp_path, max_calls=max_calls))

    return dialer


async def run(dialer: Dialer) -> None:
    """Dial until nothing is left."""
    async with asyncio.timeout(LIMIT_SECONDS):
        await dialer.run(until_done=True)


@contextlib.asynccontextmanager
async def running(dialer: Dialer) -> AsyncIterator[None]:
    """Dial meanwhile; stopped and awaited afterwards."""
    async with asyncio.timeout(LIMIT_SECONDS):
        task = asyncio.create_task(dialer.run())
        try:
            yield
        finally:
            dialer.stop()
            await task


async def until(condition: Callable[[], object]) -> None:
    """Wait for what other tasks do in this event loop."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while not condition():  # noqa: ASYNC110 - the dialer tells nobody of its steps
            await asyncio.sleep(0.01)


async def test_everybody_is_called_once(store: Store, make: Callable[..., Dialer]) -> None:
    made = await campaign(store, leads=25)
    caller = StandInCaller()
    await run(make(caller))
    status = await store.campaign_status(made)
    assert status.leads[LeadState.DONE] == 25
    assert status.outcomes == {"promise_to_pay": 25}
    assert status.campaign.state is CampaignState.DONE
    assert len({ticket.lead.phone for ticket in caller.called}) == len(caller.called) == 25
    assert [ticket.attempt for ticket in caller.prepared] != []


BUSY_AT_ONCE = "disposition: {busy: {attempts: 3, gaps: [0 s]}}"


async def test_busy_is_tried_again_up_to_its_limit(store: Store, make: Callable[..., Dialer]) -> None:
    made = await campaign(store, leads=2, retry=BUSY_AT_ONCE)

    async def call(_ticket: Ticket) -> Result:
        return Result("busy")

    caller = StandInCaller(call)
    await run(make(caller))
    assert sorted(ticket.tries for ticket in caller.called) == [1, 1, 2, 2, 3, 3]
    assert (await store.campaign_status(made)).dispositions == {"busy": 6}


@pytest.mark.parametrize("failures", [0, 1])
async def test_a_lead_that_cannot_be_called_waits_for_a_person(
    store: Store, make: Callable[..., Dialer], monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    made = await campaign(store, leads=3)
    outages, release = [UnavailableError("away")] * failures, store.release

    async def try_release(attempt: UUID, why: str, *, review: bool = False) -> bool:
        if outages:
            raise outages.pop()
        return await release(attempt, why, review=review)

    monkeypatch.setattr(store, "release", try_release)

    async def prepare(ticket: Ticket) -> None:
        if ticket.lead.phone.endswith("1"):
            raise LeadError("its name cannot be spoken")

    caller = StandInCaller(prepare=prepare)
    await run(make(caller))
    assert len(caller.called) == 2
    assert sum(ticket.lead.phone.endswith("1") for ticket in caller.prepared) == 1
    ((_, _, why),) = await store.leads_for_review(made)
    assert why == "its name cannot be spoken"


async def test_a_broken_script_pauses_its_campaign_and_no_other(store: Store, make: Callable[..., Dialer]) -> None:
    broken = await campaign(store, "broken", leads=[lead(number) for number in range(30)])
    sound = await campaign(store, "sound", leads=[lead(100 + number) for number in range(5)])

    async def prepare(ticket: Ticket) -> None:
        if ticket.campaign == broken:
            raise ConfigurationError("the script has no steps")

    caller = StandInCaller(prepare=prepare)
    await run(make(caller, max_calls=4))
    status = await store.campaign_status(broken)
    assert (status.campaign.state, status.campaign.why) == (CampaignState.PAUSED, "the script has no steps")
    assert status.leads[LeadState.READY] == 30
    assert (await store.campaign_status(sound)).leads[LeadState.DONE] == 5
    assert len([ticket for ticket in caller.prepared if ticket.campaign == broken]) <= 4


@pytest.mark.parametrize("error", [UnavailableError("no voice"), RuntimeError("a fault"), TimeoutError()])
async def test_a_campaign_that_cannot_be_prepared_is_left_alone(
    store: Store, make: Callable[..., Dialer], error: Exception
) -> None:
    away = await campaign(store, "away", leads=[lead(number) for number in range(30)])
    sound = await campaign(store, "sound", leads=[lead(100 + number) for number in range(8)])
    done = asyncio.Event()

    async def prepare(ticket: Ticket) -> None:
        if ticket.campaign == away:
            raise error

    async def call(ticket: Ticket) -> Result:
        if len(caller.called) == 8:
            done.set()
        return Result("answered", outcome="refused")

    caller = StandInCaller(call, prepare)
    async with running(make(caller, max_calls=2)):
        await done.wait()
    status = await store.campaign_status(away)
    assert (status.leads[LeadState.READY], status.campaign.state) == (30, CampaignState.RUNNING)
    assert len([ticket for ticket in caller.prepared if ticket.campaign == away]) <= 2
    assert (await store.campaign_status(sound)).leads[LeadState.DONE] == 8


async def test_a_failing_call_stops_nothing_and_is_not_repeated(store: Store, make: Callable[..., Dialer]) -> None:
    made = await campaign(store, leads=6)

    async def call(ticket: Ticket) -> Result:
        if ticket.lead.phone[-1] in "024":
            raise RuntimeError("a fault")
        return Result("answered", outcome="refused")

    caller = StandInCaller(call)
    await run(make(caller))
    status = await store.campaign_status(made)
    assert (status.leads[LeadState.DONE], status.leads[LeadState.REVIEW]) == (3, 3)
    assert len(caller.called) == 6


async def test_stopping_waits_for_calls_and_gives_back_what_was_not_dialled(
    store: Store, make: Callable[..., Dialer]
) -> None:
    made = await campaign(store, leads=4)
    hold, slow = asyncio.Event(), asyncio.Event()

    async def prepare(ticket: Ticket) -> None:
        if len(caller.prepared) > 1:
            await slow.wait()

    async def call(_ticket: Ticket) -> Result:
        await hold.wait()
        return Result("answered", outcome="refused")

    caller = StandInCaller(call, prepare)
    dialer = make(caller)
    async with asyncio.timeout(LIMIT_SECONDS):
        task = asyncio.create_task(dialer.run())
        await caller.begun.wait()
        await until(lambda: len(caller.prepared) == 4)
        dialer.stop()
        slow.set()
        await until(lambda: len(dialer._held) == 1)
        assert not task.done()
        hold.set()
        await task
    status = await store.campaign_status(made)
    assert (status.leads[LeadState.DONE], status.leads[LeadState.READY]) == (1, 3)
    assert await store.open_count() == 0


async def test_pausing_stops_what_waits_for_its_slot(store: Store, make: Callable[..., Dialer]) -> None:
    made = await campaign(store, leads=10)
    go = asyncio.Event()

    async def prepare(ticket: Ticket) -> None:
        await go.wait()

    caller = StandInCaller(prepare=prepare)
    async with running(make(caller)):
        await until(lambda: len(caller.prepared) == 10)
        await store.set_state(made, CampaignState.PAUSED)
        go.set()
        await until_async(lambda: _none_open(store))
    assert caller.called == []
    assert (await store.campaign_status(made)).leads[LeadState.READY] == 10


async def _none_open(store: Store) -> bool:
    return await store.open_count() == 0


async def until_async(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what the database says."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while not await condition():  # noqa: ASYNC110 - nor does the database
            await asyncio.sleep(0.02)


async def test_preparation_longer_than_the_slot_waits_gets_a_new_slot(
    store: Store, make: Callable[..., Dialer]
) -> None:
    made = await campaign(store, leads=2)

    async def prepare(ticket: Ticket) -> None:
        await asyncio.sleep(max(0.0, store.until(ticket.slot)) + 0.3)  # a slow voice

    caller = StandInCaller(prepare=prepare)
    await run(make(caller))
    assert len(caller.called) == len(caller.prepared) == 2
    assert (await store.campaign_status(made)).leads[LeadState.DONE] == 2


async def test_nobody_is_called_while_asterisk_is_away(
    store: Store, make: Callable[..., Dialer], phone: StandInPhone
) -> None:
    await campaign(store, leads=2)
    caller = StandInCaller()
    phone.connection = 0
    async with running(make(caller)):
        await until(lambda: phone.looks > 5)
        assert caller.prepared == []
        phone.connection = 2
        await until(lambda: len(caller.called) == 2)


async def test_lost_attempts_are_ended_and_settled_by_what_is_known(
    store: Store, make: Callable[..., Dialer], phone: StandInPhone
) -> None:
    made = await campaign(store, leads=4, retry=BUSY_AT_ONCE)
    talked, unknown, on_the_line, busy = await dialling(store, 4)
    phone.channels = {on_the_line, uuid4()}
    caller = StandInCaller()
    caller.left = {talked: ANSWERED, busy: Result("busy")}
    await run(make(caller))
    assert phone.ended == [on_the_line]
    states = {attempt.id: (attempt.outcome, attempt.disposition) for attempt in await store.attempts(made)}
    assert states[talked] == ("promise_to_pay", "answered")
    assert states[unknown] == states[on_the_line] == ("", "failed")
    assert states[busy] == ("", "busy")
    review = {number for number, _, _ in await store.leads_for_review(made)}
    uncertain = {a.lead_id for a in await store.attempts(made) if a.id in {unknown, on_the_line}}
    assert review == uncertain
    # Of the four only the busy one was tried again.
    assert [ticket.tries for ticket in caller.called] == [2]


async def test_lost_attempts_wait_for_asterisk_to_be_back(
    store: Store, make: Callable[..., Dialer], phone: StandInPhone
) -> None:
    made = await campaign(store, leads=1)
    await dialling(store)
    phone.connection = 0
    caller = StandInCaller()
    async with running(make(caller)):
        await until(lambda: phone.asked >= 2)
        assert (await store.attempts(made))[0].state is AttemptState.LOST
        phone.connection = 2
        await until_async(lambda: _none_open(store))
    assert len(await store.leads_for_review(made)) == 1
    assert caller.called == []


async def test_after_a_reconnect_strays_are_ended_and_own_calls_left_alone(
    store: Store, make: Callable[..., Dialer], phone: StandInPhone
) -> None:
    await campaign(store, leads=2)
    hold = asyncio.Event()

    async def call(ticket: Ticket) -> Result:
        phone.channels.add(ticket.attempt)
        await hold.wait()
        phone.channels.discard(ticket.attempt)
        return Result("answered", outcome="refused")

    (stray,) = await dialling(store)
    await finish(store, stray, ANSWERED)
    caller = StandInCaller(call)
    async with running(make(caller)):
        await caller.begun.wait()
        phone.connection = 2
        phone.channels.add(stray)
        await until(lambda: phone.ended)
        assert phone.ended == [stray]
        hold.set()


async def test_a_spooled_result_is_written_at_the_next_start(
    store: Store, make: Callable[..., Dialer], tmp_path: Path
) -> None:
    made = await campaign(store, leads=2)
    known, of_elsewhere, broken = (await dialling(store))[0], uuid4(), uuid4()
    spool = Spool(tmp_path / "spool")
    spool.put(known, ANSWERED)
    spool.put(of_elsewhere, ANSWERED)
    (tmp_path / "spool" / f"{broken}.json").write_text("{half", encoding="utf-8")
    caller = StandInCaller()
    await run(make(caller))
    found = await store.attempt(known)
    assert found is not None
    assert (found.outcome, found.slots["promise_date"]) == ("promise_to_pay", "2026-11-27")
    assert await store.journal(known) == list(ANSWERED.journal)
    left = sorted(path.name for path in (tmp_path / "spool").iterdir())
    assert left == sorted([f"{of_elsewhere}.refused", f"{broken}.refused"])
    assert (await store.campaign_status(made)).leads[LeadState.DONE] == 2


async def test_a_result_that_the_disk_does_not_give_back_yet_waits(
    store: Store, make: Callable[..., Dialer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await campaign(store, leads=2)
    known = (await dialling(store))[0]
    Spool(tmp_path / "spool").put(known, ANSWERED)
    read = Path.read_text
    failed: list[Path] = []

    def failing(path: Path, *args: Any, **values: Any) -> str:
        if path.stem == str(known) and len(failed) < 2:
            failed.append(path)
            raise OSError(errno.EIO, "Input/output error")
        return read(path, *args, **values)

    monkeypatch.setattr(Path, "read_text", failing)
    with capture_logs() as logged:
        await run(make(StandInCaller()))
    found = await store.attempt(known)
    assert found is not None
    assert found.outcome == "promise_to_pay"
    assert (await store.campaign_status(made)).leads[LeadState.DONE] == 2
    assert sum(line["event"] == "a spooled result cannot be read yet" for line in logged) == 1


async def test_a_dialer_whose_name_was_taken_stops(
    store: Store, make: Callable[..., Dialer], monkeypatch: pytest.MonkeyPatch
) -> None:
    await campaign(store, leads=1)
    monkeypatch.setattr("voicebot.campaign.dialer.ROUND_SECONDS", 0.05)
    caller = StandInCaller()
    async with running(make(caller)):
        await caller.begun.wait()
        monkeypatch.setattr("voicebot.store.nodes.this_process", lambda: "elsewhere:boot:1:1:1")
        monkeypatch.setattr("voicebot.store.nodes.is_running", lambda _process: False)
        await store.adopt(NODE)
        monkeypatch.undo()
    assert await store.ready_count() == 0


async def test_cancelling_leaves_attempts_to_the_next_start(store: Store, make: Callable[..., Dialer]) -> None:
    made = await campaign(store, leads=1)

    async def call(_ticket: Ticket) -> Result:
        await asyncio.Event().wait()
        raise AssertionError

    caller = StandInCaller(call)
    task = asyncio.create_task(make(caller).run())
    await caller.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await store.attempts(made))[0].state is AttemptState.DIALLING
    await run(make(StandInCaller()))
    assert len(await store.leads_for_review(made)) == 1


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A PostgreSQL server that a test may stop."""
    server = Cluster(free_port(range(25950, 26000)))
    server.start()
    yield server
    server.close()


@pytest.mark.parametrize("disk", ["takes results", "takes nothing"])
async def test_no_outcome_is_lost_while_the_database_is_away(
    own_cluster: Cluster, tmp_path: Path, phone: StandInPhone, disk: str
) -> None:
    url = await asyncio.to_thread(own_cluster.create, "voicebot")
    await migrations.upgrade(url)
    store = await Store.open(url)
    made = await campaign(store, leads=6)
    hold = asyncio.Event()

    async def call(ticket: Ticket) -> Result:
        await hold.wait()
        return ANSWERED

    caller = StandInCaller(call)
    spool = tmp_path / "spool"
    if disk == "takes nothing":
        spool.touch()

    def kept() -> bool:
        in_memory = [line for line in logged if line["event"] == "a result is kept in memory only"]
        assert all(line["outcome"] == ANSWERED.outcome for line in in_memory)
        return (len(list(spool.glob("*.json"))) if spool.is_dir() else len(in_memory)) == 3

    with capture_logs() as logged:
        async with running(Dialer(store, phone, caller, config(url, tmp_path, max_calls=3))):
            await until(lambda: len(caller.called) == 3)
            await asyncio.to_thread(own_cluster.stop)
            hold.set()
            await until(kept)
            await asyncio.to_thread(own_cluster.start)
            await until(lambda: len(caller.called) == 6)
    status = await store.campaign_status(made)
    assert (status.leads[LeadState.DONE], status.outcomes) == (6, {"promise_to_pay": 6})
    assert spool.is_file() or list(spool.iterdir()) == []
    told = [line["event"] for line in logged if line["log_level"] == "warning"]
    assert [event for event in told if "database" in event] == [
        "the database is unavailable: no new calls, results are kept on disk",
        "the database is back",
    ]
    assert sum(line["event"] == "a result is kept in memory only" for line in logged) == 3 * (disk == "takes nothing")
    await store.close()


def test_a_spool_keeps_results_whole(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "deep" / "spool")
    attempt: UUID = uuid4()
    assert spool.waiting() == []
    spool.put(attempt, ANSWERED)
    assert spool.waiting() == [attempt]
    got = spool.get(attempt)
    assert got is not None
    assert (got.outcome, got.journal, got.fate) == (ANSWERED.outcome, ANSWERED.journal, Fate.KNOWN)
    assert json.loads((tmp_path / "deep" / "spool" / f"{attempt}.json").read_text())["slots"]["amount"] == "20.50"
    spool.drop(attempt)
    assert (spool.waiting(), spool.get(attempt)) == ([], None)
