"""Scripts and leads for tests of the script language."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml

from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.talk import Lead
from voicebot.errors import ConfigurationError, Problem

ROOT: Final = Path(__file__).parents[3]
SCRIPTS: Final = Path(__file__).parent / "scripts"
SHIPPED: Final = ROOT / "scripts_dialogue"
SMALL: Final = (SCRIPTS / "small.yaml").read_text(encoding="utf-8")

NOW: Final = datetime(2026, 11, 23, 11, 0, tzinfo=ZoneInfo("America/New_York"))
"""A Monday."""
LEAD: Final = Lead("Maria Lopez", "Acme Bank", Decimal("120.50"), "USD", date(2026, 11, 1), "America/New_York")


def changed(*changes: tuple[str, str], text: str = SMALL) -> str:
    """Return the small script with texts replaced, each of which must be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def loaded(folder: Path, text: str, **others: str) -> Script:
    """Load a script from its text, with ``others`` (name → text) beside it."""
    for name, other in others.items():
        (folder / f"{name}.yaml").write_text(other, encoding="utf-8")
    path = folder / "script.yaml"
    path.write_text(text, encoding="utf-8")
    return load_script(path)


def refused(folder: Path, text: str, **others: str) -> tuple[Problem, ...]:
    """Return what is wrong with a script; nothing when it loads."""
    try:
        loaded(folder, text, **others)
    except ConfigurationError as error:
        return error.problems
    return ()


def place_of(text: str, mark: str) -> tuple[int, int]:
    """Return line and column of ``mark`` in a text, from 1."""
    index = text.index(mark)
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


class _EditorsYaml(yaml.SafeLoader):
    """YAML 1.2 with its core types, as editors read it."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - the parent's form


for _kind, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
):
    _EditorsYaml.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(_pattern), list(_first))


def as_editors_read(text: str) -> Any:
    """Return YAML as an editor's language server reads it, keys as text."""
    return _with_text_keys(yaml.load(text, _EditorsYaml))  # noqa: S506 - a safe loader


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _with_text_keys(one) for key, one in value.items()}
    return [_with_text_keys(one) for one in value] if isinstance(value, list) else value
