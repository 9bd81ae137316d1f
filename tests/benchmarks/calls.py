"""Reply gap and barge-in as the callee hears them, and what a call costs, at several calls at a time.

    python -m tests.benchmarks.calls [CALLS_AT_A_TIME ...]        by default 1 5 20

Everything is real: two Asterisks, SIP and RTP, a node, recognisers, personas. All figures come from what the
callees' side sent and heard. CPU is read from the processes, split into the PBX, the engine (the node's main
process), the recogniser (its workers), and the other side (carrier and personas), which a real bank does not pay.
Prints one JSON object a line.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import psutil

from voicebot.paths import shipped
from voicebot.rehearsal.measure import percentile
from voicebot.rehearsal.persona import Persona
from voicebot.rehearsal.runner import Progress, Rehearsal

_LEAD: Final = {
    "name": "Maria Lopez",
    "company": "Acme Bank",
    "amount": "120.50",
    "currency": "USD",
    "due_date": "2026-12-01",
    "timezone": "America/New_York",
}
_PEOPLE: Final[tuple[dict[str, Any], ...]] = (
    {
        "behaviour": [],
        "says": {
            "identity": ["yes this is Maria"],
            "reminder": ["yes I will pay on time"],
            "confirm": ["yes that is right"],
            "any": ["yes"],
        },
        "expect": {"outcome": "will_pay_on_time"},
    },
    {
        "behaviour": ["talks_over_prompt"],
        "says": {
            "identity": ["yes speaking, this is Maria"],
            "reminder": ["I have already paid that last week"],
            "any": ["I have already paid"],
        },
        "expect": {"outcome": "already_paid"},
    },
    {
        "behaviour": ["says_uh_huh_while_bot_speaks"],
        "says": {
            "identity": ["that's me"],
            "reminder": ["sure, I will pay it on time"],
            "confirm": ["yes"],
            "any": ["yes"],
        },
        "expect": {"outcome": "will_pay_on_time"},
    },
)


def people(count: int) -> list[Persona]:
    """Make so many people of three kinds: plain, interrupting, and saying "uh-huh"."""
    return [
        Persona.model_validate(
            {
                "persona": f"caller_{place}",
                "language": "en-US",
                "script": "reminder",
                "lead": _LEAD,
                "today": "2026-11-23",
                "line": {"noise": "none", "level": "normal"},
                **_PEOPLE[place % len(_PEOPLE)],
            }
        )
        for place in range(count)
    ]


class Meter:
    """CPU seconds of the processes under this one, by part; those that have ended are kept."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[str, float]] = {}
        self._me = psutil.Process()

    def read(self) -> None:
        """Take a reading."""
        own = self._me.cpu_times()
        self._seen[self._me.pid] = ("other_side", own.user + own.system)
        for process in self._me.children(recursive=True):
            try:
                times = process.cpu_times()
                self._seen[process.pid] = (_part(process.cmdline()), times.user + times.system)
            except psutil.Error:
                continue

    def totals(self) -> dict[str, float]:
        """CPU seconds so far by part."""
        totals: dict[str, float] = defaultdict(float)
        for part, seconds in self._seen.values():
            totals[part] += seconds
        return dict(totals)


def _part(command: list[str]) -> str:
    line = " ".join(command)
    if "voicebot.speech" in line:
        return "recognizer"
    if "serve" in command:
        return "engine"
    return "asterisk" if "/pbx/" in line else "other_side"


async def measure(at_a_time: int, folder: Path) -> dict[str, Any]:
    """Call so many people at a time, each once (and at least three)."""
    meter = Meter()
    begun: dict[str, float] = {}
    stolen: list[float] = []

    def progress(told: Progress) -> None:
        meter.read()
        if told.stage == "calling" and not begun and "talking" in told.states.values():
            begun.update(meter.totals())
            stolen.append(getattr(psutil.cpu_times(), "steal", 0.0))

    rehearsal = Rehearsal(
        people(max(3, at_a_time)),
        {"en-US/reminder": shipped("scripts_dialogue") / "en-US" / "reminder.yaml"},
        folder,
        concurrency=at_a_time,
        tell=progress,
    )
    report = await rehearsal.run()
    spent = {part: round((seconds - begun.get(part, 0.0)) / len(report.calls), 3)
             for part, seconds in meter.totals().items()}  # fmt: skip
    stops = [stop.milliseconds for call in report.calls for stop in call.stops if stop.answer]
    uh_huhs = [stop for call in report.calls for stop in call.stops if not stop.answer]
    gaps = report.gaps
    stopped = [milliseconds for milliseconds in stops if milliseconds is not None]
    return {
        "calls_at_a_time": at_a_time,
        "most_at_once": report.at_once,
        "calls": len(report.calls),
        "as_expected": report.ok,
        "replies": len(gaps),
        "reply_gap_ms": {"p50": percentile(gaps, 50), "p95": percentile(gaps, 95), "max": percentile(gaps, 100)},
        "interruptions": len(stops),
        "barge_in_ms": {"p50": percentile(stopped, 50), "p95": percentile(stopped, 95)},
        "interruptions_not_stopped_for": len(stops) - len(stopped),
        "back_channels": len(uh_huhs),
        "stopped_for_back_channel": sum(stop.milliseconds is not None for stop in uh_huhs),
        "cpu_seconds_per_call": spent,
        "stolen_cpu_seconds": round(getattr(psutil.cpu_times(), "steal", 0.0) - (stolen or [0.0])[0], 2),
        "seconds": round(report.seconds, 1),
        "engines": report.engines,
        "wrong": [{"persona": call.persona, "got": dict(call.got)} for call in report.calls if not call.ok],
    }


def main() -> None:
    """Measure and print."""
    for at_a_time in [int(word) for word in sys.argv[1:]] or [1, 5, 20]:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            result = asyncio.run(measure(at_a_time, Path(folder) / "run"))
        sys.stdout.write(json.dumps(result, default=str) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
