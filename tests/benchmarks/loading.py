"""How late audio is while a script is made ready: the worst tick of 20 ms, in this process and in one beside it.

    python -m tests.benchmarks.loading

A ticker as the AudioSocket server's runs in the loop, while each shipped script is loaded and asked one question by
the local policy, once in this process (in a thread) and once in a process of its own, as a node does it. Prints one
JSON object a script and way.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import uvloop

from tests.unit.dialogue.making import LEAD
from voicebot.config import DialogueSection, RasaSection
from voicebot.dialogue.conversation.script_talk import ScriptTalk
from voicebot.dialogue.policies import Policies
from voicebot.dialogue.script.pinned import pinned_text, read_pinned, text_hash
from voicebot.dialogue.script.reading.finding import shipped_scripts
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.talk import Utterance

TICK: Final = 0.02


class Ticker:
    """Notes how late each tick is."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self._loop = asyncio.get_running_loop()
        self._due = time.monotonic() + TICK
        self._timer = self._loop.call_later(TICK, self._tick)

    def _tick(self) -> None:
        now = time.monotonic()
        self.late_ms.append((now - self._due) * 1000)
        while self._due <= now:
            self._due += TICK
        self._timer = self._loop.call_later(self._due - time.monotonic(), self._tick)

    def stop(self) -> None:
        """Tick no more."""
        self._timer.cancel()


async def while_ticking(work: Awaitable[Any]) -> dict[str, float]:
    """Do some work and return how late the ticks were meanwhile."""
    ticker, begun = Ticker(), time.monotonic()
    await work
    seconds = time.monotonic() - begun
    await asyncio.sleep(2 * TICK)
    ticker.stop()
    return {
        "seconds": round(seconds, 2),
        "worst_tick_late_ms": round(max(ticker.late_ms), 1),
        "ticks_over_10_ms": sum(late > 10 for late in ticker.late_ms),
    }


async def load(policies: Policies, text: str) -> None:
    """Do what a node does with a pinned script, and understand one utterance."""
    script = read_pinned(text, text_hash(text))
    policy = await policies.of(script)
    talk = ScriptTalk(script, LEAD, policy, lambda: datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("America/New_York")))
    talk.open()
    await talk.plan(Utterance("yes"))


async def measure() -> None:
    """Measure and print."""
    sys.stdout.write(json.dumps({"idle": await while_ticking(asyncio.sleep(2))}) + "\n")
    texts = {name: pinned_text(load_script(path)) for name, path in sorted(shipped_scripts().items())}
    for apart in (False, True):
        policies = Policies(DialogueSection(), RasaSection(), apart=apart)
        if apart:
            await load(policies, texts["en-US/reminder"])  # the process is started with the node, before any call
        for name, text in texts.items():
            late = await while_ticking(load(policies, text))
            sys.stdout.write(json.dumps({"script": name, "process": "its own" if apart else "this", **late}) + "\n")
            sys.stdout.flush()
        await policies.close()


if __name__ == "__main__":
    uvloop.run(measure())
