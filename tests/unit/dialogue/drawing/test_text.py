"""Texts are broken so that they fit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.drawing.text import shorten, width, wrap

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)


@given(texts, st.floats(40, 400), st.sampled_from([11.0, 12.5, 22.0]), st.booleans())
def test_every_line_fits_and_nothing_is_lost(text: str, room: float, size: float, bold: bool) -> None:
    lines = wrap(text, size, room, bold=bold)
    assert lines
    assert all(width(line, size, bold=bold) <= room or len(line) == 1 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(texts, st.floats(60, 300))
def test_what_is_cut_fits_and_says_so(text: str, room: float) -> None:
    short = shorten(text, 12, room)
    assert width(short, 12) <= room
    assert short == text or short.endswith("…")
    lines = wrap(text, 12, room, most=2)
    assert len(lines) <= 2
    assert all(width(line, 12) <= room or len(line) == 1 for line in lines)


def test_words_stay_whole_and_chinese_breaks_between_characters() -> None:
    assert wrap("Am I speaking with {name}?", 12, 90) == ["Am I speaking", "with {name}?"]
    lines = wrap("您好，请问您是王女士吗？", 12, 62)
    assert lines[0] == "您好，请问"
    assert all(not line.startswith(("，", "？")) for line in lines)
    assert wrap("", 12, 50) == [""]


def test_bold_and_wide_letters_are_wider() -> None:
    assert width("payment", 12, bold=True) > width("payment", 12)
    assert width("王", 12) == 12
    assert width("e\u0301", 12) == width("e", 12)
