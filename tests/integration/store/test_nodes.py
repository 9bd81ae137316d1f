"""What a dead node leaves is settled: claims go back, calls stay open until somebody knows."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import sqlalchemy as sa
import structlog.testing

from tests.integration.store import older
from tests.integration.store.making import ANSWERED, FAST, NODE, authorise, campaign, claim, dialling, finish, lead
from voicebot.errors import ConfigurationError
from voicebot.store.engine import make_engine
from voicebot.store.liveness import DEAD_AFTER_SECONDS
from voicebot.store.migrations import upgrade
from voicebot.store.nodes import ORPHAN_SECONDS, is_running, this_process
from voicebot.store.records import AttemptState, LeadState
from voicebot.store.slots import HORIZON, needs_another
from voicebot.store.store import Store
from voicebot.store.tables import AttemptRow, NodeRow

ROUND_SECONDS = 5.0
"""Between two heartbeats of a dialler."""

A_LITTLE = 60.0
"""Seconds that the database's real clock may go on while the test's stands; a slot not mended is a day away."""


class Time:
    """This process's own clock, set by the test."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        """What happens whenever somebody waits."""

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.meanwhile is not None:
            await self.meanwhile()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def watching(url: str, time: Time) -> AsyncIterator[Store]:
    """An open store that goes by the test's clock."""
    opened = await Store.open(url, monotonic=lambda: time.now, sleep=time.sleep)
    yield opened
    await opened.close()


def shift(store: Store, seconds: float) -> None:
    """Set the clock of the database, as this store sees it; from where it really stands."""
    text = str(store.now.compile()).partition(" /* set */")[0].removeprefix("(/* set */ ")
    store.now = sa.literal_column(f"(/* set */ {text} /* set */ + ({seconds}))", sa.Double())


async def age(url: str, *, seconds: float) -> None:
    """Let time pass for all attempts."""
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.execute(
            sa.update(AttemptRow).values(
                claimed_at=AttemptRow.claimed_at - seconds, dialled_at=AttemptRow.dialled_at - seconds
            )
        )
    await engine.dispose()


async def rename(url: str, process: str, *, beat: bool = False) -> None:
    """Let another process dial under the node's name."""
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.execute(sa.update(NodeRow).values(process=process, beats=NodeRow.beats + int(beat)))
    await engine.dispose()


async def process_of(url: str) -> str:
    """Which process dials under the node's name."""
    engine = make_engine(url)
    async with engine.begin() as connection:
        process: str = (await connection.execute(sa.select(NodeRow.process))).scalar_one()
    await engine.dispose()
    return process


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
    assert await finish(store, called, ANSWERED)
    assert await store.lost_attempts(NODE, older_than=0) == []


async def test_dead_nodes_are_settled_by_the_living(watching: Store, url: str, time: Time) -> None:
    made = await campaign(watching, leads=3)
    (called,) = await dialling(watching, 1, node="dead")
    await claim(watching, 1, node="dead")
    await watching.adopt(NODE)

    async def states() -> set[AttemptState]:
        return {attempt.state for attempt in await watching.attempts(made)}

    for _ in range(int(DEAD_AFTER_SECONDS / ROUND_SECONDS)):
        assert await watching.heartbeat(NODE)
        assert await states() == {AttemptState.CLAIMED, AttemptState.DIALLING}
        time.now += ROUND_SECONDS
    assert await watching.heartbeat(NODE)
    assert await states() == {AttemptState.LOST, AttemptState.RELEASED}
    assert await watching.lost_attempts(NODE, older_than=3600) == []
    await age(url, seconds=4000)
    assert [attempt.id for attempt in await watching.lost_attempts(NODE, older_than=3600)] == [called]
    # The node was only slow, its call went on: what it says still counts.
    assert await finish(watching, called, ANSWERED)


@pytest.mark.parametrize("hours", [24, -24])
async def test_a_node_lives_whatever_the_clock_does(watching: Store, url: str, time: Time, hours: int) -> None:
    await campaign(watching, leads=3)
    other = await Store.open(url)
    (called,) = await dialling(other, 1, node="other")
    await watching.adopt(NODE)
    await watching.heartbeat(NODE)
    shift(watching, hours * 3600.0)
    shift(other, hours * 3600.0)
    for _ in range(20):
        assert await watching.heartbeat(NODE)
        assert await other.heartbeat("other", holding=[called])
        time.now += ROUND_SECONDS
    attempt = await watching.attempt(called)
    assert attempt is not None
    assert attempt.state is AttemptState.DIALLING
    assert await finish(other, called, ANSWERED)
    await other.close()


