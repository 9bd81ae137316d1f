"""When a turn ends on a line that sends no RTP in silence, beside one that does, as the callee hears it.

    python -m tests.benchmarks.silence [CALLS]        by default 6

Everything is real: two Asterisks, SIP and RTP, a node, recognisers, personas. The same people call twice, one after
the other: over lines that send comfort noise as RTP, and over lines that send nothing while nobody speaks. Prints a
JSON object a kind of line, and the difference.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.calls import people
from voicebot.paths import shipped
from voicebot.rehearsal.measure import percentile
from voicebot.rehearsal.persona import Persona
from voicebot.rehearsal.runner import Rehearsal


def on_lines(calls: int, *, sends_silence: bool) -> list[Persona]:
    """So many plain people, on one kind of line."""
    found = []
    for place, person in enumerate(people(3 * calls)[::3]):
        line = {"noise": "none", "level": "normal", "sends_silence": sends_silence}
        found.append(Persona.model_validate({**person.model_dump(), "persona": f"caller_{place}", "line": line}))
    return found


async def measure(personas: list[Persona], folder: Path) -> dict[str, Any]:
    """Call them one after the other."""
    scripts = {"en-US/reminder": shipped("scripts_dialogue") / "en-US" / "reminder.yaml"}
    report = await Rehearsal(personas, scripts, folder, concurrency=1).run()
    return {
        "calls": len(report.calls),
        "as_expected": report.ok,
        "replies": len(report.gaps),
        "reply_gap_ms": {name: percentile(report.gaps, point) for name, point in (("p50", 50), ("p95", 95))},
        "wrong": [{"persona": call.persona, "got": dict(call.got)} for call in report.calls if not call.ok],
    }


def main() -> None:
    """Measure and print."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    found = {}
    for name, sends in (("rtp_in_silence", True), ("no_rtp_in_silence", False)):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            found[name] = asyncio.run(measure(on_lines(calls, sends_silence=sends), Path(folder) / "run"))
        sys.stdout.write(json.dumps({name: found[name]}) + "\n")
        sys.stdout.flush()
    gaps = [result["reply_gap_ms"]["p50"] for result in found.values()]
    sys.stdout.write(json.dumps({"later_without_rtp_ms": round(gaps[1] - gaps[0], 1)}) + "\n")


if __name__ == "__main__":
    main()
