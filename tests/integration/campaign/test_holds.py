"""What fails on our side, at the trunk or in the carrier's network: no lead is used up, one hold, said once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import structlog
from structlog.testing import LogCapture

from tests.integration.campaign.stand_ins import StandInCaller, StandInPhone, config
from tests.integration.store.making import TRUNK, campaign
from voicebot.breaker import BreakerRule, BreakerState
from voicebot.campaign import gate
from voicebot.campaign.dialer import Dialer
from voicebot.errors import UnavailableError
from voicebot.store.records import AttemptState, CampaignState, Fate, HoldKey, HoldKind, LeadState, Result, Ticket
from voicebot.store.store import Store

LIMIT_SECONDS = 30.0
QUICK = BreakerRule(limit=3, first_seconds=0.2, longest_seconds=0.4, trial_seconds=20.0)
GONE = "there is no connection to Asterisk"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Holds of tenths of a second."""
    monkeypatch.setattr(gate, "TRUNK_RULE", QUICK)
    monkeypatch.setattr(gate, "CAMPAIGN_RULE", BreakerRule(1, 0.2, 0.4, 20.0))


@pytest.fixture
def log() -> LogCapture:
    """Everything that is logged."""
    capture = LogCapture()
    structlog.configure(processors=[structlog.stdlib.add_log_level, capture])
    return capture


def warnings(log: LogCapture) -> list[str]:
    return [entry["event"].partition(":")[0] for entry in log.entries if entry["log_level"] in {"warning", "error"}]


def refused(origin: str, disposition: str = "failed") -> Result:
    return Result(disposition, fate=Fate.NOT_ASKED, origin=origin, explanation=f"refused by {origin}")


class Network:
    """Answers every call alike; whether it works is the test's to say."""

    def __init__(self, failure: Result) -> None:
        self.failure: Result | None = failure
        self.at_once = self.most_at_once = 0

    async def call(self, _ticket: Ticket) -> Result:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        return self.failure or Result("answered", outcome="refused")


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(LIMIT_SECONDS):
        while not await condition():  # noqa: ASYNC110 - the database tells nobody of its changes
            await asyncio.sleep(0.02)


def dialer(store: Store, url: str, folder: Path, caller: StandInCaller, phone: StandInPhone | None = None) -> Dialer:
    return Dialer(store, phone or StandInPhone(), caller, config(url, folder, max_calls=5))


@pytest.mark.parametrize(
    ("failure", "node"),
    [
        (refused("trunk"), ""),
        (refused("carrier"), ""),
        (refused("carrier", "moved"), ""),
        (refused("ours"), "node-1"),
    ],
    ids=str,
)
async def test_a_fault_holds_the_trunk_and_uses_up_nobody(
    store: Store, url: str, tmp_path: Path, log: LogCapture, *, failure: Result, node: str
) -> None:
    made = await campaign(store, leads=12, retry="not_asked: {gaps: [1 s]}")
    network = Network(failure)
    caller = StandInCaller(network.call)
    task = asyncio.create_task(dialer(store, url, tmp_path, caller).run(until_done=True))
    key = HoldKey(HoldKind.TRUNK, TRUNK, node)

    async def tried_thrice() -> bool:
        held = (await store.holds()).get(key)
        return held is not None and held.trials >= 3

    await until(tried_thrice)
    status = await store.campaign_status(made)
    assert status.leads[LeadState.READY] + status.leads[LeadState.DIALLING] == 12
    (hold,) = status.holds
    assert (hold.key, hold.breaker.is_open) == (key, True)
    assert hold.breaker.why == failure.explanation
    assert len(caller.called) <= 5 + 3 + 1, "only trials, one at a time, after those that were under way"
    assert warnings(log) == ["held"]
    network.failure = None
    async with asyncio.timeout(LIMIT_SECONDS):
        await task
    status = await store.campaign_status(made)
    assert (status.leads[LeadState.DONE], status.campaign.state) == (12, CampaignState.DONE)
    assert status.holds == ()
    assert warnings(log) == ["held", "works again"]
    attempts = await store.attempts(made, limit=None)
    assert {one.tries for one in attempts if one.state is AttemptState.DONE} == {1}
    given_back = [one for one in attempts if one.state is AttemptState.RELEASED and one.disposition]
    assert {(one.disposition, one.origin) for one in given_back} == {(failure.disposition, failure.origin)}


async def test_one_number_that_is_refused_holds_nobody_else(
    store: Store, url: str, tmp_path: Path, log: LogCapture
) -> None:
    made = await campaign(store, leads=12, retry="not_asked: {gaps: [0 s], review_after: 4}")

    async def call(ticket: Ticket) -> Result:
        bad = ticket.lead.phone.endswith("0000")
        return refused("carrier") if bad else Result("answered", outcome="refused")

    async with asyncio.timeout(LIMIT_SECONDS):
        await dialer(store, url, tmp_path, StandInCaller(call)).run(until_done=True)
    status = await store.campaign_status(made)
    assert (status.leads[LeadState.DONE], status.leads[LeadState.REVIEW]) == (11, 1)
    ((_, _, why),) = await store.leads_for_review(made)
    assert why.startswith("refused 4 times while the trunk works")
    assert warnings(log) == []


