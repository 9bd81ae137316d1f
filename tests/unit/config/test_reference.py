"""The reference of voicebot.toml is what the models say."""

from __future__ import annotations

from pathlib import Path

from voicebot.config import reference

ROOT = Path(__file__).parents[3]


def test_it_is_written_from_the_models_as_they_are() -> None:
    written = (ROOT / reference.FILE).read_text(encoding="utf-8")
    assert written == reference.render(), "run: python -m voicebot.config.reference"


def test_every_setting_has_its_meaning() -> None:
    rows = [line for line in reference.render().splitlines() if line.startswith("| `")]
    assert len(rows) > 50
    silent = [row for row in rows if row.endswith("|  |")]
    assert silent == [], "write what it means in a string below the field"


def test_the_page_names_what_people_look_for() -> None:
    page = reference.render()
    for words in ("## [trunks.NAME]", "| `ami_port` | whole number ≥ 1, ≤ 65535 | `5038` |", "`VOICEBOT_AMI_SECRET`"):
        assert words in page
