"""One timer at the time that its owner names, in told time."""

from __future__ import annotations

import asyncio

from voicebot.call.alarm import Alarm
from voicebot.call.trying.told_time import told


def test_a_later_time_makes_no_new_timer_and_an_earlier_one_does() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        begun, rung = loop.time(), list[float]()
        wake: list[float | None] = [begun + 1.0]

        def ring(now: float) -> None:
            rung.append(round(now - begun, 6))
            wake[0] = None

        alarm = Alarm(loop.time, lambda: wake[0], ring)
        alarm.set()
        wake[0] = begun + 3.0
        alarm.set()
        await asyncio.sleep(2.0)
        assert rung == [], "time was moved on"
        wake[0] = begun + 2.5
        alarm.set()
        await asyncio.sleep(2.0)
        assert rung == [2.5]
        wake[0] = begun + 4.5
        alarm.set()
        alarm.cancel()
        await asyncio.sleep(2.0)
        assert rung == [2.5]
        wake[0] = loop.time() - 1.0
        alarm.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        assert len(rung) == 2, "what is overdue rings at once"

    told(story())
