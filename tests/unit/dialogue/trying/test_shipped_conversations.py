"""The shipped conversations: each comes to what its file expects, and together they go through the shipped scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from tests.unit.dialogue.making import SHIPPED, as_editors_read
from tests.unit.dialogue.shipped import policy_of, script_of
from voicebot.dialogue.trying.files import Written, find_files, read_file
from voicebot.dialogue.trying.schema import FILE, schema, schema_text
from voicebot.dialogue.trying.trial import Trial, try_all

FILES = find_files([SHIPPED / language / "tests" for language in ("en-US", "zh-CN")])
SCRIPTS = ("en-US/reminder", "en-US/collection", "zh-CN/reminder", "zh-CN/collection")


READ = [(file.parent.parent.name, *read_file(file)) for file in FILES]


def conversations(name: str) -> Iterator[Written]:
    language, _, script = name.partition("/")
    for of_language, scripts, written in READ:
        if script in scripts and of_language == language:
            yield from written


ALL = [(name, written) for name in SCRIPTS for written in conversations(name)]


@cache
def trial(name: str) -> Trial:
    """Talk all conversations with a script through, once."""
    return asyncio.run(try_all(script_of(name), [written for one, written in ALL if one == name], policy_of(name)))


@pytest.mark.parametrize(
    ("name", "written"),
    ALL,
    ids=[
        f"{name.replace('/', '-')}-{Path(one.file).stem}-{one.conversation.name.replace(' ', '_')}" for name, one in ALL
    ],
)
def test_conversation_comes_to_what_its_file_expects(name: str, written: Written) -> None:
    (tried,) = (one for one in trial(name).tried if one.written is written)
    assert [str(miss.problem) for miss in tried.misses] == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_shipped_conversations_go_through_the_whole_script(name: str) -> None:
    coverage = trial(name).coverage
    assert coverage.answers.percent >= 95
    for part in coverage.parts.values():
        assert [item.name for item in part.uncovered if part is not coverage.answers] == []


def test_shipped_schema_is_current() -> None:
    assert (SHIPPED / FILE).read_text(encoding="utf-8") == schema_text(), "voicebot script schema --conversations"
    jsonschema.Draft7Validator.check_schema(schema())


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.parent.name}-{file.stem}")
def test_every_file_names_the_schema_and_keeps_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (file.parent / first.partition("=")[2]).resolve() == SHIPPED / FILE
    found = [error.message for error in jsonschema.Draft7Validator(schema()).iter_errors(as_editors_read(text))]
    assert found == []
