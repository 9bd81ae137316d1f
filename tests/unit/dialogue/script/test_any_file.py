"""Whatever stands in a file, loading it gives a script or tells what is wrong; nothing else is ever raised."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from tests.unit.dialogue.making import SMALL, changed, loaded
from tests.unit.dialogue.script.test_load import IDENTITY, VARIANTS
from tests.unit.dialogue.script.test_schema import KEYS, ODD, places
from voicebot.dialogue.script.reading.marked_yaml import parse_document
from voicebot.errors import ConfigurationError

INCLUDE = "include: [{file: part, prefix: first, with: {confirmed: payment, other: goodbye}}]\n"
WHOLE = parse_document(
    changed(("start: identity\n", "start: identity\n" + INCLUDE), ("always:", VARIANTS)), "whole"
).data
PART = parse_document(IDENTITY, "part").data


def load(whole: str, part: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            script = loaded(Path(folder), whole, part=part)
        except ConfigurationError as error:
            assert error.problems
            assert all(problem.what for problem in error.problems)
        else:
            assert script.content_hash


@given(st.text(max_size=200), st.text(max_size=200))
@example("include: &a [*a]", "")
@example("script: a\ninclude: [{file: part, prefix: [], with: 3}]", "{}")
def test_any_text(whole: str, part: str) -> None:
    load(whole.encode("utf-8", "replace").decode(), part.encode("utf-8", "replace").decode())


@given(st.data())
@settings(phases=[Phase.generate])  # a smaller script would tell no more
def test_any_change_of_a_script_and_its_part(data: st.DataObject) -> None:
    whole, part = copy.deepcopy(WHOLE), copy.deepcopy(PART)
    for _ in range(data.draw(st.integers(1, 3))):
        change(data, whole if data.draw(st.booleans()) else part)
    load(*(yaml.safe_dump(one, sort_keys=False, allow_unicode=True) for one in (whole, part)))


def change(data: st.DataObject, value: Any) -> None:
    """Put something odd in one place."""
    everywhere = [*places(value)]
    holder, key = everywhere[data.draw(st.integers(0, len(everywhere) - 1))] if everywhere else (value, "say")
    if isinstance(holder, dict):
        match data.draw(st.sampled_from(["drop", "add", "put"])):
            case "drop":
                holder.pop(key, None)
                return
            case "add":
                key = data.draw(st.sampled_from(KEYS))
    holder[key] = copy.deepcopy(data.draw(ODD))  # what is put in is changed, too


def test_the_small_script_and_the_part_load() -> None:
    load(SMALL, IDENTITY)
