"""The doctor on this very installation."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

VOICEBOT = str(Path(sys.executable).with_name("voicebot"))


def doctor(folder: Path, *before: str) -> tuple[int, dict[str, Any]]:
    run = subprocess.run(
        ["sh", "-c", "; ".join([*before, f'exec "{VOICEBOT}" doctor --json'])],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    return run.returncode, json.loads(run.stdout)


def test_this_installation_is_whole(tmp_path: Path) -> None:
    code, report = doctor(tmp_path)
    broken = [check for check in report["checks"] if check["state"] == "broken"]
    assert broken == []
    assert (code, report["ok"]) == (0, True)
    told = {check["check"] for check in report["checks"] if check["state"] == "fine"}
    assert told >= {"configuration", "python", "asterisk", "voice", "recogniser", "clock", "folders", "limits"}
    assert any("it recognised a test sentence: “" in check["what"] for check in report["checks"])
    assert list(tmp_path.iterdir()) == [], "looking must not make anything"


def test_what_is_wrong_is_told_with_its_cure_and_the_rest_is_still_looked_at(tmp_path: Path) -> None:
    (tmp_path / "voicebot.toml").write_text("[asterisk]\nami_port = 99999\nunknown = 1\n")
    code, report = doctor(tmp_path, "ulimit -n 200", f"export VOICEBOT_CACHE={tmp_path}/nothing")
    assert (code, report["ok"]) == (1, False)
    broken: dict[str, list[str]] = {}
    for check in report["checks"]:
        if check["state"] == "broken":
            broken.setdefault(check["check"], []).append(check["what"] + " → " + check["cure"])
    assert len(broken["configuration"]) == 2
    assert "ulimit -n" in broken["limits"][0]
    assert "voicebot model install" in broken["recogniser"][0]
    assert len([check for check in report["checks"] if check["check"] == "clock"]) == 1
