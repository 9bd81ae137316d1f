"""``voicebot rehearse`` as people use it: a node, two Asterisks, personas, a report, and nothing left behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from voicebot.rehearsal.selection import PERSONAS

NAMES = (
    "pays_on_time", "changes_the_day", "wrong_number", "stop_calling", "hangs_up", "voicemail_box",
    "everything_at_once",
)  # fmt: skip
PROCESSES = Path("/proc")


def some_personas(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / f"{name}.yaml").write_bytes((PERSONAS / f"{name}.yaml").read_bytes())
    return folder


async def start(folder: Path, *arguments: str, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "voicebot", *arguments,
        cwd=folder, env={**os.environ, **environment}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


def left_behind(folder: Path) -> list[str]:
    """Command lines of processes that have to do with ``folder``."""
    found = []
    for process in PROCESSES.iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(folder) in line:
                found.append(line)
    return found


def size(path: str) -> int:
    return Path(path).stat().st_size


async def test_a_rehearsal(tmp_path: Path) -> None:
    personas = some_personas(tmp_path / "personas", *NAMES)
    process = await start(tmp_path, "rehearse", "all", "--personas", str(personas), "--concurrency", "4", "--json")
    out, err = await process.communicate()
    report: dict[str, Any] = json.loads(out)
    wrong = [(call["persona"], call["expected"], call["got"]) for call in report["calls"] if not call["ok"]]
    assert not wrong, err.decode()
    assert process.returncode == 0
    assert [call["persona"] for call in report["calls"]] == sorted(NAMES)
    assert report["summary"]["calls"] == report["summary"]["ok"] == len(NAMES)
    assert report["summary"]["at_once"] >= 3
    assert report["summary"]["gap_ms"]["p50"] > 0
    assert all(report["engines"].values())
    for call in report["calls"]:
        assert size(call["recording"]) > 16_000
        assert size(call["heard"]) > 16_000
        assert size(call["journal"]) > 500
    talked = next(call for call in report["calls"] if call["persona"] == "changes_the_day")
    assert 5 <= talked["turns"] <= 8  # whoever is not heard over a busy machine says it again
    assert talked["gaps_ms"]
    assert left_behind(tmp_path) == []


async def test_an_unexpected_outcome_is_told(tmp_path: Path) -> None:
    personas = some_personas(tmp_path / "personas", "wrong_number")
    file = personas / "wrong_number.yaml"
    file.write_text(file.read_text().replace("outcome: wrong_person", "outcome: deceased"))
    process = await start(tmp_path, "rehearse", "reminder", "--personas", str(personas), "--json")
    out, _ = await process.communicate()
    (call,) = json.loads(out)["calls"]
    assert process.returncode == 1
    assert (call["ok"], call["got"]["outcome"]) == (False, "wrong_person")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_stopping_in_the_middle_leaves_nothing_running(tmp_path: Path, number: signal.Signals) -> None:
    process = await start(tmp_path, "rehearse", "reminder", "--concurrency", "4")
    assert process.stderr is not None
    async for line in process.stderr:
        if b": talking" in line:
            break
    else:
        raise AssertionError("nobody talked")
    process.send_signal(number)
    await process.communicate()
    assert process.returncode == 130
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("rehearse", "no_such_script"), "no_such_script"),
        (("rehearse", "reminder", "--personas", "empty"), "no persona files"),
        (("rehearse", "reminder", "--personas", "broken"), "one.yaml:1:1"),
    ],
)
async def test_what_is_wrong_is_told_at_once(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "one.yaml").write_text("persona: one\n")
    process = await start(tmp_path, *arguments)
    _, err = await process.communicate()
    assert process.returncode == 2
    assert told in err.decode()
    assert not (tmp_path / "var").exists(), "nothing was started"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "which holds no Vosk model"),  # the node pauses the campaign
        ("no model", "is not a Vosk model that can be loaded"),  # the node tries again, and waits longer each time
    ],
)
async def test_a_rehearsal_in_which_no_call_can_be_prepared_ends_and_tells_why(
    tmp_path: Path, content: str | None, told: str
) -> None:
    personas = some_personas(tmp_path / "personas", "wrong_number", "stop_calling")
    model = tmp_path / "model"
    (model / "am").mkdir(parents=True)
    if content is not None:
        (model / "am" / "final.mdl").write_text(content)
    process = await start(tmp_path, "rehearse", "reminder", "--personas", str(personas), VOICEBOT_VOSK_MODEL=str(model))
    out, err = await process.communicate()
    text = " ".join(err.decode().split())
    assert process.returncode == 1, "it did not run to its end and report"
    assert not out
    assert "the node can prepare no call" in text
    assert told in text
    assert "node.log" in text
    assert left_behind(tmp_path) == []
