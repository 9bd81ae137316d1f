"""Sentence embeddings of all-MiniLM-L6-v2 in plain numpy: its six layers take a few milliseconds a sentence.

Weights and vocabulary are the model's own files; the forward pass is BERT's (Devlin et al. 2019), the sentence's
vector is the mean over its tokens, of length 1. The tokenizer is written out (WordPiece, longest match first),
because the library for it brings a network client along.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

MODEL: Final = "minilm-l6-v2"
DIMENSIONS: Final = 384
MAX_TOKENS: Final = 48
_HEADS: Final = 12
_LAYERS: Final = 6
_EPSILON: Final = 1e-12
_BATCH: Final = 64
_KEPT: Final = 4096
_FEW: Final = 16
"""Texts of one question; longer lists are examples, which are embedded once."""


class Embedder:
    """The loaded model.

    Parameters
    ----------
    folder
        With ``model.safetensors`` and ``vocab.txt``.
    weights, layers
        Of another model of the same make, already read.
    """

    centred = False
    """Whether vectors are compared as they are, or without the mean of all."""

    def __init__(self, folder: Path, *, weights: dict[str, Matrix] | None = None, layers: int = _LAYERS) -> None:
        self._kept: OrderedDict[str, Matrix] = OrderedDict()
        self._layers = layers
        self.name = ""
        self._weights: dict[str, Matrix] = weights or {}
        if weights is None:
            self._load(folder)

    def _load(self, folder: Path) -> None:
        from safetensors.numpy import load_file  # noqa: PLC0415 - only where the model is installed

        weights: dict[str, Any] = load_file(folder / "model.safetensors")
        self._weights = {
            # multiplied from the left below, so kept the other way round and contiguous
            name: np.ascontiguousarray(value.T) if name.endswith("dense.weight") or (".self." in name and value.ndim == 2)
            else value
            for name, value in weights.items()
        }  # fmt: skip
        words = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self._vocabulary = {word: number for number, word in enumerate(words)}
        self.name = f"{MODEL}-{hashlib.sha256(repr((len(words), _checksum(weights))).encode()).hexdigest()[:12]}"

    def tokens(self, text: str) -> list[int]:
        """Return WordPiece numbers, with the marks of start and end."""
        known = self._vocabulary
        found = [known["[CLS]"]]
        for word in _words(text):
            found += self._pieces(word)
        return [*found[: MAX_TOKENS - 1], known["[SEP]"]]

    def _pieces(self, word: str) -> list[int]:
        pieces: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self._vocabulary.get(("##" if start else "") + word[start:end])
                if number is not None:
                    pieces.append(number)
                    start = end
                    break
            else:
                return [self._vocabulary["[UNK]"]]
        return pieces

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row of length 1 a text; rows of single texts are remembered."""
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        if len(texts) > _FEW:
            return self._embed(texts)
        new = [text for text in dict.fromkeys(texts) if text not in self._kept]
        for text in texts:
            if text in self._kept:
                self._kept.move_to_end(text)  # the new ones must not push it out before it is read below
        if new:
            self.remember(zip(new, self._embed(new)))  # noqa: B905 - also runs on Python 3.8, which knows no "strict"
        return np.stack([self._kept[text] for text in texts])

    def remember(self, rows: Iterable[tuple[str, Matrix]]) -> None:
        """Take rows over that were computed elsewhere with the same model."""
        for text, row in rows:
            self._kept[text] = row
            self._kept.move_to_end(text)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def _embed(self, texts: Sequence[str]) -> Matrix:
        rows = [self.tokens(text) for text in texts]
        result = np.empty((len(texts), DIMENSIONS), np.float32)
        order = sorted(range(len(rows)), key=lambda index: len(rows[index]))  # like lengths together: little padding
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            result[batch] = self._forward([rows[index] for index in batch])
        return result

    def _forward(self, rows: list[list[int]]) -> Matrix:
        longest = max(map(len, rows))
        numbers = np.zeros((len(rows), longest), np.int64)
        mask = np.zeros((len(rows), longest), np.float32)
        for index, row in enumerate(rows):
            numbers[index, : len(row)] = row
            mask[index, : len(row)] = 1
        weight = self._weights
        hidden = (
            weight["embeddings.word_embeddings.weight"][numbers]
            + weight["embeddings.position_embeddings.weight"][:longest]
            + weight["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        hidden_mask = ((1 - mask) * -1e9)[:, None, None, :]
        for layer in range(self._layers):
            at = f"encoder.layer.{layer}"
            attended = self._attend(hidden, hidden_mask, f"{at}.attention.self")
            hidden = self._norm(
                hidden + self._dense(attended, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm"
            )
            inner = _gelu(self._dense(hidden, f"{at}.intermediate.dense"))
            hidden = self._norm(hidden + self._dense(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
        mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        length = np.linalg.norm(mean, axis=1, keepdims=True)
        return np.asarray(mean / np.maximum(length, _EPSILON), np.float32)

    def _attend(self, hidden: Matrix, hidden_mask: Matrix, at: str) -> Matrix:
        rows, longest, width = hidden.shape
        size = width // _HEADS

        def heads(name: str) -> Matrix:
            return self._dense(hidden, f"{at}.{name}").reshape(rows, longest, _HEADS, size).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.float32(math.sqrt(size)) + hidden_mask
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        return np.asarray((scores @ heads("value")).transpose(0, 2, 1, 3).reshape(rows, longest, width), np.float32)

    def _dense(self, values: Matrix, name: str) -> Matrix:
        flat = values.reshape(-1, values.shape[-1])  # one large product instead of one a sentence
        result = flat @ self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return result.reshape(*values.shape[:-1], -1)

    def _norm(self, values: Matrix, name: str) -> Matrix:
        centred = values - values.mean(-1, keepdims=True)
        variance = (centred * centred).mean(-1, keepdims=True)
        scaled = centred / np.sqrt(variance + np.float32(_EPSILON))
        return np.asarray(scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"], np.float32)


def _gelu(values: Matrix) -> Matrix:
    """Return GELU by its tanh form (Hendrycks & Gimpel 2016); 3e-4 from the exact one, and numpy has no erf."""
    inner = np.float32(math.sqrt(2 / math.pi)) * (values + np.float32(0.044715) * values * values * values)
    return np.asarray(np.float32(0.5) * values * (1 + np.tanh(inner)), np.float32)


def _words(text: str) -> list[str]:
    """Split as BERT's uncased tokenizer does: lower case, accents removed, every sign on its own."""
    plain = "".join(
        character for character in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(character) != "Mn"
    )
    spaced = "".join(
        f" {character} " if _is_sign(character) else character if character.isprintable() else " "
        for character in plain
    )
    return [word for word in spaced.split() if len(word) <= 100]


def _is_sign(character: str) -> bool:
    return (
        unicodedata.category(character).startswith("P") or character in "$+<=>^`|~" or "\u4e00" <= character <= "\u9fff"
    )


def _checksum(weights: dict[str, Any]) -> str:
    """Return a checksum of a few weights: enough to tell one release of the model from another."""
    sample = weights["encoder.layer.0.output.dense.weight"][:4].tobytes()
    return hashlib.sha256(sample).hexdigest()
