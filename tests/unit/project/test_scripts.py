"""The shell scripts: what they share, and what the demo passes on."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[3] / "scripts" / "lib.sh"


def test_a_step_that_fails_in_its_middle_ends_the_script() -> None:
    script = f'set -eu; . "{LIBRARY}"; work() {{ false; say went on; }}; [ 1 = 2 ] || step work work; say complete'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert done.stderr == "• work\n"


@pytest.mark.parametrize(
    ("arguments", "set_up", "called"),
    [
        ("", "", "demo"),
        ("--json --calls 2", "", "demo --json --calls 2"),
        ("--language zh-CN --json", "--mandarin", "demo --language zh-CN --json"),
        ("--json --language=zh-CN", "--mandarin", "demo --json --language=zh-CN"),
        ("--language en-US", "", "demo --language en-US"),
        ("--full", "--full", "demo --policy rasa --voice coqui"),
        ("--full --language zh-CN", "--full --mandarin", "demo --policy rasa --voice coqui --language zh-CN"),
    ],
)
def test_the_demo_sets_up_what_its_language_needs(tmp_path: Path, arguments: str, set_up: str, called: str) -> None:
    scripts, programs = tmp_path / "scripts", tmp_path / ".venv/bin"
    scripts.mkdir()
    programs.mkdir(parents=True)
    for name in ("demo", "lib.sh"):
        shutil.copy(LIBRARY.parent / name, scripts / name)
    for program, words in ((scripts / "setup", "set up:"), (programs / "voicebot", "called:")):
        program.write_text(f'#!/bin/sh\necho "{words} $*"\n')
        program.chmod(0o755)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        [str(scripts / "demo"), *arguments.split()],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        env=environment,
    )
    assert done.stderr.split() == ["set", "up:", *set_up.split()]
    assert done.stdout.split() == ["called:", *called.split()]
