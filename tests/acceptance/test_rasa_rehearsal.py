"""People called with Rasa as the policy, while its host is killed and frozen: no outcome changes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from pathlib import Path
from typing import Any

import psutil

from tests.acceptance.test_rehearse import left_behind, some_personas, start

NAMES = ("pays_on_time", "changes_the_day", "wrong_number", "stop_calling", "part_now", "already_paid_online")
HOST = "runtime/host.py"
SECONDS = 180.0


async def test_killing_and_freezing_rasa_in_mid_rehearsal_changes_no_outcome(tmp_path: Path) -> None:
    personas = some_personas(tmp_path / "personas", *NAMES)
    # On a busy machine Rasa may take longer than a call usually waits for it.
    (tmp_path / "voicebot.toml").write_text("[rasa]\nlimit_ms = 1500\n", encoding="utf-8")
    process = await start(
        tmp_path, "rehearse", "all", "--personas", str(personas), "--concurrency", "3", "--policy", "rasa", "--json"
    )
    assert process.stdout is not None
    out = asyncio.create_task(process.stdout.read())
    log = await talking(process)
    folder = next((tmp_path / "var" / "rehearsals").iterdir())
    await Events(process, folder / "journals").seen('"understood"', '"rasa"')
    events = Events(process, folder / "node.log")
    os.kill(host_of(process.pid), signal.SIGKILL)
    await events.seen("service failed", "SIGKILL")
    await events.seen("service ready", '"start": 2')
    os.kill(host_of(process.pid), signal.SIGSTOP)
    await events.seen("service ended by us", "it is frozen")
    assert process.stderr is not None
    log += (await process.stderr.read()).decode()
    assert await process.wait() == 0, log
    report: dict[str, Any] = json.loads(await out)
    assert [call["persona"] for call in report["calls"] if not call["ok"]] == []
    assert report["summary"]["ok"] == len(NAMES)
    assert report["engines"]["policy"] == "rasa"
    journals = [Path(call["journal"]).read_text() for call in report["calls"]]
    decided = [json.loads(line) for journal in journals for line in journal.splitlines()]
    by = {event["policy"] for event in decided if event["event"] == "understood"}
    assert {"rasa", "local"} <= by, "turns that Rasa decided, and turns that were decided for it"
    assert left_behind(tmp_path) == []


async def talking(process: asyncio.subprocess.Process) -> str:
    """Wait until somebody talks; return what was told meanwhile."""
    assert process.stderr is not None
    told = ""
    async for line in process.stderr:
        told += line.decode()
        if b": talking" in line:
            return told
    raise AssertionError(f"nobody talked: {told}")


def host_of(ancestor: int) -> int:
    """Return the process id of Rasa's host under a process."""
    for child in psutil.Process(ancestor).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if HOST in " ".join(child.cmdline()):
                return child.pid
    raise AssertionError("no host of Rasa's runs")


class Events:
    """What a node tells in its log.

    Parameters
    ----------
    process
        The rehearsal that the node belongs to; when it has ended nothing more is told.
    path
        The log, or a folder of journals.
    """

    def __init__(self, process: asyncio.subprocess.Process, path: Path) -> None:
        self._process = process
        self._path = path

    async def seen(self, *words: str) -> None:
        """Wait for a line that holds all ``words``."""
        async with asyncio.timeout(SECONDS):
            while not any(all(word in line for word in words) for line in self._lines()):
                assert self._process.returncode is None, f"it ended without {words}"
                await asyncio.sleep(0.1)

    def _lines(self) -> list[str]:
        files = [file for file in self._path.rglob("*") if file.is_file()] if self._path.is_dir() else [self._path]
        return [line for file in files for line in file.read_text(errors="replace").splitlines()]
