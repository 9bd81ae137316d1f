"""Names of people and companies in English, made safe to speak."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.grammar.names import without_signs

_SIGNS: Final = {"&": "and", "@": "at", "+": "plus", "%": "percent", "#": "number", "$": "dollar", "=": "equals"}
_SHORT: Final = {
    "inc": "Incorporated", "ltd": "Limited", "co": "Company", "corp": "Corporation", "bros": "Brothers",
    "mr": "Mister", "mrs": "Missus", "dr": "Doctor", "prof": "Professor", "jr": "Junior", "sr": "Senior",
    "dept": "Department", "assn": "Association", "svcs": "Services", "natl": "National", "intl": "International",
}  # fmt: skip
_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "dr"})
_INITIALS: Final = re.compile(r"(?<![A-Za-z])(?:[A-Za-z]\.){1,}(?:[A-Za-z](?![A-Za-z]))?")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LETTERS: Final = frozenset({"llc", "llp", "lp", "plc", "na", "usa", "ibm", "hsbc", "tv"})


def name(value: str) -> str:
    """``J.P. Morgan & Co., Ltd.`` → "J P Morgan and Company, Limited"."""
    value = _INITIALS.sub(lambda found: " ".join(found.group().replace(".", "")) + " ", value)
    for sign, word in _SIGNS.items():
        value = value.replace(sign, f" {word} ")
    value = re.sub(r"\b([A-Za-z]+)\.", lambda found: _SHORT.get(found.group(1).lower(), found.group(1)), value)
    value = re.sub(r"(?<!^)\b(Inc|Ltd|Corp)\b", lambda found: _SHORT[found.group(1).lower()], value)
    value = re.sub(r"\bL\s?L\s?C\b", "L L C", value)
    if value.isupper() and max(map(len, _WORD.findall(value)), default=0) > 3:
        value = _WORD.sub(_lowered, value)
    value = re.sub(r"\s*[,;:]+[\s,;:]*", ", ", value)
    return without_signs(value).strip(", ")


def first_name(value: str) -> str:
    """See ``Wording.first_name``."""
    if "," in value:
        return value
    parts = [part for part in value.split() if part.rstrip(".").lower() not in _TITLES]
    return parts[0] if parts else value


def _lowered(found: re.Match[str]) -> str:
    """``SMITH`` → "Smith", since engines may spell capitals; short words without a vowel stay as they are."""
    word = found.group()
    if len(word) <= 1 or word.lower() in _LETTERS or not re.search(r"[AEIOUYÀ-Þ]", word):
        return word
    return word.capitalize() if "'" not in word else "'".join(part.capitalize() for part in word.split("'"))
