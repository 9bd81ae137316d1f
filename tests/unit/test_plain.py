"""Any value becomes JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.plain import plain, to_json

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())) | st.dates()
    | st.decimals(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)  # fmt: skip


@given(ANYTHING)
def test_everything_becomes_json(value: Any) -> None:
    def no_constant(name: str) -> None:
        raise AssertionError(name)

    json.loads(to_json(value), parse_constant=no_constant)
    to_json(value, ascii_only=True).encode("ascii")
    assert json.loads(to_json(plain(value))) == plain(value)


def test_json_keeps_what_json_has() -> None:
    assert json.loads(to_json({"a": [1, None, True, "ü\n"]})) == {"a": [1, None, True, "ü\n"]}
    assert json.loads(to_json({"d": date(2026, 1, 2), "m": Decimal("1.50")})) == {"d": "2026-01-02", "m": "1.50"}
    nested: list[Any] = []
    nested.append(nested)
    assert json.loads(to_json(nested))


class _Kind(Enum):
    ONE = "one"


@dataclass
class _Pair:
    left: UUID
    right: object


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (_Pair(UUID(int=1), (_Kind.ONE,)), '{"left": "00000000-0000-0000-0000-000000000001", "right": ["one"]}'),
        ({UUID(int=1): {3}}, '{"00000000-0000-0000-0000-000000000001": [3]}'),
        ({_Kind.ONE: float("inf")}, '{"one": "inf"}'),
    ],
)
def test_data_classes_and_odd_keys(value: Any, text: str) -> None:
    assert to_json(value) == text
