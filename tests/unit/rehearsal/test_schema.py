"""Editors and the loader agree on persona files, and the reference tells of every key and behaviour."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest

from tests.unit.dialogue.making import ROOT, SHIPPED, as_editors_read
from tests.unit.rehearsal.one_persona import GOOD
from voicebot.rehearsal.persona import Behaviour, Never
from voicebot.rehearsal.schema import FILE, schema, schema_text
from voicebot.rehearsal.selection import PERSONAS

VALIDATOR = jsonschema.Draft7Validator(schema())
PAGE = (ROOT / "docs/reference/personas.md").read_text(encoding="utf-8")


def test_the_shipped_schema_is_current() -> None:
    told = "voicebot script schema --personas > scripts_dialogue/personas.schema.json"
    assert (SHIPPED / FILE).read_text(encoding="utf-8") == schema_text(), told
    jsonschema.Draft7Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("file", sorted(PERSONAS.glob("*.yaml")), ids=lambda file: str(file.stem))
def test_every_shipped_persona_names_the_schema_and_keeps_it(file: object) -> None:
    path = PERSONAS / str(file)
    first, _, _ = (text := path.read_text(encoding="utf-8")).partition("\n")
    assert (path.parent / first.partition("$schema=")[2]).resolve() == SHIPPED / FILE
    assert [error.message for error in VALIDATOR.iter_errors(as_editors_read(text))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("dtmf_only", "dtmf_olny"),
        ("level: quiet", "level: low"),
        ("expect:", "never: [dept_told]\nexpect:"),
        ("todya", "today"),
        ("outcome: promise_to_pay, ", ""),
        ("outcome: promise_to_pay", "outcome: Promise to pay"),
        ("[yes]", "[{say: yes}]"),
        ("script: reminder\n", ""),
    ],
)
def test_an_editor_underlines_what_the_loader_refuses(old: str, new: str) -> None:
    if old == "todya":
        old, new = new, old
    assert VALIDATOR.is_valid(as_editors_read(GOOD))
    assert not VALIDATOR.is_valid(as_editors_read(GOOD.replace(old, new)))


def test_the_reference_tells_of_everything() -> None:
    made = schema()
    keys = {key for part in (made, *made["$defs"].values()) for key in part.get("properties", {})}
    words = set(re.findall(r"\w+", PAGE))
    assert keys | {str(one) for one in (*Behaviour, *Never)} <= words
