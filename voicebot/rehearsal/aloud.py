"""How a line of a persona is said: in pieces, with pauses and pressed keys between them. Pure.

``well, I would [1.2] but they cut my hours`` is said with a pause of 1.2 seconds; ``[4] yes`` comes after four seconds;
``no [press 2] I'd rather not`` presses a key between the words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from voicebot.languages import Language

_MARK: Final = re.compile(r"\[\s*(?:(?P<seconds>\d+(?:\.\d+)?)|press\s+(?P<keys>[0-9*#]+))\s*\]")
_ENDS: Final = ".,;:!?…，。！？、；："


@dataclass(frozen=True, slots=True)
class Words:
    """Words to be spoken; ``last``: no other words of the line follow."""

    text: str
    last: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence for this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys to be pressed."""

    keys: str


Piece = Words | Pause | Keys


def pieces(line: str, language: Language) -> tuple[Piece, ...]:
    """Cut a line into the words, pauses and keys that follow each other.

    Parameters
    ----------
    line
        As it stands in a persona's file.
    language
        Words that continue after a mark get its sign for a pause at the end, so that they are spoken as unfinished.
    """
    found: list[Piece] = []
    spoken = [part.strip() for part in _MARK.split(line)[::3]]
    last = max((place for place, text in enumerate(spoken) if text), default=-1)
    marks = list(_MARK.finditer(line))
    for place, text in enumerate(spoken):
        if text:
            open_end = place < last and text[-1] not in _ENDS
            found.append(Words(text + language.callees.pause[0] if open_end else text, place == last))
        if place < len(marks):
            seconds, keys = marks[place].group("seconds"), marks[place].group("keys")
            found.append(Keys(keys) if keys else Pause(float(seconds)))
    return tuple(found)


def words(line: str, language: Language) -> str:
    """Return a line without its marks, as it would be written."""
    joint = " " if language.spaced else ""
    return joint.join(text for part in _MARK.split(line)[::3] if (text := part.strip()))
