"""Commands on a machine at its limits: one line says what is wrong and what to do, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FULL = "✗ the output cannot be written: No space left on device\n  → free some space, or write it elsewhere\n"


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = line.replace("voicebot", f"{sys.executable} -m voicebot", 1)
    return subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("voicebot model list --json >/dev/full", 1, FULL),
        ("voicebot model list >/dev/full", 1, FULL),
        ("voicebot model list >&-", 0, ""),
        ("voicebot model list <&- >&- 2>&-", 0, ""),
    ],
)
def test_output_that_cannot_be_written(line: str, code: int, told: str, tmp_path: Path) -> None:
    done = shell(line, tmp_path)
    assert (done.returncode, done.stderr) == (code, told)


def test_a_disk_that_takes_no_database(tmp_path: Path) -> None:
    done = shell("ulimit -f 0; voicebot db upgrade", tmp_path)
    assert done.returncode == 1
    assert "the database cannot be reached: disk I/O error" in done.stderr
    assert "is full or read-only" in done.stderr
    assert "sqlalche.me" not in done.stderr


def test_a_user_without_a_home(tmp_path: Path) -> None:
    """The user of a container has often neither HOME nor an entry in the user database."""
    line = (
        "import os, pwd, sys\n"
        "pwd.getpwuid = lambda uid: {}[uid]\n"
        "[os.environ.pop(name, None) for name in ('HOME', 'VOICEBOT_CACHE', 'XDG_CACHE_HOME')]\n"
        "sys.argv[1:] = ['model', 'list']\n"
        "from voicebot.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is no home folder" in done.stderr
    assert "set HOME, or VOICEBOT_CACHE" in done.stderr
