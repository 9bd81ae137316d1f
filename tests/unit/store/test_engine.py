"""What goes into columns, and which errors are worth another try."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import exc

from voicebot.errors import ConfigurationError
from voicebot.store.engine import is_away, parse_url, to_json, to_text

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


def test_json_keeps_what_json_has() -> None:
    assert json.loads(to_json({"a": [1, None, True, "ü\n"]})) == {"a": [1, None, True, "ü\n"]}
    assert json.loads(to_json({"d": date(2026, 1, 2), "m": Decimal("1.50")})) == {"d": "2026-01-02", "m": "1.50"}
    nested: list[Any] = []
    nested.append(nested)
    assert json.loads(to_json(nested))


@given(st.text(st.characters(exclude_categories=())))
def test_text_fits_every_database(value: str) -> None:
    fit = to_text(value)
    assert "\x00" not in fit
    fit.encode()


def test_text_is_left_alone_where_it_can_be() -> None:
    assert to_text('O’Hara; "x" 您好\n') == 'O’Hara; "x" 您好\n'


@pytest.mark.parametrize(
    ("given_url", "driver"),
    [
        ("sqlite:///var/a.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:////abs/a.db", "sqlite+aiosqlite"),
        ("postgresql://u:p@h/d", "postgresql+asyncpg"),
    ],
)
def test_urls_get_the_driver(given_url: str, driver: str) -> None:
    assert parse_url(given_url).drivername == driver


def test_passwords_are_not_told() -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_url("mysql://user:secret@host/db")
    assert "secret" not in str(refused.value)


def test_which_errors_are_worth_another_try() -> None:
    def error(kind: type[exc.DBAPIError], text: str, state: str | None = None) -> exc.DBAPIError:
        original = sqlite3.OperationalError(text)
        if state is not None:
            original.sqlstate = state  # type: ignore[attr-defined]
        return kind("SELECT 1", {}, original)

    assert is_away(ConnectionRefusedError())
    assert is_away(TimeoutError())
    assert is_away(error(exc.OperationalError, "database is locked"))
    for state in ("40001", "40P01", "57P01", "08006", "53300"):
        assert is_away(error(exc.DBAPIError, "x", state)), state
    assert not is_away(error(exc.OperationalError, "no such table: lead"))
    assert not is_away(error(exc.IntegrityError, "UNIQUE"))
    assert not is_away(error(exc.DBAPIError, "x", "42703"))
    assert not is_away(ValueError())
