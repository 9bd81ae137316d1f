"""Comments, escapes and marks are taken as Asterisk takes them; the expectations were read off Asterisk 22.10."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.agi.configuration.lines import logical_lines


def texts(text: str) -> list[str]:
    return [line.text for line in logical_lines(text)[0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1;--x--;2", ["a=12"]),
        ("b=2 ;-- start\nc=3\n--; d=4\n", ["b=2", "d=4"]),
        ("e=5;--- no block\nf=6\n", ["e=5", "f=6"]),
        (";-- a ;-- nested --; g=7\n--; h=8\n", ["h=8"]),
        ("i=1\\;2;c\nj=1\\;2\\;3\n", ["i=1;2", "j=1;2;3"]),
        ("\ufeff[t]\nb=1\n", ["[t]", "b=1"]),
        ("[t]\r\na=1\r\n", ["[t]", "a=1"]),
        ("\x0bb=2\n\x0cc=3\na=1\x0bb=2\n", ["b=2", "c=3", "a=1\x0bb=2"]),
        ("a=1\0b=2\nc=3\n", ["a=1", "c=3"]),
        ("\u00a0a=1\n", ["\u00a0a=1"]),
    ],
)
def test_what_is_left_of_a_line(text: str, expected: list[str]) -> None:
    lines, faults = logical_lines(text)
    assert [line.text for line in lines] == expected
    assert faults == []


def test_only_a_line_feed_ends_a_line() -> None:
    assert texts("[t]\ra=1\rb=2\n") == ["[t]\ra=1\rb=2"]


def test_a_line_that_is_too_long_is_told_and_skipped() -> None:
    lines, (fault,) = logical_lines("[t]\na=" + "x" * 9000 + "\nb=1\n")
    assert [line.text for line in lines] == ["[t]", "b=1"]
    assert (fault.number, "too long" in fault.what) == (2, True)


def test_an_end_without_a_beginning_hides_the_rest_and_is_told() -> None:
    lines, (fault,) = logical_lines("[t]\na=1 --; x\nb=2\n")
    assert [line.text for line in lines] == ["[t]", "a=1 --; x"]
    assert (fault.number, "skips everything after" in fault.what) == (2, True)


def test_a_beginning_without_an_end_is_told_where_it_begins() -> None:
    lines, (fault,) = logical_lines("a=1\n;-- here\nb=2\n;-- and again --;\n")
    assert [line.text for line in lines] == ["a=1"]
    assert (fault.number, "never closed" in fault.what) == (2, True)


@given(st.text(alphabet=st.characters(codec="utf-8")) | st.text(alphabet=";-\\ \n\0\ufeffa=", max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    lines, faults = logical_lines(text)
    assert all(any(character > " " for character in line.text) and "\n" not in line.text for line in lines)
    numbers = [line.number for line in lines] + [fault.number for fault in faults]
    assert all(1 <= number <= text.count("\n") + 1 for number in numbers)
