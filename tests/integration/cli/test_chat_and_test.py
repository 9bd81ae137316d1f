"""``script chat`` through a pipe, and ``script test``: what is printed, and what they leave with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAD = """\
script: reminder
lead: {name: Anna Bell, company: Harbor Bank, amount: 120.50, currency: USD, due_date: 2026-12-01, timezone: Etc/UTC}
today: 2026-11-23
conversations:
"""
PAYS = '  - {name: pays, turns: ["yes", "yes I will"], expect: {outcome: will_pay_on_time}}\n'


def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "voicebot", "script", *arguments],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


def test_chat_takes_one_utterance_a_line_and_writes_what_can_be_tried(tmp_path: Path) -> None:
    file = tmp_path / "talk.yaml"
    typed = f"yes\n/why\n/nonsense\n/state\nI can pay on friday\n/back\nyes I will\n/save {file}\n"
    told = run("chat", "reminder", "--today", "2026-11-23", typed=typed)
    assert told.returncode == 0
    assert "(disclosure greeting, not cut)" in told.stdout
    assert "identity affirm" in told.stdout
    assert "will_pay_on_time" in told.stdout
    assert "/nonsense is not understood" in told.stderr
    assert run("test", "reminder", str(file)).returncode == 0


def test_chat_as_data() -> None:
    told = run("chat", "reminder", "--today", "2026-11-23", "--json", typed="yes\n/hangup\n")
    data = json.loads(told.stdout)
    assert data["outcome"] == "hung_up"
    assert [turn["cells"] for turn in data["turns"]] == [[], ["identity affirm"], []]


def test_test_tells_what_is_not_as_expected(tmp_path: Path) -> None:
    file = tmp_path / "talks.yaml"
    file.write_text(HEAD + PAYS + PAYS.replace("pays", "disputes").replace("will_pay_on_time", "dispute"))
    told = run("test", "reminder", str(file), "--json")
    data = json.loads(told.stdout)
    assert told.returncode == 1
    assert [one["ok"] for one in data["conversations"]] == [True, False]
    assert data["conversations"][1]["misses"][0]["line"] == 6
    assert data["coverage"]["answers"]["covered"] == 2


def test_too_little_coverage_and_a_broken_file_have_codes_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "talks.yaml"
    file.write_text(HEAD + PAYS)
    assert run("test", "reminder", str(file)).returncode == 0
    assert run("test", "reminder", str(file), "--min-coverage", "95").returncode == 1
    assert run("test", "collection", str(file)).returncode == 2
    file.write_text(HEAD)
    assert run("test", "reminder", str(file)).returncode == 2
