"""Coqui killed and frozen in the middle of calls: no silence where the bot should speak, no line lost."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from voicebot.journal.reader import read_file
from voicebot.rehearsal.persona import Persona, load_persona
from voicebot.rehearsal.report import Report
from voicebot.rehearsal.runner import Rehearsal
from voicebot.rehearsal.selection import PERSONAS, choose

LONGEST_SILENCE_MS = 1000
SECONDS = 600.0


def _person(folder: Path, name: str) -> Persona:
    """Somebody who names a day at once, and so has a line read back that nobody could render before the call."""
    text = (PERSONAS / "promises_at_once.yaml").read_text(encoding="utf-8")
    amount = f"{random.randrange(100, 1000)}.{random.randrange(10, 100)}"  # never read back before, on any machine
    file = folder / f"{name}.yaml"
    file.write_text(text.replace("promises_at_once", name).replace("75.00", amount), encoding="utf-8")
    return load_persona(file)


def _services(folder: Path) -> Iterator[psutil.Process]:
    """Coqui's processes of the node whose configuration is in ``folder``."""
    for process in psutil.process_iter():
        try:
            parent = process.parent()
            if parent and "coqui/host.py" in " ".join(process.cmdline()) and str(folder) in " ".join(parent.cmdline()):
                yield process
        except psutil.Error:
            continue


async def _strike(rehearsal: Rehearsal, signals: list[signal.Signals]) -> None:
    """In each call, as soon as the callee begins the answer that will be read back, end or stop Coqui."""
    struck: set[Path] = set()
    while len(struck) < len(signals):
        for journal in (rehearsal.folder / "journals").glob("*/*/*/*.jsonl"):
            if journal not in struck and _answering(read_file(journal)):
                for service in _services(rehearsal.folder):
                    os.kill(service.pid, signals[len(struck)])
                struck.add(journal)
        await asyncio.sleep(0.05)


def _answering(entries: list[dict[str, Any]]) -> bool:
    cues = [
        place for place, entry in enumerate(entries) if entry["event"] == "listen" and entry.get("cue") == "reminder"
    ]
    return bool(cues) and any(entry["event"] == "speech_started" for entry in entries[cues[0] :])


def _lines(entries: list[dict[str, Any]]) -> Iterator[tuple[str, str, bool]]:
    """Each line that was to be said: its key, the voice that said it, and whether it was said to its end."""
    for place, entry in enumerate(entries):
        if entry["event"] == "say":
            after = entries[place + 1 :]
            late = next((other for other in after if other["event"] in {"rendered_late", "say"}), {})
            voice = entry.get("voice", "") or late.get("voice", "")
            ends = (other["event"] for other in after if other["event"] in {"said", "dropped", "hung_up"})
            yield entry["line"], voice, next(ends, "") == "said"


async def test_killed_and_frozen_in_mid_call(tmp_path: Path) -> None:
    people = [_person(tmp_path, name) for name in ("meets_a_dead_voice", "meets_a_frozen_voice")]
    files, chosen = choose("reminder", people)
    rehearsal = Rehearsal(chosen, files, tmp_path / "rehearsal", concurrency=1, config={"speech": {"voice": "coqui"}})
    async with asyncio.timeout(SECONDS):
        striking = asyncio.create_task(_strike(rehearsal, [signal.SIGKILL, signal.SIGSTOP]))
        report: Report = await rehearsal.run()
        await striking
    assert [call.ok for call in report.calls] == [True, True], [(call.got, call.problem) for call in report.calls]
    for call in report.calls:
        assert call.engines["voice"].startswith("coqui-"), call.engines
        assert call.gaps
        assert max(call.gaps) <= LONGEST_SILENCE_MS, (call.persona, call.gaps)
        lines = list(_lines(read_file(Path(call.journal))))
        assert all(said for _, _, said in lines), lines
        voices = {key: voice for key, voice, _ in lines}
        assert voices["steps.payment.say"].startswith("coqui-"), "rendered before the call"
        assert voices["steps.confirm.say"].startswith("hibari-"), "light voice takes over within the line"
    deadline = time.monotonic() + 10
    while any(_services(rehearsal.folder)):
        assert time.monotonic() < deadline, "something is left running"
        await asyncio.sleep(0.1)
