"""No Python file is longer than 500 lines: what grows beyond that is split by what it does."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[3]
FOLDERS = ("voicebot", "tests", "scripts")
MOST_LINES = 500


def test_no_file_is_longer_than_it_may_be() -> None:
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]
    assert len(files) > 300
    lengths = {str(file.relative_to(ROOT)): file.read_bytes().count(b"\n") for file in files}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}
