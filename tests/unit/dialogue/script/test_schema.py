"""The JSON Schema and the loader agree on what a script file may hold."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.dialogue.making import ROOT, SCRIPTS, SHIPPED, SMALL, as_editors_read, changed, refused
from voicebot.dialogue.script.reading.schema import FILE, schema, schema_text

SCHEMA = schema()
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
LISTS = {"banned.yaml", "sensitive.yaml"}
"""Lists of words beside the scripts; they are no scripts."""
FILES = sorted(file for file in [*SHIPPED.glob("*/*.yaml"), *SCRIPTS.rglob("*.yaml")] if file.name not in LISTS)
DATA = as_editors_read(SMALL)
ODD = st.sampled_from(
    ["text", "", None, 7, -1, 3.5, True, "7", "yes", [], {}, ["a"], {"text": "a"}, {"go": "when"}, "when", "date", 1000]
)
KEYS = [
    "say",
    "go",
    "end",
    "stay",
    "if",
    "keys",
    "horizon_days",
    "least",
    "expects",
    "outcome",
    "what",
    "include",
    "cue",
]


def test_shipped_schema_is_current() -> None:
    shipped = (SHIPPED / FILE).read_text(encoding="utf-8")
    assert shipped == schema_text(), "voicebot script schema > scripts_dialogue/script.schema.json"
    assert json.loads(schema_text()) == SCHEMA
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_file_names_the_schema_and_keeps_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (file.parent / first.partition("=")[2]).resolve() == SHIPPED / FILE
    problems = [
        f"{list(error.absolute_path)}: {error.message}" for error in VALIDATOR.iter_errors(as_editors_read(text))
    ]
    assert problems == []


def test_every_key_is_described() -> None:
    parts = {"Script": SCHEMA, **SCHEMA["$defs"]}
    bare = [f"{name}.{key}" for name, part in parts.items() for key, one in part.get("properties", {}).items()
            if name not in {"Moves", "Strings"} and not one.get("description")]  # fmt: skip
    assert bare == []


@pytest.mark.parametrize(
    "text",
    [
        "script: a\n",
        "script: a\nversion: '1'\nlanguage: xx-XX\nstart: b\ninclude: c\n",
        "language: en-US\nscripts: {}\n",
        "steps: {a: {answers: {affirm: {}}}}\n",
        "steps: {a: {say: b, answers: {}, expect: words}}\n",
        "steps: {a: {say: b, answers: {affirm: {go: c, note: Never again}}}}\n",
        "endings: {a: {outcome: Paid in full}}\n",
        "outcomes: {insured: paid}\n",
        "outcomes: {insured: do_not_call}\n",
        "slots: {Due: {type: date}}\n",
        "slots: {due: {type: day}}\n",
        "limits: {turns: 1000}\n",
        "steps: {a: {say: {before_identity: b}, answers: {}}}\n",
    ],
)
def test_schema_sees_what_an_editor_should_underline(text: str) -> None:
    assert list(VALIDATOR.iter_errors(as_editors_read(text)))


@pytest.mark.parametrize(("old", "new"), [("note: refused", "note: ''"), ("outcome: refused", "outcome: ''")])
def test_an_outcome_that_is_written_has_a_name(tmp_path: Path, old: str, new: str) -> None:
    text = changed((old, new))
    assert not VALIDATOR.is_valid(as_editors_read(text))
    (problem,) = refused(tmp_path, text)
    assert (problem.file, problem.line) != (None, None)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_what_the_schema_refuses_the_loader_refuses(data: st.DataObject) -> None:
    script = copy.deepcopy(DATA)
    for _ in range(data.draw(st.integers(1, 2))):
        holder, key = data.draw(st.sampled_from(list(places(script))))
        match data.draw(st.sampled_from(["drop", "put", "add"])):
            case "drop" if isinstance(holder, dict):
                del holder[key]
            case "add" if isinstance(holder, dict):
                holder[data.draw(st.sampled_from(KEYS))] = copy.deepcopy(data.draw(ODD))
            case _:
                holder[key] = copy.deepcopy(data.draw(ODD))
    text = yaml.safe_dump(script, sort_keys=False, allow_unicode=True)
    if VALIDATOR.is_valid(as_editors_read(text)):
        return
    with tempfile.TemporaryDirectory() as folder:
        assert refused(Path(folder), text), text


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a value: what holds it, and its key."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(one, dict | list):
            yield from places(one)
