"""Text on its way to a synthesiser: nothing in it may act as markup, and nothing in it may be lost."""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_BRACKETS: Final = str.maketrans(dict.fromkeys("[]{}<>|\\^`~*_", " "))
_SPACES: Final = re.compile(r"\s+")
_SPEAKABLE: Final = re.compile(r"\w", re.UNICODE)
# A sentence ends at a full stop, question or exclamation mark before a capital, a digit or a quotation mark.
_BOUNDARY: Final = re.compile(r"(?<=[.!?…])[\"”’')]*\s+(?=[\"“‘'(]?[A-Z0-9À-Þ])|(?<=[。！？])[”’」』]*")
_NO_END: Final = re.compile(
    r"(?:^|[\s\"“(])(?:[A-Za-z](?:\.[A-Za-z])*|mr|mrs|ms|dr|prof|st|jr|sr|inc|ltd|llc|co|corp|bros|plc|no|dept|ext|vs"
    r"|mt|ft|ave|blvd|rd|gen|col|sgt|rev|hon)\.$",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Return ``text`` without control characters and without characters that engines take for markup.

    espeak-ng reads ``[[…]]`` as phonemes and hibari ``[word](/…/)``; both only ever come from data.
    """
    return _SPACES.sub(" ", _CONTROL.sub(" ", text).translate(_BRACKETS)).strip()


def is_speakable(text: str) -> bool:
    """Whether ``text`` has anything to say: a letter or a digit."""
    return _SPEAKABLE.search(text) is not None


def sentences(text: str) -> tuple[str, ...]:
    """Split ``text`` where a speaker would close the melody and start afresh.

    Titles ("Dr."), initials ("J. P.") and company forms ("Inc.") end no sentence; where it is not sure, the text
    stays whole. Joined again, the parts hold every word of ``text``.
    """
    parts: list[str] = []
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        part = text[start : boundary.start()]
        if not part.strip() or _NO_END.search(part):
            continue
        parts.append(text[start : boundary.end()].strip())
        start = boundary.end()
    parts.append(text[start:].strip())
    return tuple(part for part in parts if is_speakable(part))
