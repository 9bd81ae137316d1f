"""What a dead node leaves is settled: claims go back, calls stay open until somebody knows."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
import sqlalchemy as sa

from tests.integration.store.making import ANSWERED, NODE, campaign, claim, dialling
from voicebot.errors import ConfigurationError
from voicebot.store.engine import make_engine
from voicebot.store.nodes import DEAD_AFTER_SECONDS, ORPHAN_SECONDS, is_running, this_process
from voicebot.store.records import AttemptState, LeadState
from voicebot.store.store import Store
from voicebot.store.tables import AttemptRow, NodeRow

LONG_AGO = DEAD_AFTER_SECONDS + 1


async def age(url: str, *, node: str | None = None, seconds: float = LONG_AGO) -> None:
    """Let time pass: for a node's heartbeat, or for all attempts."""
    engine = make_engine(url)
    async with engine.begin() as connection:
        if node is not None:
            await connection.execute(
                sa.update(NodeRow).where(NodeRow.name == node).values(heartbeat_at=NodeRow.heartbeat_at - seconds)
            )
        else:
            await connection.execute(
                sa.update(AttemptRow).values(
                    claimed_at=AttemptRow.claimed_at - seconds, dialled_at=AttemptRow.dialled_at - seconds
                )
            )
    await engine.dispose()


async def test_a_new_life_settles_what_the_former_left(store: Store) -> None:
    made = await campaign(store, leads=3)
    (called,) = await dialling(store, 1)
    claimed = [ticket.attempt for ticket in await claim(store)]
    assert await store.adopt(NODE) == 3
    states = {attempt.id: attempt.state for attempt in await store.attempts(made)}
    assert states == {called: AttemptState.LOST} | dict.fromkeys(claimed, AttemptState.RELEASED)
    status = await store.campaign_status(made)
    assert (status.leads[LeadState.READY], status.leads[LeadState.DIALLING]) == (2, 1)
    assert [attempt.id for attempt in await store.lost_attempts(NODE, older_than=3600)] == [called]
    assert not await store.release(called, "a lost attempt is never released")
    assert not await store.authorise(called)
    assert await store.finish(called, ANSWERED)
    assert await store.lost_attempts(NODE, older_than=0) == []


async def test_dead_nodes_are_settled_by_the_living(store: Store, url: str) -> None:
    made = await campaign(store, leads=3)
    (called,) = await dialling(store, 1, node="dead")
    await claim(store, 1, node="dead")
    await store.adopt(NODE)
    assert await store.heartbeat(NODE)
    assert {attempt.state for attempt in await store.attempts(made)} == {AttemptState.CLAIMED, AttemptState.DIALLING}
    await age(url, node="dead")
    assert await store.heartbeat(NODE)
    states = [attempt.state for attempt in await store.attempts(made)]
    assert sorted(states) == [AttemptState.LOST, AttemptState.RELEASED]
    assert await store.lost_attempts(NODE, older_than=3600) == []
    await age(url, seconds=4000)
    assert [attempt.id for attempt in await store.lost_attempts(NODE, older_than=3600)] == [called]
    # The node was only slow, its call went on: what it says still counts.
    assert await store.finish(called, ANSWERED)


async def test_claims_that_never_reached_their_node_go_back(store: Store, url: str) -> None:
    await campaign(store, leads=2)
    await store.adopt(NODE)
    known, orphan = await claim(store)
    assert await store.heartbeat(NODE, holding=[known.attempt])
    await age(url, seconds=ORPHAN_SECONDS + 1)
    assert await store.heartbeat(NODE)
    assert await store.open_count() == 2
    assert await store.heartbeat(NODE, holding=[known.attempt])
    found = await store.attempt(orphan.attempt)
    assert found is not None
    assert found.state is AttemptState.RELEASED
    assert await store.open_count() == 1


async def test_calls_that_nobody_makes_are_lost(store: Store, url: str) -> None:
    await campaign(store, leads=2)
    made, forgotten = await dialling(store, 2)
    assert await store.lose(NODE, holding=[made]) == 0
    await age(url, seconds=ORPHAN_SECONDS + 1)
    assert await store.lose(NODE, holding=[made]) == 1
    assert [attempt.id for attempt in await store.lost_attempts(NODE, older_than=3600)] == [forgotten]


async def test_a_second_process_of_the_same_name_is_refused(store: Store, url: str) -> None:
    await store.adopt(NODE)
    await store.adopt(NODE)
    script = (
        "import asyncio, sys\n"
        "from voicebot.store.store import Store\n"
        "from voicebot.errors import ConfigurationError\n"
        "async def main():\n"
        "    store = await Store.open(sys.argv[1])\n"
        "    try:\n"
        "        await store.adopt('node-1')\n"
        "    except ConfigurationError as error:\n"
        "        print(error)\n"
        "    await store.close()\n"
        "asyncio.run(main())\n"
    )
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", script, url, stdout=subprocess.PIPE)
    told, _ = await other.communicate()
    assert b"another process dials as node-1 already" in told
    assert await store.heartbeat(NODE)


async def test_a_name_of_another_host_is_refused_until_it_is_silent(store: Store, url: str) -> None:
    await store.adopt(NODE)
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.execute(sa.update(NodeRow).values(process="elsewhere:1:1"))
    await engine.dispose()
    with pytest.raises(ConfigurationError, match="another host"):
        await store.adopt(NODE)
    assert not await store.heartbeat(NODE)
    await age(url, node=NODE)
    await store.adopt(NODE)
    assert await store.heartbeat(NODE)


def test_processes_are_told_apart() -> None:
    host, pid, started = this_process().rsplit(":", 2)
    assert is_running(this_process())
    assert is_running(f"{host}:{pid}:{int(started) - 1}") is False
    assert is_running("elsewhere:1:1") is None
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
        assert is_running(f"{host}:{ended.pid}:1") is False
