"""Several nodes on one database, some of them killed: limits hold, and nobody is called twice."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.integration.store.making import campaign
from voicebot.store.records import AttemptState, CampaignStatus, LeadState
from voicebot.store.store import Store

NODES = ("node-a", "node-b", "node-c")
MAX_CALLS = 6


class Nodes:
    """Processes that dial, and the one pipe on which they tell of it."""

    def __init__(self, url: str, folder: Path, *, per_second: float, longest: float) -> None:
        self._arguments = [url, str(folder)]
        self._limits = [str(MAX_CALLS), str(per_second), str(longest)]
        self._reading, self._writing = os.pipe()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.life: dict[str, str] = {}
        self._lives = 0

    def start(self, node: str) -> None:
        """Begin a life of a node."""
        self._lives += 1
        self.life[node] = f"{node}/{self._lives}"
        os.set_inheritable(self._writing, True)
        self.running[node] = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.integration.campaign.worker", *self._arguments, node),
                *(str(self._writing), *self._limits, str(self._lives)),
            ],
            pass_fds=[self._writing],
        )

    def kill(self, node: str) -> None:
        """End a node in the middle of whatever it does."""
        process = self.running.pop(node)
        process.kill()
        process.wait()

    def lines(self) -> Iterator[list[str]]:
        """What the nodes tell, until the last has ended."""
        # From here on only the nodes hold the writing end; its last holder's end is the end of the file.
        with os.fdopen(self._reading, encoding="utf-8") as reading:
            for line in reading:
                yield line.split()

    def let_go(self) -> None:
        """Start no more nodes."""
        os.close(self._writing)


class Watch:
    """Counts calls under way and calls to each number from what the nodes tell."""

    def __init__(self) -> None:
        self.dialled: Counter[str] = Counter()
        self.most = 0
        self._open: dict[str, str] = {}
        self._dead: set[str] = set()

    def see(self, line: list[str]) -> None:
        event, life, attempt, phone = line
        if event == "S":
            self.dialled[phone] += 1
            if life not in self._dead:  # else told before its death and read after it
                self._open[attempt] = life
            self.most = max(self.most, len(self._open))
        else:
            self._open.pop(attempt, None)

    def died(self, life: str) -> None:
        self._dead.add(life)
        self._open = {attempt: other for attempt, other in self._open.items() if other != life}


def result(url: str, made: int) -> tuple[CampaignStatus, list[float], Counter[AttemptState]]:
    """How the campaign stands, when calls were authorised, and the states of its attempts."""

    async def read() -> tuple[CampaignStatus, list[float], Counter[AttemptState]]:
        store = await Store.open(url)
        attempts = await store.attempts(made, limit=None)
        status = await store.campaign_status(made)
        await store.close()
        dialled = sorted(attempt.dialled_at for attempt in attempts if attempt.dialled_at is not None)
        return status, dialled, Counter(attempt.state for attempt in attempts)

    return asyncio.run(read())


def fill(url: str, leads: int) -> int:
    """Make a running campaign."""

    async def make() -> int:
        store = await Store.open(url)
        made = await campaign(store, leads=leads)
        await store.close()
        return made

    return asyncio.run(make())


def test_three_nodes_share_limits_and_leads(url: str, tmp_path: Path) -> None:
    made = fill(url, 120)
    nodes, watch = Nodes(url, tmp_path, per_second=40.0, longest=0.2), Watch()
    for node in NODES:
        nodes.start(node)
    nodes.let_go()
    for line in nodes.lines():
        watch.see(line)
    assert [process.wait() for process in nodes.running.values()] == [0, 0, 0]
    status, dialled, _ = result(url, made)
    assert set(watch.dialled.values()) == {1}
    assert len(watch.dialled) == 120
    assert watch.most <= MAX_CALLS
    assert status.leads[LeadState.DONE] == 120
    # Any second, taken by the database's clock: calls are authorised a little after their slots.
    for first in dialled:
        assert sum(first <= at < first + 1 for at in dialled) <= 40


def test_nodes_killed_at_random_points_call_nobody_twice(url: str, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    chance = random.Random(seed)
    leads, kills = 150, 8
    made = fill(url, leads)
    nodes, watch = Nodes(url, tmp_path, per_second=1000.0, longest=0.1), Watch()
    for node in NODES:
        nodes.start(node)
    until_kill = chance.randrange(1, 25)
    for line in nodes.lines():
        watch.see(line)
        until_kill -= 1
        if until_kill or not kills:
            continue
        kills -= 1
        until_kill = chance.randrange(1, 25)
        victim = chance.choice(sorted(nodes.running))
        nodes.kill(victim)
        watch.died(nodes.life[victim])
        nodes.start(victim)
        if not kills:
            nodes.let_go()
    assert not kills, "too few calls were made for all kills"
    assert [process.wait() for process in nodes.running.values()] == [0, 0, 0], seed
    status, _, states = result(url, made)
    assert set(watch.dialled.values()) == {1}, seed
    assert watch.most <= MAX_CALLS, seed
    assert status.leads[LeadState.DONE] + status.leads[LeadState.REVIEW] == leads, seed
    assert set(states) <= {AttemptState.DONE, AttemptState.RELEASED}, seed
    assert status.leads[LeadState.DONE] <= len(watch.dialled) <= leads, seed
