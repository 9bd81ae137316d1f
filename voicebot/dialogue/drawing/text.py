"""How wide a text is and where it is broken, so that it never leaves its box. Pure.

Browsers set a drawing in whatever sans-serif they have. Widths are those of DejaVu Sans, the widest of the usual
ones (Arial, Helvetica, Liberation, Segoe, Roboto are all narrower), so a line that fits here fits there.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_REGULAR: Final = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
)  # fmt: skip
"""Advance widths of the characters 32 to 126, in thousandths of the size."""
_BOLD: Final = 1.24
"""Bold letters are at most this much wider ("f" and "t" are; the average is 1.13)."""
_ODD: Final = {"“": 518, "”": 518, "‘": 318, "’": 318, "·": 318, "–": 500, "é": 615}
_WIDE: Final = 1000
"""Chinese characters fill the square; nothing else that a script says is wider."""
_OTHER: Final = 840

_SPACE: Final = " "
_NO_START: Final = frozenset("，。！？；：、”’）》…,.;:!?)")
"""Never the first of a line."""


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text.

    Parameters
    ----------
    size
        Font size in pixels.

    Returns
    -------
    float
        Pixels; never less than the text takes in any usual sans-serif face.
    """
    return sum(map(_advance, text)) * size / 1000 * (_BOLD if bold else 1.0)


def _advance(character: str) -> int:
    code = ord(character)
    if 32 <= code < 127:
        return _REGULAR[code - 32]
    if character in _ODD:
        return _ODD[character]
    if unicodedata.combining(character):
        return 0
    return _WIDE if unicodedata.east_asian_width(character) in "WFA" else _OTHER


def wrap(text: str, size: float, room: float, *, bold: bool = False, most: int = 0) -> list[str]:
    """Break a text into lines.

    Parameters
    ----------
    room
        Width of a line in pixels.
    most
        At most so many lines, the last one ending with "…"; 0: all.

    Returns
    -------
    list[str]
        Lines that fit, at least one. Words are kept whole where they fit; Chinese breaks between characters.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        joined = line + piece
        if width(joined.rstrip(), size, bold=bold) <= room:
            line = joined
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while width(line.rstrip(), size, bold=bold) > room and len(line) > 1:
            cut = _fitting(line, size, room, bold=bold)
            lines.append(line[:cut])
            line = line[cut:]
    lines.append(line.rstrip())
    if not most or len(lines) <= most:
        return lines
    return [*lines[: most - 1], shorten(" ".join(lines[most - 1 :]), size, room, bold=bold)]


def shorten(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Return a text, cut with "…" where it does not fit."""
    if width(text, size, bold=bold) <= room:
        return text
    cut = _fitting(text, size, room - width("…", size, bold=bold), bold=bold)
    return text[:cut].rstrip() + "…"


def _fitting(text: str, size: float, room: float, *, bold: bool) -> int:
    """How many characters fit; at least one."""
    cut = 1
    while cut < len(text) and width(text[: cut + 1], size, bold=bold) <= room:
        cut += 1
    return cut


def _pieces(text: str) -> list[str]:
    """Parts between which a line may be broken, each with the space or mark that follows it."""
    pieces: list[str] = []
    for character in " ".join(text.split()):
        alone = unicodedata.east_asian_width(character) in "WF" and character not in _NO_START
        ends = bool(pieces) and (pieces[-1].endswith(_SPACE) or unicodedata.east_asian_width(pieces[-1][-1]) in "WF")
        follows = character == _SPACE or character in _NO_START
        if not pieces or (not follows and (alone or ends)):
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces
