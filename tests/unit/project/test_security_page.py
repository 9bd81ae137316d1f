"""The page of who is trusted with what names files and tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "explanation" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:voicebot|tests|asterisk-config)/[\w/.-]+(?:::\w+)?)`", PAGE)))


@pytest.mark.parametrize("named", NAMED)
def test_what_is_named_is_there(named: str) -> None:
    file, _, test = named.partition("::")
    assert (ROOT / file).is_file()
    if test:
        assert re.search(rf"^(?:async )?def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_row_has_a_file_and_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| must not")]
    assert len(rows) > 20
    for row in rows:
        _, enforced, shown = [cell.strip() for cell in row.strip("|").split(" | ")]
        assert "`voicebot/" in enforced or "`asterisk-config/" in enforced, row
        assert "`tests/" in shown, row
