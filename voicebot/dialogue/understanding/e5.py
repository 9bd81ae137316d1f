"""Sentence embeddings of multilingual-e5-small, out of a file of 4-bit weights: BERT's forward pass in 384 dimensions.

The model was trained with a prefix before each text (Wang et al., "Multilingual E5 Text Embeddings", 2024). Its vectors
all point much the same way, so whoever compares them takes their mean away first (``centred``). Pieces of words are
SentencePiece's unigrams: the segmentation with the greatest sum of scores.

File format: ``E5S1``, sizes, the vocabulary with its scores, how characters are normalised, then named tensors, each
row in blocks of 32 weights with one 16-bit scale (GGML's Q4_0).
"""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path
from typing import Any, Final

import numpy as np

from voicebot.dialogue.understanding.embedding import Embedder, Matrix

MODEL: Final = "e5-small"
FILE: Final = "e5-small-q4.bin"
_PREFIX: Final = "query: "
_MOST_TOKENS: Final = 48
_BLOCK: Final = 32
_SPACE: Final = "\u2581"
_NAMES: Final = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense",
}  # fmt: skip
_NORMS: Final = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


class E5Embedder(Embedder):
    """The loaded model.

    Parameters
    ----------
    folder
        With ``e5-small-q4.bin``.

    Raises
    ------
    ValueError
        The file does not hold this model.
    """

    centred = True

    def __init__(self, folder: Path) -> None:
        data = (folder / FILE).read_bytes()
        reader = _Reader(data)
        if reader.take(4) != b"E5S1":
            raise ValueError(f"{folder / FILE} does not hold the weights of e5")
        reader.unpack("<I")
        self._width, layers, _heads, self._inner, vocabulary, positions, types, _epsilon, _block = reader.unpack(
            "<7ifi"
        )
        self._read_pieces(reader)
        tensors = _tensors(reader, data)
        super().__init__(folder, weights=self._weights_of(tensors, layers, vocabulary, positions, types), layers=layers)
        self.name = f"{MODEL}-{hashlib.sha256(data[:4096] + data[-4096:]).hexdigest()[:12]}"

    def tokens(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces, with the marks of start and end."""
        return [self._begin, *self._segment(self._normal(_PREFIX + text))[: _MOST_TOKENS - 2], self._end]

    def _read_pieces(self, reader: _Reader) -> None:
        count, self._begin, self._end, _pad, self._unknown = reader.unpack("<5i")
        (size,) = reader.unpack("<Q")
        offsets = np.frombuffer(reader.take(4 * (count + 1)), "<u4")
        scores = np.frombuffer(reader.take(4 * count), "<f4")
        blob = reader.take(size)
        self._scores: dict[str, tuple[int, float]] = {}
        for number in range(count):
            piece = blob[offsets[number] : offsets[number + 1]].decode("utf-8", errors="replace")
            self._scores.setdefault(piece, (number, float(scores[number])))
        self._worst = float(scores.min()) - 10
        self._longest = max(map(len, self._scores))
        changes, _ = reader.unpack("<iI")
        self._normalised: dict[int, str] = {}
        for _ in range(changes):
            (sign,) = reader.unpack("<I")
            (length,) = reader.unpack("<B")
            self._normalised[sign] = "".join(map(chr, reader.unpack(f"<{length}I")))

    def _normal(self, text: str) -> str:
        return _SPACE + _SPACE.join(text.translate(self._normalised).split())

    def _segment(self, text: str) -> list[int]:
        """Return the best segmentation (Viterbi)."""
        best = [0.0] + [-np.inf] * len(text)
        back: list[tuple[int, int]] = [(0, self._unknown)] * (len(text) + 1)
        for start in range(len(text)):
            for end in range(start + 1, min(len(text), start + self._longest) + 1):
                found = self._scores.get(text[start:end])
                if found is None and end > start + 1:
                    continue
                number, score = found or (self._unknown, self._worst)
                if best[start] + score > best[end]:
                    best[end], back[end] = best[start] + score, (start, number)
        numbers: list[int] = []
        place = len(text)
        while place:
            place, number = back[place]
            numbers.append(number)
        return numbers[::-1]

    def _weights_of(
        self, tensors: dict[str, bytes], layers: int, vocabulary: int, positions: int, types: int
    ) -> dict[str, Matrix]:
        width, inner = self._width, self._inner
        weights = {
            "embeddings.word_embeddings.weight": _unpacked(tensors["emb.word"], vocabulary, width),
            "embeddings.position_embeddings.weight": _plain(tensors["emb.pos"]).reshape(positions, width),
            "embeddings.token_type_embeddings.weight": _plain(tensors["emb.type"]).reshape(types, width),
            "embeddings.LayerNorm.weight": _plain(tensors["emb.ln.w"]),
            "embeddings.LayerNorm.bias": _plain(tensors["emb.ln.b"]),
        }
        for layer in range(layers):
            at = f"encoder.layer.{layer}"
            for short, name in _NAMES.items():
                rows, columns = (inner, width) if short == "fi" else (width, inner) if short == "fo" else (width, width)
                packed = _unpacked(tensors[f"l{layer}.{short}.w"], rows, columns)
                weights[f"{at}.{name}.weight"] = np.ascontiguousarray(packed.T)
                weights[f"{at}.{name}.bias"] = _plain(tensors[f"l{layer}.{short}.b"])
            for short, name in _NORMS.items():
                weights[f"{at}.{name}.weight"] = _plain(tensors[f"l{layer}.{short}.w"])
                weights[f"{at}.{name}.bias"] = _plain(tensors[f"l{layer}.{short}.b"])
        return weights


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def take(self, size: int) -> bytes:
        found = self._data[self._place : self._place + size]
        if len(found) != size:
            raise ValueError("the file ends too early")
        self._place += size
        return found

    def unpack(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self.take(struct.calcsize(form)))


def _tensors(reader: _Reader, data: bytes) -> dict[str, bytes]:
    (count,) = reader.unpack("<i")
    found = {}
    for _ in range(count):
        (length,) = reader.unpack("<H")
        name = reader.take(length).decode()
        _kind, _values, offset, size = reader.unpack("<BIQQ")
        found[name] = data[offset : offset + size]
    return found


def _plain(data: bytes) -> Matrix:
    return np.frombuffer(data, "<f4")


def _unpacked(data: bytes, rows: int, columns: int) -> Matrix:
    """Return the weights of Q4_0 blocks: a half-precision scale, then two weights a byte, low halves first."""
    blocks = np.frombuffer(data, np.dtype([("scale", "<f2"), ("pairs", "u1", (_BLOCK // 2,))]))
    pairs = blocks["pairs"]
    weights = np.concatenate([pairs & 15, pairs >> 4], axis=1).astype(np.float32) - 8
    return (weights * blocks["scale"].astype(np.float32)[:, None]).reshape(rows, columns)
