"""Personas' lines that contain pauses and keys."""

from __future__ import annotations

import pytest

from voicebot import languages
from voicebot.rehearsal.aloud import Keys, Pause, Piece, Words, pieces, words

ENGLISH = languages.of("en-US")
MANDARIN = languages.of("zh-CN")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("yes", (Words("yes", True),)),
        ("well, I would [1.2] but no", (Words("well, I would,", False), Pause(1.2), Words("but no", True))),
        ("[4] yes.", (Pause(4.0), Words("yes.", True))),
        ("let me see... [ 0.7 ] Friday", (Words("let me see...", False), Pause(0.7), Words("Friday", True))),
        ("yes [press 1]", (Words("yes", True), Keys("1"))),
        ("no [0.2] [press 2#] sorry", (Words("no,", False), Pause(0.2), Keys("2#"), Words("sorry", True))),
        ("[press 4]", (Keys("4"),)),
        ("[sic] yes", (Words("[sic] yes", True),)),
    ],
)
def test_a_line_is_said_in_pieces(line: str, found: tuple[Piece, ...]) -> None:
    assert pieces(line, ENGLISH) == found


def test_words_that_go_on_end_in_a_sign_of_their_language() -> None:
    assert pieces("我下个月[1]发了工资就还", MANDARIN) == (
        Words("我下个月，", False),
        Pause(1.0),
        Words("发了工资就还", True),
    )


def test_a_line_without_its_marks() -> None:
    assert words("well [1] I can [press 3] pay", ENGLISH) == "well I can pay"
    assert words("我下个月[1]还", MANDARIN) == "我下个月还"
