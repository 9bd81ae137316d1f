"""The token table: text to ids and back, and tables that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.recognition.moonshine_tokens import END, START, Tokens

SPACE = "▁".encode()
SPECIAL = [b"<unk>", b"<s>", b"</s>"]
BYTES = [bytes([value]) for value in range(256)]
MERGES = [SPACE, b"a", b"b", b"ab", SPACE + b"ab", b"abab", "é".encode(), b"x" * 200]


def table(*pieces: bytes) -> bytes:
    """Pieces as the file holds them."""
    data = b""
    for piece in pieces:
        length = len(piece)
        data += (bytes([length]) if length < 128 else bytes([128 + length % 128, length // 128])) + piece
    return data


TOKENS = Tokens(table(*SPECIAL, *BYTES, *MERGES))
FIRST_MERGE = len(SPECIAL) + len(BYTES)


@given(st.text("ab é", max_size=40))
def test_text_survives(text: str) -> None:
    assert TOKENS.text(TOKENS.encode(text)) == text.strip()


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_has_ids(text: str) -> None:
    ids = TOKENS.encode(text)
    assert all(0 <= one < FIRST_MERGE + len(MERGES) for one in ids)
    assert START not in ids
    assert END not in ids


@given(st.lists(st.integers(0, 2 * FIRST_MERGE), max_size=30))
def test_any_ids_have_a_text(ids: list[int]) -> None:
    text = TOKENS.text(ids)
    text.encode()
    assert text == text.strip()


def test_earlier_merges_go_first() -> None:
    assert TOKENS.encode("ab") == [FIRST_MERGE + MERGES.index(SPACE + b"ab")]
    assert TOKENS.encode("abab") == [
        FIRST_MERGE + MERGES.index(SPACE + b"ab"),
        FIRST_MERGE + MERGES.index(b"ab"),
    ]


def test_a_character_that_stands_twice_has_the_later_id() -> None:
    assert TOKENS.encode("b")[-1] == FIRST_MERGE + MERGES.index(b"b")


def test_a_piece_of_two_length_bytes_is_read() -> None:
    assert TOKENS.text([FIRST_MERGE + MERGES.index(b"x" * 200)]) == "x" * 200


def test_a_character_cut_by_the_end_is_left_out() -> None:
    half = len(SPECIAL) + "é".encode()[0]
    assert TOKENS.text([FIRST_MERGE + MERGES.index(b"a"), half]) == "a"


@pytest.mark.parametrize(
    "data",
    [b"", table(*SPECIAL[:2]), table(*SPECIAL, b"abc")[:-1], table(*SPECIAL) + b"\x85", table(*SPECIAL) + b"\x85\x01a"],
)
def test_what_is_no_table_is_told(data: bytes) -> None:
    with pytest.raises(ValueError, match="token table"):
        Tokens(data)
