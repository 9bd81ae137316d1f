"""Chinese as recognisers write it, normalised to one canonical line that rules can match.

Without spaces and hesitations, simplified characters, half-width digits and signs, ``|`` where a sentence ends.
Each character remembers its position in the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from voicebot.languages.grammar.found import Found, Match, Value

# What dates, times and amounts are made of; the rest of a text may stay traditional.
_SIMPLIFIED: Final = str.maketrans(
    "週後號個兩點萬塊錢禮這時間鐘億貳參陸圓從還給兒內過幾當來沒說請應該話電們歲應",
    "周后号个两点万块钱礼这时间钟亿贰叁陆圆从还给儿内过几当来没说请应该话电们岁应",
)
_FILLERS: Final = re.compile(r"(?:[嗯呃唔哦噢喔哎唉欸诶]|(?<![全金余差数总限])额)+")
_BREAKS: Final = "。！？；.!?;"


@dataclass(frozen=True)
class Line:
    """A text in canonical form: ``line[i]`` stands at ``source[places[i]]``."""

    source: str
    line: str
    places: tuple[int, ...]

    def found(self, match: Match[Value]) -> Found[Value]:
        """A find, in places of the source text; ``match.value`` is not ``None``."""
        assert match.value is not None  # noqa: S101
        start, end = self.places[match.start], self.places[match.end - 1] + 1
        return Found(match.value, start, end, self.source[start:end])


def read(text: str) -> Line:
    """Bring ``text`` to canonical form."""
    characters: list[str] = []
    places: list[int] = []
    for place, original in enumerate(text):
        if original.isspace() or original == "\ufeff":
            continue
        character = unicodedata.normalize("NFKC", original).translate(_SIMPLIFIED).lower()
        if len(character) != 1:
            character = original
        characters.append(character)
        places.append(place)
    line = "".join(characters)
    kept = [at for at in range(len(line)) if not _FILLERS.match(line, at)]
    marked = "".join(_sign(line, at) for at in kept)
    return Line(text, marked, tuple(places[at] for at in kept))


def _sign(line: str, at: int) -> str:
    character = line[at]
    if character in _BREAKS:
        inside = character == "." and line[at - 1 : at].isdecimal() and line[at + 1 : at + 2].isdecimal()
        return character if inside else "|"
    return "," if character in ",、" else character
