"""What calls leave on the disk goes when it has outlived its time, and never before."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from voicebot.call.retention import Left, outlived

TODAY = date(2026, 11, 26)
DAYS = st.dates(TODAY - timedelta(days=400), TODAY + timedelta(days=1))


def left(attempt: UUID, day: date) -> Left:
    return Left(Path(f"{day:%Y/%m/%d}/{attempt}.wav"), attempt, day, 1)


def test_days_are_counted_from_the_call() -> None:
    files = [left(uuid4(), TODAY - timedelta(days=days)) for days in (0, 29, 30, 31)]
    assert outlived(files, TODAY, 30, ()) == (files[3],)
    assert outlived(files, TODAY, None, ()) == ()


@given(st.lists(DAYS, max_size=20), st.integers(1, 300), st.data())
def test_nothing_young_and_nothing_needed_goes(days: list[date], kept: int, data: st.DataObject) -> None:
    files = [left(uuid4(), day) for day in days]
    needed = data.draw(st.sets(st.sampled_from([one.attempt for one in files])) if files else st.just(set()))
    gone = outlived(files, TODAY, kept, needed)
    assert all(one.day < TODAY - timedelta(days=kept) and one.attempt not in needed for one in gone)
    assert all(one in gone or one.attempt in needed or (TODAY - one.day).days <= kept for one in files)
