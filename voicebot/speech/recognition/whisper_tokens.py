"""Whisper's tokens: numbers into text, a phrase into numbers, and the marks that begin a transcript. Pure.

Format: byte-level byte-pair encoding as GPT-2 writes it (``tokenizer.json``): each character of a token stands for one
byte, printable bytes for themselves and the others for characters from 256 on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Final


def _bytes_of_characters() -> dict[str, int]:
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    table = {chr(byte): byte for byte in plain}
    others = (byte for byte in range(256) if byte not in set(plain))
    return table | {chr(256 + place): byte for place, byte in enumerate(others)}


_BYTES: Final = _bytes_of_characters()
_CHARACTERS: Final = {byte: character for character, byte in _BYTES.items()}


class WhisperTokens:
    """The tokens of one model.

    Parameters
    ----------
    file
        Its ``tokenizer.json``.

    Raises
    ------
    ValueError, KeyError, OSError
        The file is none.
    """

    def __init__(self, file: Path) -> None:
        data = json.loads(file.read_text(encoding="utf-8"))
        self._texts: dict[int, str] = {number: text for text, number in data["model"]["vocab"].items()}
        self._numbers: dict[str, int] = data["model"]["vocab"]
        pairs = (one.split(" ") if isinstance(one, str) else one for one in data["model"].get("merges", ()))
        self._ranks = {(first, second): rank for rank, (first, second) in enumerate(pairs)}
        self._marks: dict[str, int] = {one["content"]: one["id"] for one in data["added_tokens"]}

    def mark(self, name: str) -> int | None:
        """Return the number of a mark such as ``<|transcribe|>``; ``None`` where the model has none."""
        return self._marks.get(name)

    def text(self, numbers: Iterable[int]) -> str:
        """Return the text of tokens; marks are left out, bytes that make no character are replaced."""
        marks = set(self._marks.values())
        characters = "".join(self._texts.get(number, "") for number in numbers if number not in marks)
        return bytes(_BYTES[one] for one in characters if one in _BYTES).decode("utf-8", errors="replace")

    def numbers(self, phrase: str) -> list[int]:
        """Return the tokens of a phrase: the pair of parts that was merged first in training is merged first.

        Parameters
        ----------
        phrase
            Without spaces and punctuation, at which longer texts would have to be split.
        """
        parts = [_CHARACTERS[byte] for byte in phrase.encode("utf-8", errors="replace")]
        while pairs := [(rank, place) for place, pair in enumerate(pairwise(parts))
                        if (rank := self._ranks.get(pair)) is not None]:  # fmt: skip
            place = min(pairs)[1]
            parts[place : place + 2] = ["".join(parts[place : place + 2])]
        return [self._numbers[part] for part in parts if part in self._numbers]
