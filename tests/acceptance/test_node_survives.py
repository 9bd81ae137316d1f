"""Nodes, Asterisk and recognisers killed in mid-campaign: nobody is dialled twice, every attempt accounted for."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.acceptance.nodes import WILL_PAY, Stage, lead, persona, stage
from voicebot.journal.reader import read_file
from voicebot.rehearsal.carrier import PERSONA, number
from voicebot.store.records import AttemptState, LeadState


async def _people(here: Stage, count: int) -> list[str]:
    numbers = [number(PERSONA, place) for place in range(count)]
    for place, phone in enumerate(numbers):
        await here.network.people.invite(phone, persona(f"payer_{place}", WILL_PAY))
    return numbers


async def _talking(here: Stage, least: int) -> bool:
    """Whether so many calls have got past their first answer."""
    talking = 0
    for attempt in await here.attempts():
        path = here.journal(attempt.id)
        if attempt.state is AttemptState.DIALLING and path.exists():
            talking += any(entry["event"] == "turn" for entry in read_file(path))
    return talking >= least


async def _accounted_for(here: Stage, campaign: int, people: int) -> dict[LeadState, int]:
    """Nobody dialled twice, as the carrier counts; no attempt open; every lead where it belongs."""
    dialled = here.network.carrier.dialled()
    assert all(times == 1 for times in dialled.values()), dialled
    assert not [attempt for attempt in await here.attempts() if attempt.state is not AttemptState.DONE]
    status = await here.store.campaign_status(campaign)
    assert status is not None
    leads = {state: count for state, count in status.leads.items() if count}
    assert sum(leads.values()) == people
    assert LeadState.DIALLING not in leads
    assert len(dialled) == len(await here.attempts())
    return leads


async def test_node_killed_in_mid_campaign(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        campaign = await here.campaign([lead(phone) for phone in await _people(here, 10)])
        await here.start_node()
        await here.until(lambda: _talking(here, 2), "two calls under way")
        under_way = {attempt.id for attempt in await here.attempts() if attempt.state is AttemptState.DIALLING}
        here.kill_node()
        await here.node_ends()
        await here.start_node()
        assert await here.node_ends() == 0, here.log()[-3000:]
        leads = await _accounted_for(here, campaign, 10)
        # Whose call was cut off in mid-talk is called again by the retry rule; the others were called to the end.
        assert set(leads) <= {LeadState.DONE, LeadState.REVIEW, LeadState.READY}
        assert leads[LeadState.DONE] >= 10 - len(under_way)
        after = {attempt.id: attempt for attempt in await here.attempts()}
        assert under_way <= set(after)
        assert all(after[one].explanation for one in under_way if after[one].outcome != "will_pay_on_time")


async def test_asterisk_killed_and_restarted_while_no_log_can_be_written(tmp_path: Path) -> None:
    """A full disk takes no log: the node logs in again all the same, and settles what was going on."""
    async with stage(tmp_path) as here:
        campaign = await here.campaign([lead(phone) for phone in await _people(here, 8)])
        await here.start_node(Path("/dev/full"))
        await here.until(lambda: _talking(here, 2), "two calls under way")
        here.network.pbx.kill()
        await here.network.pbx.start()
        assert await here.node_ends() == 0, here.log()[-3000:]
        leads = await _accounted_for(here, campaign, 8)
        # Calls that our side cut off are made again later; everybody else was called to the end.
        cut_off = [attempt for attempt in await here.attempts() if attempt.outcome != "will_pay_on_time"]
        assert leads[LeadState.DONE] >= 4
        assert leads.get(LeadState.READY, 0) == 8 - leads[LeadState.DONE]
        assert all(attempt.explanation for attempt in cut_off)


async def test_recogniser_worker_killed_in_mid_utterance(tmp_path: Path) -> None:
    """The answer is heard although its worker dies while it is spoken."""
    async with stage(tmp_path, config={"speech": {"workers": 1}}) as here:
        (phone,) = await _people(here, 1)
        await here.campaign([lead(phone)])
        node = await here.start_node()
        attempt = None
        killed: list[int] = []

        async def speaking() -> bool:
            nonlocal attempt
            attempt = next(iter(await here.attempts()), None)
            if attempt is None or not here.journal(attempt.id).exists():
                return False
            entries = read_file(here.journal(attempt.id))
            asked = any(entry["event"] == "listen" and entry.get("cue") == "identity" for entry in entries)
            return asked and bool(entries) and entries[-1]["event"] == "speech_started"

        await here.until(speaking, "an answer being spoken")
        for pid in _children(node.pid):
            if b"voicebot.speech" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
        assert killed, "a recogniser worker was there to be killed"
        assert await here.node_ends() == 0, here.log()[-3000:]
        (done,) = await here.attempts()
        assert done.outcome == "will_pay_on_time"


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *_children(int(child))]
    return found
