"""What counts as heard right, and as readable, when a model is tried."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from voicebot.errors import UnavailableError
from voicebot.speech.model_check import MOST_WRONG, SENTENCES, check, wrong_words
from voicebot.speech.models.catalogue import Installed

SENTENCE = SENTENCES["en"]
words = st.lists(st.sampled_from(["pay", "two", "friday", "no"]), max_size=8).map(" ".join)


@pytest.mark.parametrize(
    ("heard", "wrong"),
    [
        (SENTENCE, 0),
        ("i will pay two hundred dollars next friday", 0),
        ("I will pay $200 next Friday.", 0),
        ("I will pay two hundred dollars", 2 / 8),
        ("I will will pay two hundred dollars next Friday", 1 / 8),
        ("I will play two hundred dollars text Friday", 2 / 8),
        ("", 1),
    ],
)
def test_wrong_words(heard: str, wrong: float) -> None:
    assert wrong_words(SENTENCE, heard) == pytest.approx(wrong)


def test_a_model_that_hears_something_else_is_found_out() -> None:
    assert wrong_words(SENTENCE, "thank you for watching") > MOST_WRONG


@given(words, words)
def test_as_many_are_wrong_as_must_be_changed(one: str, other: str) -> None:
    count, others = len(one.split()), len(other.split())
    changes = wrong_words(one, other) * max(1, count)
    assert abs(count - others) <= round(changes) <= max(count, others)
    assert (changes == 0) == (one == other)
    assert changes == pytest.approx(wrong_words(other, one) * max(1, others))


def _installed(folder: Path) -> Installed:
    return Installed(
        name="mine", engine="embedding", language="en-US", folder=folder, source="a folder", files_sha256={}
    )


async def test_weights_that_are_whole_are_readable(tmp_path: Path) -> None:
    save_file({"a": np.zeros((3, 4), np.float32), "b": np.ones(2, np.float32)}, tmp_path / "model.safetensors")
    assert await check(_installed(tmp_path)) == "2 tensors"


@pytest.mark.parametrize("missing", [1, 7, 40])
async def test_weights_that_lack_even_a_byte_are_told(tmp_path: Path, missing: int) -> None:
    save_file({"a": np.zeros((3, 4), np.float32)}, tmp_path / "model.safetensors")
    whole = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[:-missing])
    with pytest.raises(UnavailableError, match="weights of mine"):
        await check(_installed(tmp_path))


HEADER = json.dumps({"a": {"dtype": "F32"}}).encode()


@pytest.mark.parametrize(
    "content",
    [b"", b"abc", b"\xff" * 64, b"<html>not found</html>" * 9, len(HEADER).to_bytes(8, "little") + HEADER],
)
async def test_weights_that_are_something_else_are_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(UnavailableError, match="weights of mine"):
        await check(_installed(tmp_path))


async def test_a_language_without_a_sentence_is_told(tmp_path: Path) -> None:
    model = Installed(name="mine", engine="vosk", language="tlh", folder=tmp_path, source="a folder", files_sha256={})
    with pytest.raises(UnavailableError, match="no sentence"):
        await check(model)
