"""Whisper's tokens become text, whatever bytes they hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.recognition import whisper_tokens
from voicebot.speech.recognition.whisper_tokens import WhisperTokens

CHARACTERS = {byte: character for character, byte in whisper_tokens._BYTES.items()}


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> WhisperTokens:
    """A vocabulary with one token for each byte."""
    file = tmp_path_factory.mktemp("tokens") / "tokenizer.json"
    vocabulary = {character: byte for byte, character in CHARACTERS.items()}
    marks = [{"id": 300, "content": "<|zh|>"}, {"id": 301, "content": "<|endoftext|>"}]
    file.write_text(json.dumps({"model": {"vocab": vocabulary}, "added_tokens": marks}), encoding="utf-8")
    return WhisperTokens(file)


@given(text=st.text())
def test_every_text_comes_back(tokens: WhisperTokens, text: str) -> None:
    assert tokens.text([300, *text.encode("utf-8", errors="replace"), 301]) == text.encode(
        "utf-8", errors="replace"
    ).decode("utf-8")


def test_half_a_character_is_replaced_and_unknown_numbers_are_nothing(tokens: WhisperTokens) -> None:
    assert tokens.text([*"还".encode()[:2], 999]) == "\ufffd"


def test_marks(tokens: WhisperTokens) -> None:
    assert tokens.mark("<|zh|>") == 300
    assert tokens.mark("<|xx|>") is None


def test_a_phrase_is_split_as_the_model_was_taught(tmp_path: Path) -> None:
    first, second, third = (CHARACTERS[byte] for byte in "是".encode())
    vocabulary = {CHARACTERS[byte]: byte for byte in range(256)} | {first + second: 256, first + second + third: 257}
    model = {"vocab": vocabulary, "merges": [f"{first} {second}", [first + second, third], [second, third]]}
    file = tmp_path / "tokenizer.json"
    file.write_text(json.dumps({"model": model, "added_tokens": []}), encoding="utf-8")
    tokens = WhisperTokens(file)
    assert tokens.numbers("是a是") == [257, ord("a"), 257]
    assert tokens.numbers("") == []
