"""Attempts a second through the store, from claim to outcome, and what one commit costs; as JSON.

    python -m tests.benchmarks.store [--url URL] [--folder FOLDER] [--workers N] [--seconds S]

Without ``--url`` an SQLite file is made in a new folder under FOLDER (the working directory by default: on a disk in
memory a commit costs nothing). Every worker is a process of its own and does what a node does with each attempt:
claim, authorise, finish with a journal of forty entries.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from tests.integration.store.making import ANSWERED, TRUNK, campaign, finish
from voicebot.rehearsal.measure import percentile
from voicebot.store.migrations import upgrade
from voicebot.store.records import AttemptState, Result
from voicebot.store.store import Store

AT_ONCE: Final = 5
LEADS: Final = 9000
FAST: Final = 1e5
JOURNAL: Final = tuple({"at": number / 2, "event": "turn", "text": "I will pay on Friday"} for number in range(40))


async def work(url: str, node: str, seconds: float) -> dict[str, Any]:
    """Do a node's work for a while."""
    store = await Store.open(url)
    await store.adopt(node)
    result = Result(**{name: getattr(ANSWERED, name) for name in ("disposition", "outcome", "slots")}, journal=JOURNAL)
    taken: dict[str, list[float]] = {"claim": [], "authorise": [], "finish": []}
    done = 0

    async def timed(name: str, what: Any) -> Any:
        begun = time.perf_counter()
        value = await what
        taken[name].append((time.perf_counter() - begun) * 1000)
        return value

    async def one(attempt: UUID) -> int:
        if not await timed("authorise", store.authorise(attempt)):
            await store.release(attempt, "its slot had passed")
            return 0
        await timed("finish", finish(store, attempt, result))
        return 1

    cpu, until = time.process_time(), time.monotonic() + seconds
    while time.monotonic() < until:
        found = await timed("claim", store.claim(node, TRUNK, max_calls=1000, calls_per_second=FAST, at_most=AT_ONCE))
        done += sum(await asyncio.gather(*(one(ticket.attempt) for ticket in found.tickets)))
    cpu = time.process_time() - cpu
    await store.close()
    return {"done": done, "cpu_ms": round(cpu * 1000 / max(1, done), 2), "taken": taken}


async def prepare(url: str) -> dict[str, Any]:
    """Fill a database; tells how it keeps what is committed."""
    await upgrade(url)
    store = await Store.open(url)
    await campaign(store, leads=LEADS)

    async def settings(connection: Any) -> dict[str, Any]:
        names = ("journal_mode", "synchronous") if connection.dialect.name == "sqlite" else ()
        return {name: (await connection.execute(sa.text(f"PRAGMA {name}"))).scalar_one() for name in names}

    found = await store.read(settings)
    await store.close()
    return found


async def finished(url: str) -> int:
    """How many attempts came to an end."""
    store = await Store.open(url)
    attempts = await store.attempts(limit=None)
    await store.close()
    return sum(attempt.state is AttemptState.DONE for attempt in attempts)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="")
    parser.add_argument("--folder", type=Path, default=Path())
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--as-worker", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_worker:
        print(json.dumps(asyncio.run(work(options.url, options.as_worker, options.seconds))))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        url = options.url or f"sqlite+aiosqlite:///{folder}/bench.db"
        settings = asyncio.run(prepare(url))
        command = [sys.executable, "-m", "tests.benchmarks.store", "--url", url, "--seconds", str(options.seconds)]
        workers = [
            subprocess.Popen([*command, "--as-worker", f"node-{number}"], stdout=subprocess.PIPE, text=True)
            for number in range(options.workers)
        ]
        told = [json.loads(worker.communicate()[0]) for worker in workers]
        done = sum(one["done"] for one in told)
        agrees = asyncio.run(finished(url)) == done
    steps = {name: sorted(ms for one in told for ms in one["taken"][name]) for name in ("claim", "authorise", "finish")}
    report = {
        "workers": options.workers,
        "settings": settings,
        "attempts": done,
        "attempts_per_second": round(done / options.seconds, 1),
        "cpu_ms_per_attempt": max(one["cpu_ms"] for one in told),
        "ms": {name: {"p50": percentile(values, 50), "p95": percentile(values, 95)}
               for name, values in steps.items()},
        "database_agrees": agrees,
    }  # fmt: skip
    print(json.dumps(report))


if __name__ == "__main__":
    main()