async def test_a_phone_that_rings_is_proof_enough(store: Store, url: str, tmp_path: Path) -> None:
    """The trial's talk may last minutes; everybody else is called as soon as its phone has rung."""
    await campaign(store, leads=10, retry="not_asked: {gaps: [0 s]}")
    end = asyncio.Event()

    class Rings(StandInCaller):
        async def call(self, ticket: Ticket, reached: Callable[[], None]) -> Result:
            self.called.append(ticket)
            if len(self.called) <= 5:
                return refused("trunk")
            reached()
            await end.wait()
            return Result("answered", outcome="refused")

    caller = Rings()
    task = asyncio.create_task(dialer(store, url, tmp_path, caller).run(until_done=True))

    async def all_lines() -> bool:
        return len(caller.called) >= 10

    await until(all_lines)
    end.set()
    async with asyncio.timeout(LIMIT_SECONDS):
        await task
    assert await store.holds() == {}


async def test_asterisk_away_is_held_and_told_once(store: Store, url: str, tmp_path: Path, log: LogCapture) -> None:
    made = await campaign(store, leads=12)
    phone = StandInPhone()

    async def call(ticket: Ticket) -> Result:
        if len(caller.called) == 5:
            phone.connection = 0
        return Result("answered", outcome="refused")

    caller = StandInCaller(call)
    task = asyncio.create_task(dialer(store, url, tmp_path, caller, phone).run(until_done=True))

    async def held() -> bool:
        return bool((await store.campaign_status(made)).holds)

    await until(held)
    (hold,) = (await store.campaign_status(made)).holds
    assert (hold.key.node, hold.breaker.why) == ("node-1", GONE)
    phone.connection = 2
    async with asyncio.timeout(LIMIT_SECONDS):
        await task
    assert (await store.campaign_status(made)).leads[LeadState.DONE] == 12
    assert warnings(log) == ["held", "works again"]


async def test_calls_that_asterisk_interrupted_are_waited_for_when_it_is_back(
    store: Store, url: str, tmp_path: Path
) -> None:
    made = await campaign(store, leads=8, retry="not_asked: {interrupted: 3 s}")
    phone = StandInPhone()

    async def call(ticket: Ticket) -> Result:
        if len(caller.called) != 3:
            return Result("answered", outcome="refused")
        phone.connection = 0
        return Result("interrupted", fate=Fate.NOT_ASKED, origin="ours", explanation=GONE)

    caller = StandInCaller(call)
    task = asyncio.create_task(dialer(store, url, tmp_path, caller, phone).run(until_done=True))

    async def held() -> bool:
        return bool((await store.campaign_status(made)).holds)

    await until(held)
    phone.connection = 2
    async with asyncio.timeout(LIMIT_SECONDS):
        await task
    assert (await store.campaign_status(made)).leads[LeadState.DONE] == 8
    assert len(caller.called) == 9


async def test_a_campaign_that_cannot_be_prepared_is_held_alone(
    store: Store, url: str, tmp_path: Path, log: LogCapture
) -> None:
    away = await campaign(store, "away", leads=10)
    sound = await campaign(store, "sound", leads=3)
    there = False

    async def prepare(ticket: Ticket) -> None:
        if ticket.campaign == away and not there:
            raise UnavailableError("no voice")

    caller = StandInCaller(prepare=prepare)
    task = asyncio.create_task(dialer(store, url, tmp_path, caller).run(until_done=True))

    async def sound_is_done() -> bool:
        return (await store.campaign_status(sound)).leads[LeadState.DONE] == 3

    await until(sound_is_done)
    status = await store.campaign_status(away)
    assert (status.leads[LeadState.DONE], [hold.breaker.why for hold in status.holds]) == (0, ["no voice"])
    assert (await store.campaign_status(sound)).holds == ()
    there = True
    async with asyncio.timeout(LIMIT_SECONDS):
        await task
    assert (await store.campaign_status(away)).leads[LeadState.DONE] == 10
    assert warnings(log) == ["held", "works again"]


async def test_another_nodes_fault_is_not_ours(store: Store, url: str, tmp_path: Path) -> None:
    made = await campaign(store, leads=5)

    def open_it(state: BreakerState, now: float) -> BreakerState:
        return QUICK.opened(state, now, "its FastAGI is not reached")

    await store.change_hold(HoldKey(HoldKind.TRUNK, TRUNK, "another"), TRUNK, open_it)
    async with asyncio.timeout(LIMIT_SECONDS):
        await dialer(store, url, tmp_path, StandInCaller()).run(until_done=True)
    assert (await store.campaign_status(made)).leads[LeadState.DONE] == 5
