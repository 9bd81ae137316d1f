"""Moonshine's token table: ids to text, and text to ids by byte-pair merging."""

from __future__ import annotations

from typing import Final

START: Final = 1
END: Final = 2
_SPACE: Final = "▁".encode()


class Tokens:
    """The table of ``tokenizer.bin``: for each token its length (one byte, two from 128 on) and its bytes.

    A lower id is an earlier merge; where a character stands twice, as byte and as itself, the later id is used.

    Raises
    ------
    ValueError
        ``data`` is no such table.
    """

    def __init__(self, data: bytes) -> None:
        self._pieces: list[bytes] = []
        at = 0
        while at < len(data):
            length = data[at]
            at += 1
            if length >= 128:
                if at >= len(data):
                    raise ValueError("the token table ends in the middle")
                length = length - 128 + data[at] * 128
                at += 1
            if at + length > len(data):
                raise ValueError("the token table ends in the middle")
            self._pieces.append(data[at : at + length])
            at += length
        if len(self._pieces) <= END:
            raise ValueError("the token table is empty")
        self._ids = {piece: number for number, piece in enumerate(self._pieces)}

    def text(self, tokens: list[int]) -> str:
        """Text of ids."""
        joined = b"".join(self._pieces[token] for token in tokens if token < len(self._pieces))
        return joined.replace(_SPACE, b" ").decode("utf-8", "ignore").strip()

    def encode(self, text: str) -> list[int]:
        """Ids of text; characters that the table lacks are left out."""
        text = text.encode("utf-8", "ignore").decode()  # halves of surrogate pairs are no characters
        parts = [character.encode() for character in "▁" + text.replace(" ", "▁")]
        while True:
            merges = [
                (number, index)
                for index in range(len(parts) - 1)
                if (number := self._ids.get(parts[index] + parts[index + 1])) is not None
            ]
            if not merges:
                return [self._ids[part] for part in parts if part in self._ids]
            _, index = min(merges)
            parts[index : index + 2] = [parts[index] + parts[index + 1]]
