"""What goes into columns, and which errors are worth another try."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import exc

from voicebot.errors import ConfigurationError
from voicebot.store.engine import is_away, parse_url, shown, to_text


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


@pytest.mark.parametrize(
    "url", ["postgresql://bot:s3cret@db/voicebot", "postgresql://db/voicebot?user=bot&password=s3cret&sslmode=require"]
)
def test_no_password_is_shown_wherever_it_stands(url: str) -> None:
    assert "s3cret" not in shown(url)
    assert shown(url).startswith("postgresql+asyncpg://")
