"""Wording and entities undo each other; entities stand anything."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.examples import times
from voicebot import languages
from voicebot.languages.en import numbers as english_numbers
from voicebot.languages.grammar import calendar
from voicebot.languages.zh import numbers as chinese_numbers

LANGUAGES = st.sampled_from(languages.tags())
TODAYS = st.dates(date(2024, 1, 1), date(2031, 12, 31))
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 12, 31)).map(lambda at: at.replace(second=0, microsecond=0))
AMOUNTS = st.integers(1, 99_999_999).map(lambda cents: Decimal(cents) / 100)
CURRENCIES = ["USD", "EUR", "GBP", "CNY", "HKD", "SGD"]
WORDS = (
    "two hundred and fifty dollars friday next the fifteenth of in at point couple a half month end week from now not "
    "twenty first oh double $ #1 @2 | 3:30 11/27 2026-13-45 9999999999999 0 thousand million hundredth may 99:99 31st "
    "周五 下 个 月 底 十 百 万 点 块 一半 三 零 号 后 前 天 分之 差 半 小时 % ¥ 30 二月三十号 一万亿亿"
)
PIECES = st.sampled_from(WORDS.split())


@given(AMOUNTS, st.sampled_from(CURRENCIES), LANGUAGES)
@settings(max_examples=times(5))
def test_amount_is_read_back(value: Decimal, currency: str, language: str) -> None:
    spoken = languages.of(language)
    found = spoken.entities.find_amounts(spoken.wording.amount(value, currency), currency)
    assert [item.value for item in found] == [value]


@given(TODAYS, st.integers(-400, 800), LANGUAGES)
@settings(max_examples=times(5))
def test_day_is_read_back(today: date, distance: int, language: str) -> None:
    value = today + timedelta(days=distance)
    now = datetime.combine(today, time(10))
    said = languages.of(language).wording.day(value, today)
    assert [item.value for item in languages.of(language).entities.find_dates(said, now)] == [value]


@given(MOMENTS, st.integers(1, 60 * 24 * 400), LANGUAGES)
@settings(max_examples=times(5))
def test_moment_is_read_back(now: datetime, minutes: int, language: str) -> None:
    value = now + timedelta(minutes=minutes)
    said = languages.of(language).wording.moment(value, now.date())
    assert [item.value for item in languages.of(language).entities.find_times(said, now)] == [value], said


@given(st.integers(0, 10**12 - 1))
def test_chinese_number_is_read_back(value: int) -> None:
    assert chinese_numbers.parse(chinese_numbers.number(value)) == value


@given(st.integers(10, 10**9 - 1))
def test_english_number_is_read_back(value: int) -> None:
    found = languages.of("en").entities.find_amounts(f"{english_numbers.number(value)} dollars", "USD")
    assert [item.value for item in found] == [value]


@given(st.text("0123456789", min_size=2, max_size=16), LANGUAGES)
def test_digits_are_read_back(value: str, language: str) -> None:
    said = languages.of(language).wording.digits(value).replace("，", "")
    assert [item.value for item in languages.of(language).entities.find_digits(said)] == [value]


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map(" ".join)), LANGUAGES, MOMENTS)
@settings(max_examples=times(10))
def test_anything_can_be_said(text: str, language: str, now: datetime) -> None:
    """Whatever was recognised, nothing is raised, and every find stands where it says."""
    now = now.replace(tzinfo=ZoneInfo("America/New_York"))
    dates = languages.of(language).entities.find_dates(text, now)
    times = languages.of(language).entities.find_times(text, now)
    amounts = languages.of(language).entities.find_amounts(text, "USD", owed=Decimal("120.50"))
    fractions = languages.of(language).entities.find_fractions(text)
    digits = languages.of(language).entities.find_digits(text)
    for group in (dates, times, amounts, fractions, digits):
        last = 0
        for item in group:
            assert last <= item.start < item.end <= len(text)
            assert text[item.start : item.end] == item.text
            last = item.end
    assert all(amount.value > 0 for amount in amounts)
    assert all(0 < fraction.value <= 1 for fraction in fractions)
    assert all(moment.value.tzinfo is not None for moment in times)


@given(TODAYS, st.integers(0, 6))
def test_conventions_of_weekdays(today: date, weekday: int) -> None:
    """The coming weekday is never today; the next one lies in the next Monday–Sunday week."""
    coming = calendar.coming(today, weekday)
    assert 1 <= (coming - today).days <= 7
    assert coming.weekday() == weekday
    following = calendar.of_week(today, 1, weekday)
    monday = today - timedelta(days=today.weekday())
    assert monday + timedelta(days=7) <= following < monday + timedelta(days=14)


@given(TODAYS, st.integers(1, 31))
def test_conventions_of_days(today: date, number: int) -> None:
    found = calendar.next_day(today, number)
    assert found is not None
    assert found.day == number
    assert 0 <= (found - today).days <= 61


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("half of it", "en", Fraction(1, 2)),
        ("i can pay half now", "en", Fraction(1, 2)),
        ("a third", "en", Fraction(1, 3)),
        ("two thirds of it", "en", Fraction(2, 3)),
        ("fifty percent", "en", Fraction(1, 2)),
        ("the full amount", "en", Fraction(1)),
        ("a quarter of it", "en", Fraction(1, 4)),
        ("一半", "zh", Fraction(1, 2)),
        ("先还三分之一", "zh", Fraction(1, 3)),
        ("百分之三十", "zh", Fraction(3, 10)),
        ("三成", "zh", Fraction(3, 10)),
        ("全部", "zh", Fraction(1)),
    ],
)
def test_fractions(text: str, language: str, value: Fraction) -> None:
    assert [item.value for item in languages.of(language).entities.find_fractions(text)] == [value]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("in half an hour", "en"),
        ("half past three", "en"),
        ("a quarter to four", "en"),
        ("i'm a hundred percent sure", "en"),
        ("a third party", "en"),
        ("我的另一半", "zh"),
        ("半个月", "zh"),
        ("百分之百肯定", "zh"),
    ],
)
def test_no_fractions(text: str, language: str) -> None:
    assert languages.of(language).entities.find_fractions(text) == ()


def test_what_is_owed_settles_a_price() -> None:
    """Nobody offers more than is owed."""
    assert [item.value for item in languages.of("en").entities.find_amounts("twelve fifty", "USD")] == [1250]
    owing = languages.of("en").entities.find_amounts("twelve fifty", "USD", owed=Decimal(100))
    assert [item.value for item in owing] == [Decimal("12.50")]


def test_other_currency_is_left_out() -> None:
    assert languages.of("en").entities.find_amounts("two hundred euros", "USD") == ()
    assert languages.of("zh").entities.find_amounts("一百美元", "CNY") == ()


def test_hours_are_real_time_across_a_change_of_clocks() -> None:
    zone = ZoneInfo("America/New_York")
    now = datetime(2026, 11, 1, 0, 30, tzinfo=zone)
    (found,) = languages.of("en").entities.find_times("in two hours", now)
    assert found.value == datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=zone)
    assert found.value.fold == 1


@pytest.mark.parametrize("value", ["-1", "1.005", "NaN", "Infinity"])
def test_impossible_amounts_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"amount|decimals"):
        languages.of("en-US").wording.amount(Decimal(value), "USD")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("J.P. Morgan & Co., Ltd.", "J P Morgan and Company, Limited"),
        ('O\'Brien; "Bob", Smith', "O'Brien, Bob, Smith"),
        ("First Bank, N.A.", "First Bank, N A"),
        ("H&R Block", "H and R Block"),
        ("MARY O'NEILL", "Mary O'Neill"),
        ("Anne-Marie Smith-Jones", "Anne-Marie Smith-Jones"),
        ("Dr. Lee Jr.", "Doctor Lee Junior"),
        ("Müller + Söhne", "Müller plus Söhne"),
    ],
)
def test_names(value: str, said: str) -> None:
    assert languages.of("en-US").wording.name(value) == said


@given(st.lists(st.sampled_from(["Smith", "Lee", "Bank", "Zürich", "42", "O'Hara"]), min_size=1, max_size=5), st.data())
def test_names_lose_no_word(words: list[str], data: st.DataObject) -> None:
    signs = st.sampled_from([", ", "; ", ' "', " & ", " ", " (", ") ", ": ", '; "', " - ", "…", "/"])
    value = words[0]
    for word in words[1:]:
        value += data.draw(signs) + word
    for language in ("en-US", "zh-CN"):
        said = languages.of(language).wording.name(value).replace(",", " ").replace("，", " ").split()
        assert [word for word in said if word in words] == words
