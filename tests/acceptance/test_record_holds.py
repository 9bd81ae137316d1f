"""Disk full, recordings unwritable, database away, each in mid-campaign: no lead used up, no outcome lost."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.acceptance.nodes import WILL_PAY, Stage, lead, persona, stage
from voicebot.journal.reader import read_file
from voicebot.rehearsal.carrier import BUSY, PERSONA, number
from voicebot.store.records import Attempt, AttemptState, LeadState

STOP: Final = {"identity": ["please stop calling me"], "any": ["stop calling me"]}
BUSY_AT_FIRST: Final = 14
LEADS: Final = 30


class Campaign:
    """Thirty leads: one who asks not to be called again, many who are busy, at last two who will pay."""

    def __init__(self, here: Stage) -> None:
        self.here = here
        self.stops, self.pays = number(PERSONA, 0), [number(PERSONA, 1), number(PERSONA, 2)]
        self.busy = [number(BUSY, place) for place in range(LEADS - 3)]
        self.id = 0

    async def start(self) -> None:
        invite = self.here.network.people.invite
        await invite(self.stops, persona("stops", STOP))
        for place, phone in enumerate(self.pays):
            await invite(phone, persona(f"pays_{place}", WILL_PAY))
        self.id = await self.here.campaign([lead(phone) for phone in (self.stops, *self.busy, *self.pays)])
        await self.here.start_node()

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

    def refused(self) -> int:
        """How many busy calls the carrier has seen."""
        busy = {phone.lstrip("+") for phone in self.busy}
        return sum(phone in busy for phone in self.here.network.carrier.dialled())

    async def holds(self, begins: str, ends: str) -> dict[str, Attempt]:
        """Everything of every campaign that a fault struck; returns the attempts by number."""
        assert await self.here.node_ends() == 0, self.here.log()[-3000:]
        dialled = self.here.network.carrier.dialled()
        assert len(dialled) == LEADS
        assert set(dialled.values()) == {1}
        attempts = {one.phone: one for one in await self.here.attempts()}
        assert len(attempts) == LEADS
        assert all(one.state is AttemptState.DONE for one in attempts.values())
        assert Counter(one.disposition for one in attempts.values()) == {"busy": LEADS - 3, "answered": 3}
        assert attempts[self.stops].outcome == "do_not_call"
        assert [attempts[phone].outcome for phone in self.pays] == ["will_pay_on_time"] * 2
        leads = (await self.here.store.campaign_status(self.id)).leads
        assert not leads[LeadState.REVIEW]
        added = await self.here.store.add_leads(self.id, [lead(self.stops, reference="again")])
        assert added.suppressed == (0,)
        told = [line for line in _log(self.here) if line["level"] in {"warning", "error", "critical"}]
        assert [line["event"] for line in told] == [begins, ends], told
        return attempts


def _log(here: Stage) -> list[dict[str, Any]]:
    return [json.loads(line) for line in here.log().splitlines() if line.startswith("{")]


@contextlib.contextmanager
def full_disk(folder: Path) -> Any:
    """Let nothing more be written under a folder: a disk of its own without room, or else a file in its place."""
    folder.mkdir(exist_ok=True)
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], check=False, capture_output=True
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
                file.write(bytes(512))

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
    """Let something fail while somebody talks, and mend it once more calls were made meanwhile."""
    here = campaign.here
    await here.until(campaign.has_said_stop, "somebody who says stop")
    strike()
    before = campaign.refused()

    async def went_on() -> bool:
        attempt = await campaign.attempt(campaign.stops)
        done = attempt is not None and attempt.state is AttemptState.DONE
        return done and campaign.refused() >= before + 3

    await here.until(went_on, "calls while it lasts")
    mend()


async def test_a_full_disk_for_journals(tmp_path: Path) -> None:
    journals = tmp_path / "journals"
    with full_disk(journals) as (fill, free):
        async with stage(tmp_path, max_calls=2, config={"call": {"journals": str(journals)}}) as here:
            campaign = Campaign(here)
            await campaign.start()
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

        await campaign.start()
        await _struck(campaign, strike, mend)
        attempts = await campaign.holds("calls are not recorded", "calls are recorded again")
        assert not attempts[campaign.stops].recording
        for phone in campaign.pays:
            assert Path(attempts[phone].recording).stat().st_size > 32_000
            assert Path(attempts[phone].recording).read_bytes()[:4] == b"RIFF"


async def test_a_database_that_is_away(tmp_path: Path) -> None:
    async with stage(tmp_path, max_calls=2) as here:
        campaign = Campaign(here)
        await campaign.start()
        await here.until(campaign.has_said_stop, "somebody who says stop")
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
            "the database is away: nobody new is called, results are kept on the disk", "the database is back"
        )
        assert attempts[campaign.stops].recording
        assert not spooled.exists()
