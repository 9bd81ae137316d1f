"""``voicebot demo`` in Mandarin: people who speak it are called, heard and answered by Whisper and Kokoro."""

from __future__ import annotations

import json
from pathlib import Path

from tests.acceptance.test_rehearse import left_behind, start


async def test_the_demo_in_mandarin(tmp_path: Path) -> None:
    process = await start(tmp_path, "demo", "--language", "zh-CN", "--calls", "2", "--concurrency", "2", "--json")
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    report = json.loads(out)
    assert {call["language"] for call in report["calls"]} == {"zh-CN"}
    assert report["summary"]["ok"] == len(report["calls"]) == 2
    assert report["summary"]["gap_ms"]["p50"] > 0
    assert report["engines"]["recognizer"].startswith("whisper")
    assert report["engines"]["voice"].startswith("kokoro")
    assert left_behind(tmp_path) == []