async def test_dialling_goes_on_when_the_clock_was_set_back(watching: Store) -> None:
    made = await campaign(watching, leads=6)
    await watching.adopt(NODE)
    (called,) = await dialling(watching, 1)
    (orphan,) = await claim(watching, 1)
    await campaign(watching, "second", leads=[lead(90)])
    with structlog.testing.capture_logs() as told:
        shift(watching, -86400.0)
        await watching.read_clock()
        assert await watching.heartbeat(NODE, holding=[called])
        tickets = await claim(watching)
    assert [(line["log_level"], line["event"]) for line in told] == [
        ("warning", "the database's clock was set back"),
        ("warning", "the database's clock was set back since a node last gave a sign of life"),
        ("warning", "the database's clock was set back; the trunk goes on without waiting for its next slot"),
    ]
    # The first is given a slot by which everything has been dialled that was claimed before; then as ever.
    assert len(tickets) == 1
    assert watching.until(tickets[0].slot) <= HORIZON + A_LITTLE
    await authorise(watching, tickets[0].attempt)
    rest = await claim(watching)
    # The orphan's lead is back as well, and the other campaign has its turn.
    assert orphan.lead_id in {ticket.lead_id for ticket in [*tickets, *rest]}
    assert {ticket.campaign for ticket in [*tickets, *rest]} == {made, made + 1}
    assert await finish(watching, called, ANSWERED)


async def test_a_claimed_attempt_gets_another_slot_when_the_clock_was_set_back(watching: Store) -> None:
    await campaign(watching, leads=1)
    (ticket,) = await claim(watching)
    shift(watching, -86400.0)
    await watching.read_clock()
    assert needs_another(watching.until(ticket.slot), calls_per_second=FAST, max_calls=100)
    slot = await watching.postpone(ticket.attempt, calls_per_second=FAST, max_calls=100)
    assert slot is not None
    assert watching.until(slot) <= HORIZON + A_LITTLE
    assert await watching.authorise(ticket.attempt)


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


ELSEWHERE = "elsewhere:b00t:4026531836:1:77"
"""A process of another machine."""


def same_name_in_another_container() -> str:
    """Process 1 of a container on this machine that has this one's host name: its number says nothing here."""
    host, boot, _, _, _ = this_process().rsplit(":", 4)
    return f"{host}:{boot}:4026539999:1:77"


@pytest.mark.parametrize("other", [ELSEWHERE, same_name_in_another_container(), "written-by-an-older-version:1:1"])
async def test_a_name_is_taken_over_only_from_a_silent_process(
    watching: Store, url: str, time: Time, other: str
) -> None:
    await watching.adopt(NODE)
    await rename(url, other)
    assert not await watching.heartbeat(NODE)
    begun = time.now
    with structlog.testing.capture_logs() as told:
        await watching.adopt(NODE)
    assert time.now - begun >= DEAD_AFTER_SECONDS
    assert [(line["log_level"], line["node"]) for line in told] == [("warning", NODE)]
    assert await watching.heartbeat(NODE)


@pytest.mark.parametrize("other", [ELSEWHERE, same_name_in_another_container()])
async def test_two_containers_of_one_name_do_not_fight(watching: Store, url: str, time: Time, other: str) -> None:
    """The second is refused while the first goes on, however the clock stands."""
    await watching.adopt(NODE)
    await rename(url, other)
    beats = 0

    async def first_one_beats() -> None:
        nonlocal beats
        beats += 1
        await rename(url, other, beat=beats % 3 == 0)

    time.meanwhile = first_one_beats
    shift(watching, 86400.0)
    with pytest.raises(ConfigurationError, match="another process dials as node-1 already") as refused:
        await watching.adopt(NODE)
    assert "give this node another name" in refused.value.problems[0].cure
    assert await process_of(url) == other


async def test_an_orderly_end_leaves_the_name_to_the_next(watching: Store, url: str, time: Time) -> None:
    await watching.adopt(NODE)
    await watching.leave(NODE)
    assert not await watching.heartbeat(NODE)
    await watching.adopt(NODE)
    await rename(url, ELSEWHERE)
    await watching.leave(NODE)
    assert await process_of(url) == ELSEWHERE


async def test_a_node_of_an_older_database_is_watched_and_taken_over(empty_url: str, time: Time) -> None:
    await older.make(empty_url, "0003")
    row = {"name": NODE, "process": "written-by-an-older-version:1:1", "started_at": 1.0, "heartbeat_at": 2.0}
    await older.fill(empty_url, {"node": [row]})
    await upgrade(empty_url)
    store = await Store.open(empty_url, monotonic=lambda: time.now, sleep=time.sleep)
    await store.adopt(NODE)
    await store.heartbeat(NODE)
    await store.close()
    assert await older.rows_of(empty_url, "SELECT name, beats FROM node") == [(NODE, 2)]


def test_processes_are_told_apart() -> None:
    host, boot, namespace, pid, started = this_process().rsplit(":", 4)
    assert is_running(this_process())
    assert is_running(f"{host}:{boot}:{namespace}:{pid}:{int(started) - 1}") is False
    for other in (
        ELSEWHERE,
        same_name_in_another_container(),
        f"{host}:otherboot:{namespace}:{pid}:{started}",
        "a:1:1",
    ):
        assert is_running(other) is None
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
        assert is_running(f"{host}:{boot}:{namespace}:{ended.pid}:1") is False
