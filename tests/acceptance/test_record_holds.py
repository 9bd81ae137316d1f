"""Disk full, recordings unwritable, database away, each in mid-campaign: no lead used up, no outcome lost."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.acceptance.nodes import WILL_PAY, Stage, lead, persona, stage
from voicebot.journal.reader import read_file
from voicebot.rehearsal.carrier import BUSY, PERSONA, RINGS_ON, number
from voicebot.store.records import Attempt, AttemptState, LeadState

STOP: Final = {"identity": ["please stop calling me"], "any": ["stop calling me"]}
LEADS: Final = 30
BUSY_EACH: Final = 9
LATE: Final = "audio was late: this process was too busy"
"""Says something of the machine that runs the tests."""


class Campaign:
    """Thirty leads in three parts: before, during and after the fault.

    First somebody who asks not to be called again, and some who are busy; then busy ones, and one whose telephone rings
    on; at last busy ones again and two who will pay.
    """

    def __init__(self, here: Stage) -> None:
        self.here = here
        self.stops, self.rings = number(PERSONA, 0), number(RINGS_ON, 0)
        self.pays = [number(PERSONA, 1), number(PERSONA, 2)]
        busy = [number(BUSY, place) for place in range(LEADS - 4)]
        self.parts = (
            (self.stops, *busy[:BUSY_EACH]),
            (self.rings, *busy[BUSY_EACH : 2 * BUSY_EACH]),
            (*busy[2 * BUSY_EACH :], *self.pays),
        )
        self.id = 0

    async def start(self) -> None:
        invite = self.here.network.people.invite
        await invite(self.stops, persona("stops", STOP))
        for place, phone in enumerate(self.pays):
            await invite(phone, persona(f"pays_{place}", WILL_PAY))
        self.id = await self.here.campaign([lead(phone) for phone in self.parts[0]])
        await self.here.start_node()
        await self.here.until(self.has_said_stop, "somebody who says stop")

    async def add(self, part: int) -> None:
        await self.here.store.add_leads(self.id, [lead(phone) for phone in self.parts[part]])

    def dialled(self, part: int) -> int:
        """How many of a part the carrier has seen."""
        seen = self.here.network.carrier.dialled()
        return sum(phone.lstrip("+") in seen for phone in self.parts[part])

    async def attempt(self, phone: str) -> Attempt | None:
        return next((one for one in await self.here.attempts() if one.phone == phone), None)

    async def has_said_stop(self) -> bool:
        """The wish not to be called is understood, and the call goes on."""
        attempt = await self.attempt(self.stops)
        if attempt is None or attempt.state is not AttemptState.DIALLING:
            return False
        path = self.here.journal(attempt.id)
        entries = read_file(path) if path.exists() else []
        return any(entry.get("outcome_so_far") == "do_not_call" for entry in entries)

    async def holds(self, begins: str, ends: str) -> dict[str, Attempt]:
        """Everything of every campaign that a fault struck; returns the attempts by number."""
        assert await self.here.node_ends() == 0, self.here.log()[-3000:]
        dialled = self.here.network.carrier.dialled()
        assert len(dialled) == LEADS
        assert set(dialled.values()) == {1}
        attempts = {one.phone: one for one in await self.here.attempts()}
        assert len(attempts) == LEADS
        assert all(one.state is AttemptState.DONE for one in attempts.values())
        found = Counter(one.disposition for one in attempts.values())
        assert found == {"busy": LEADS - 4, "answered": 3, "no_answer": 1}
        assert attempts[self.stops].outcome == "do_not_call"
        assert [attempts[phone].outcome for phone in self.pays] == ["will_pay_on_time"] * 2
        leads = (await self.here.store.campaign_status(self.id)).leads
        assert not leads[LeadState.REVIEW]
        added = await self.here.store.add_leads(self.id, [lead(self.stops, reference="again")])
        assert added.suppressed == (0,)
        told = [line for line in _log(self.here) if line["level"] not in {"debug", "info"} and line["event"] != LATE]
        assert [line["event"] for line in told] == [begins, ends], told
        return attempts


def _log(here: Stage) -> list[dict[str, Any]]:
    return [json.loads(line) for line in here.log().splitlines() if line.startswith("{")]


@contextlib.contextmanager
def full_disk(folder: Path, megabytes: int = 2) -> Any:
    """Let nothing more be written under a folder: a disk of its own without room, or else a file in its place."""
    folder.mkdir(exist_ok=True)
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=False, capture_output=True
        ).returncode
    )
    filler = folder / "filler"

    def fill() -> None:
        if not mounted:
            folder.rename(folder.with_suffix(".away"))
            folder.touch()
            return
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def free() -> None:
        if mounted:
            filler.unlink()
        else:
            folder.unlink()
            folder.with_suffix(".away").rename(folder)

    try:
        yield fill, free
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)


async def _struck(campaign: Campaign, strike: Callable[[], object], mend: Callable[[], object]) -> None:
    """Let something fail while somebody talks, and mend it once that call is over and others were made meanwhile."""
    await campaign.start()
    strike()
    await campaign.add(1)

    async def went_on() -> bool:
        attempt = await campaign.attempt(campaign.stops)
        done = attempt is not None and attempt.state is AttemptState.DONE
        return done and campaign.dialled(1) == len(campaign.parts[1])

    await campaign.here.until(went_on, "calls while it lasts")
    mend()
    await campaign.add(2)


async def test_a_full_disk_for_journals(tmp_path: Path) -> None:
    journals = tmp_path / "journals"
    with full_disk(journals) as (fill, free):
        async with stage(tmp_path, max_calls=2, config={"call": {"journals": str(journals)}}) as here:
            campaign = Campaign(here)
            await _struck(campaign, fill, free)
            attempts = await campaign.holds(
                "journals cannot be written; they are kept in memory", "journals are written again"
            )
            entries = await here.store.journal(attempts[campaign.stops].id)
            assert [entry["event"] for entry in entries][-1] == "recording_kept", "the database has all of it"
            assert all(attempt.recording for attempt in attempts.values() if attempt.disposition == "answered")


async def test_recordings_that_cannot_be_written(tmp_path: Path) -> None:
    async with stage(tmp_path, max_calls=2) as here:
        campaign = Campaign(here)
        folder = here.network.config.asterisk.recordings
        away = folder.with_suffix(".away")

        def strike() -> None:
            folder.rename(away)
            folder.touch()

        def mend() -> None:
            folder.unlink()
            away.rename(folder)

        await _struck(campaign, strike, mend)
        attempts = await campaign.holds("calls are not recorded", "calls are recorded again")
        assert not attempts[campaign.stops].recording
        for phone in campaign.pays:
            assert Path(attempts[phone].recording).stat().st_size > 32_000
            assert Path(attempts[phone].recording).read_bytes()[:4] == b"RIFF"


async def test_a_full_disk_for_recordings(tmp_path: Path) -> None:
    recordings = tmp_path / "recordings"
    settings: dict[str, dict[str, Any]] = {
        "asterisk": {"recordings": str(recordings)},
        "call": {"max_seconds": 60.0},
    }
    with full_disk(recordings, megabytes=16) as (fill, free):
        async with stage(tmp_path, max_calls=2, config=settings) as here:
            campaign = Campaign(here)
            await _struck(campaign, fill, free)
            attempts = await campaign.holds("calls are not recorded", "calls are recorded again")
            assert not attempts[campaign.stops].recording
            *_, last = await here.store.journal(attempts[campaign.stops].id)
            assert last["event"] == "not_recorded"
            assert last["why"].startswith("only "), last
            for phone in campaign.pays:
                assert Path(attempts[phone].recording).read_bytes()[:4] == b"RIFF"


async def test_a_database_that_is_away(tmp_path: Path) -> None:
    async with stage(tmp_path, max_calls=2) as here:
        campaign = Campaign(here)
        await campaign.start()
        for part in (1, 2):
            await campaign.add(part)
        attempt = await campaign.attempt(campaign.stops)
        assert attempt is not None
        spooled = here.network.config.call.journals.parent / "spool" / f"{attempt.id}.json"
        other = sqlite3.connect(here.network.config.database.url.removeprefix("sqlite+aiosqlite:///"))
        other.execute("BEGIN IMMEDIATE")

        async def kept() -> bool:
            return spooled.exists()

        await here.until(kept, "a result kept on the disk")
        other.rollback()
        other.close()
        attempts = await campaign.holds(
            "the database is unavailable: no new calls, results are kept on disk", "the database is back"
        )
        assert attempts[campaign.stops].recording
        assert not spooled.exists()


async def test_a_node_told_twice_to_stop(tmp_path: Path) -> None:
    async with stage(tmp_path, max_calls=2) as here:
        campaign = Campaign(here)
        await campaign.start()
        assert here.node is not None
        here.node.send_signal(signal.SIGTERM)
        here.node.send_signal(signal.SIGINT)
        assert await here.node_ends() == 0, here.log()[-3000:]
        attempt = await campaign.attempt(campaign.stops)
        assert attempt is not None
        assert (attempt.state, attempt.outcome) == (AttemptState.DONE, "do_not_call")
        assert "stopped during the call" in attempt.explanation
        assert str(attempt.id) in attempt.recording
        added = await here.store.add_leads(campaign.id, [lead(campaign.stops, reference="again")])
        assert added.suppressed == (0,)
