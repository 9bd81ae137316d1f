"""What people type to find something: taken as they mean it, or refused with what is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.cli import filters, times
from voicebot.errors import ConfigurationError

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 26, 9, 30, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("typed", "looked_for"),
    [
        ("+1 (415) 555-0100", "+14155550100"),
        ("4155550100", "4155550100"),
        ("0100", "100"),
        ("020 7946 0901", "2079460901"),
        ("0000", "0000"),
    ],
)
def test_a_number_or_its_end(typed: str, looked_for: str) -> None:
    assert filters.phone(typed) == looked_for


@pytest.mark.parametrize("typed", ["", "100", "anna", "٤١٥٥", "+", "+0123456789", "%_%_", "4155550100x"])
def test_what_is_no_number(typed: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a number"):
        filters.phone(typed)


def test_a_typo_in_a_word_is_an_error_with_the_nearest_ones() -> None:
    known = {"answered", "busy", "no_answer"}
    assert filters.words("--disposition", ["busy", "answered"], known) == ("busy", "answered")
    with pytest.raises(ConfigurationError, match=r"there is no 'answred' \(did you mean answered"):
        filters.words("--disposition", ["answred"], known)
    with pytest.raises(ConfigurationError, match="known: answered, busy, no_answer"):
        filters.words("--disposition", ["zzz"], known)


@pytest.mark.parametrize(
    ("typed", "end", "meant"),
    [
        ("2026-11-26", False, datetime(2026, 11, 26, tzinfo=NEW_YORK)),
        ("2026-11-26", True, datetime(2026, 11, 27, tzinfo=NEW_YORK)),
        ("today", False, datetime(2026, 11, 26, tzinfo=NEW_YORK)),
        ("yesterday", True, datetime(2026, 11, 26, tzinfo=NEW_YORK)),
        ("2026-11-26T15:00", True, datetime(2026, 11, 26, 15, tzinfo=NEW_YORK)),
        ("2026-11-26 15:00:30", False, datetime(2026, 11, 26, 15, 0, 30, tzinfo=NEW_YORK)),
        ("2026-11-26T15:00+00:00", False, datetime(2026, 11, 26, 15, tzinfo=UTC)),
    ],
)
def test_a_moment_is_of_the_machines_zone(typed: str, end: bool, meant: datetime) -> None:
    assert filters.moment("--since", typed, NOW, end=end) == meant.timestamp()
    assert filters.moment("--since", "", NOW) is None


@given(st.text(max_size=20))
def test_what_is_no_moment_is_told(typed: str) -> None:
    try:
        found = filters.moment("--until", typed, NOW)
    except ConfigurationError as error:
        assert "--until" in str(error)
    else:
        assert found is None or isinstance(found, float)


def test_times_say_their_zone() -> None:
    at = NOW.timestamp()
    assert times.shown(at, "America/New_York") == "2026-11-26 09:30:00 EST"
    assert times.shown(at, "Asia/Shanghai") == "2026-11-26 22:30:00 CST"
    assert times.shown(at, "Mars/Olympus") == "2026-11-26 14:30:00 UTC"
    assert times.shown(None) == ""
    here = times.shown(at)
    assert here.rpartition(" ")[2] == NOW.astimezone().strftime("%Z")
    assert abs(times.machine_now() - datetime.now(UTC)) < timedelta(days=1)
