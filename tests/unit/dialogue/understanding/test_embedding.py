"""Which embeddings are kept; tested without the model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from voicebot.dialogue.understanding import embedding
from voicebot.dialogue.understanding.embedding import DIMENSIONS, Embedder, Matrix


class Counting(Embedder):
    """Embeds each text as its length, and notes what it was asked for."""

    def __init__(self) -> None:
        super().__init__(Path(), weights={"any": np.zeros(1, np.float32)})
        self.embedded: list[str] = []

    def _embed(self, texts: Sequence[str]) -> Matrix:
        self.embedded += texts
        return np.stack([np.full(DIMENSIONS, len(text), np.float32) for text in texts])


def test_a_text_is_embedded_once() -> None:
    embedder = Counting()
    assert [row[0] for row in embedder.embed(["yes", "no", "yes"])] == [3, 2, 3]
    assert [row[0] for row in embedder.embed(["no", "maybe"])] == [2, 5]
    assert embedder.embedded == ["yes", "no", "maybe"]


def test_the_oldest_text_that_is_remembered_can_be_asked_for_together_with_a_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embedding, "_KEPT", 2)
    embedder = Counting()
    embedder.embed(["yes"])
    embedder.embed(["no"])
    assert [row[0] for row in embedder.embed(["yes", "maybe"])] == [3, 5]
    embedder.embed(["yes"])
    assert embedder.embedded == ["yes", "no", "maybe"], "what was asked for last is kept"
