"""The reference of the script language: its examples load, and it tells of every key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.unit.dialogue.making import ROOT, SMALL, as_editors_read, loaded
from voicebot.dialogue.script.reading.marked_yaml import parse_document
from voicebot.dialogue.script.reading.schema import schema
from voicebot.dialogue.script.variants import overlaid

PAGE = (ROOT / "docs/reference/script-language.md").read_text(encoding="utf-8")
BLOCKS = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if as_editors_read(block)]
FILES = {found[1]: block for block in BLOCKS if (found := re.match(r"# file: (\w+)\.yaml\n", block))}


@pytest.mark.parametrize("block", [block for block in BLOCKS if not block.startswith("# file:")])
def test_examples_load(tmp_path: Path, block: str) -> None:
    fragment = parse_document(block, "example").data
    whole = overlaid(parse_document(SMALL, "small").data, fragment)
    assert loaded(tmp_path, yaml.safe_dump(whole, allow_unicode=True, sort_keys=False), **FILES).content_hash


def test_every_key_is_told() -> None:
    made = schema()
    parts = {"": made, **made["$defs"]}
    keys = {key for name, part in parts.items() if name != "Guard" for key in part.get("properties", {})}
    words = set(re.findall(r"\w+", " ".join([*BLOCKS, *re.findall(r"`([^`]*)`", PAGE)])))
    assert keys - words == set()
