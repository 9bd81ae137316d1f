"""A dead trunk, a trunk that refuses us, and an Asterisk that is killed, each in mid-campaign of thirty leads.

No lead is used up, no outcome lost, one line at WARNING says when it begins and one when it ends, and the campaign
goes on by itself when the cause is gone.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Final

from tests.acceptance.nodes import WILL_PAY, Stage, lead, persona, stage
from voicebot.rehearsal.carrier import BUSY, PERSONA, number
from voicebot.store.records import Attempt, AttemptState, CampaignState, CampaignStatus, Hold, LeadState

LEADS: Final = 30
PAYS: Final = [number(PERSONA, 0), number(PERSONA, 1)]
RULE: Final = "not_asked: {gaps: [1 s], interrupted: 1 s}"
"""Nobody is tried twice but for faults that are not theirs."""


class Campaign:
    """Thirty leads: the first and the last will pay, the others are busy."""

    def __init__(self, here: Stage) -> None:
        self.here = here
        self.id = 0

    async def start(self) -> None:
        for place, phone in enumerate(PAYS):
            await self.here.network.people.invite(phone, persona(f"pays_{place}", WILL_PAY))
        busy = [number(BUSY, place) for place in range(LEADS - 2)]
        self.id = await self.here.campaign([lead(phone) for phone in (PAYS[0], *busy, PAYS[1])], retry=RULE)
        await self.here.start_node()

    async def status(self) -> CampaignStatus:
        return await self.here.store.campaign_status(self.id)

    async def under_way(self) -> bool:
        """Some are done and most are not."""
        return (await self.status()).leads[LeadState.DONE] >= 5

    async def held(self) -> bool:
        """What every other process sees of it."""
        return bool((await self.status()).holds)

    async def tried_in_vain(self) -> bool:
        """A trial has failed since."""
        return any(hold.breaker.trials for hold in (await self.status()).holds)

    async def hold(self) -> Hold:
        (hold,) = (await self.status()).holds
        return hold

    async def goes_on(self) -> list[Attempt]:
        """What is so once the cause is gone; returns all attempts."""
        assert await self.here.node_ends() == 0, self.here.log()[-3000:]
        status = await self.status()
        assert status.campaign.state is CampaignState.DONE
        assert status.leads[LeadState.DONE] == LEADS, status.leads
        assert status.holds == ()
        attempts = await self.here.store.attempts(self.id, limit=None)
        done = [one for one in attempts if one.state is AttemptState.DONE]
        assert Counter(one.tries for one in done) == {1: LEADS}, "no lead was used up, and no try was counted"
        assert Counter(one.disposition for one in done if one.phone not in PAYS) == {"busy": LEADS - 2}
        lines = [json.loads(line) for line in self.here.log().splitlines() if line.startswith("{")]
        told = [line for line in lines if line["level"] in {"warning", "error", "critical"}]
        told = [line for line in told if not line["event"].startswith("audio was late")]  # of a busy machine
        assert [line["event"].partition(":")[0] for line in told] == ["held", "works again"], told
        return attempts


async def test_the_trunk_is_dead_for_a_while(tmp_path: Path) -> None:
    async with stage(tmp_path, max_calls=3) as here:
        trunk = here.network.config_file.read_text(encoding="utf-8").replace(
            "ring_seconds = 20.0", "ring_seconds = 3.0"
        )
        here.network.config_file.write_text(trunk, encoding="utf-8")
        campaign = Campaign(here)
        await campaign.start()
        await here.until(campaign.under_way, "a campaign under way")
        here.network.carrier.instance.kill()
        await here.until(campaign.tried_in_vain, "a trial that failed")
        hold = await campaign.hold()
        assert (hold.key.name, hold.breaker.is_open) == ("carrier", True)
        assert (await campaign.status()).leads[LeadState.DONE] < LEADS
        await here.network.carrier.instance.start()
        attempts = await campaign.goes_on()
        given_back = [one for one in attempts if one.state is AttemptState.RELEASED and one.disposition]
        assert len(given_back) >= 3
        assert {one.origin for one in given_back} <= {"trunk", "carrier", "ours"}
        assert next(one for one in attempts if one.phone == PAYS[1] and one.outcome).outcome == "will_pay_on_time"


async def test_asterisk_is_killed_and_comes_back(tmp_path: Path) -> None:
    async with stage(tmp_path, max_calls=3) as here:
        campaign = Campaign(here)
        await campaign.start()
        await here.until(campaign.under_way, "a campaign under way")
        here.network.pbx.kill()
        await here.until(campaign.held, "a hold that others see")
        hold = await campaign.hold()
        assert (hold.key.node, hold.breaker.why) == ("rehearsal", "there is no connection to Asterisk")
        await here.network.pbx.start()
        attempts = await campaign.goes_on()
        again = {one.phone for one in attempts if one.disposition == "interrupted"}
        dialled = here.network.carrier.dialled()
        assert {phone for phone, times in dialled.items() if times > 1} <= {phone.lstrip("+") for phone in again}
        assert next(one for one in attempts if one.phone == PAYS[1] and one.outcome).outcome == "will_pay_on_time"
