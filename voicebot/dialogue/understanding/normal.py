"""Utterances in the form that rules and the matcher read: plain words, values and names replaced, clauses apart. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from voicebot.dialogue.talk import Lead
from voicebot.dialogue.understanding import entities
from voicebot.languages.en.names import first_name

NAME: Final = {"en": "maria", "zh": "小明"}
"""Stands for the name of the person called, in examples and in what is heard."""
_FUTURE: Final = {"en": "friday", "zh": "周五"}
PAST: Final = {"en": "yesterday", "zh": "昨天"}
"""Stands for every day that is past."""
_MONEY: Final = {"en": "fifty dollars", "zh": "五十块"}
_FILLERS: Final = {
    "en": re.compile(r"\b(?:uh+|um+|er+m?|hmm+|ah|oh|mm|you know|i mean|like i said)\b(?!\s+(?:huh|hmm?|hum))"),
    "zh": re.compile(r"(?:嗯+|呃+|啊|哦|那个那个)(?=.)"),
}
_NAME_LIKE: Final = 82
"""Similarity (0–100) from which a word is taken for the name of the person called."""
REFERENCE: Final = datetime(2026, 1, 5, 11)
"""A Monday; examples are read as if they were said on it."""


def family(language: str) -> str:
    """``en`` of ``en-US``."""
    return language.partition("-")[0].lower()


def plain(text: str, language: str) -> str:
    """Lower case, no punctuation but apostrophes, single spaces; Chinese without spaces."""
    text = text.lower().replace("’", "'").replace("`", "'")
    if family(language) == "zh":
        return re.sub(r"[^\w]", "", text)
    text = re.sub(r"[^\w\s'$%]", " ", text)
    return " ".join(bare for word in text.split() if (bare := word.strip("'")))


def without_fillers(text: str, language: str) -> str:
    """Drop hesitations; keep the text where nothing else is left."""
    pattern = _FILLERS.get(family(language))
    if pattern is None:
        return text
    return " ".join(pattern.sub(" ", text).split()) or text


def masked(text: str, language: str, now: datetime, lead: Lead | None = None) -> str:
    """Replace dates, amounts and the lead's name by ones that stand for all of them.

    Parameters
    ----------
    text
        As heard, or an example with ``{name}``.
    now
        Local time; tells a day to come from one that is past.
    """
    code = family(language)
    text = text.replace("{name}", NAME[code])
    spans: list[tuple[int, int, str]] = []
    for day in entities.find_dates(text, language, now):
        spans.append((day.start, day.end, PAST[code] if day.value < now.date() else _FUTURE[code]))
    for money in entities.find_amounts(text, language):
        if "$" in text[money.start : money.end] or _says_money(money.text, code):
            spans.append((money.start, money.end, _MONEY[code]))
    kept: list[tuple[int, int, str]] = []
    for start, end, word in sorted(spans):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, word))
    for start, end, word in reversed(kept):
        text = f"{text[:start]}{word}{text[end:]}"
    text = without_fillers(plain(text, language), language)
    return _named(text, lead, code) if lead else text


def _says_money(text: str, code: str) -> bool:
    return bool(
        re.search(r"dollar|buck|cent|euro|pound|hundred|fifty|twenty" if code == "en" else "块|元|毛|百|千", text)
    )


def _named(text: str, lead: Lead, code: str) -> str:
    if code == "zh":
        return text.replace(lead.name, NAME[code])
    names = [part for part in plain(lead.name, "en-US").split() if len(part) > 2]
    found = []
    for word in text.split():
        stem, mark, rest = word.partition("'")
        like = any(stem == name or (len(stem) > 3 and fuzz.ratio(stem, name) >= _NAME_LIKE) for name in names)
        found.append(f"{NAME[code]}{mark}{rest}" if like else word)
    # a full name becomes one: "this is maria maria" says nothing more than "this is maria"
    return re.sub(rf"\b{NAME[code]}(?: {NAME[code]})+", NAME[code], " ".join(found))


_SHORT_FORMS: Final = (
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\b(?:can't|cannot)\b"), "can not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"\b(it|that|this|he|she|there|who|what)'s\b"), r"\1 is"),
    (re.compile(r"'d\b"), " would"),
)


def spelled_out(text: str) -> str:
    """Write English short forms out, so that "I'll" and "I will" are the same words."""
    if "'" not in text and "cannot" not in text:
        return text
    for short, long in _SHORT_FORMS:
        text = short.sub(long, text)
    return text


@lru_cache(maxsize=4096)
def example(text: str, language: str) -> str:
    """Return an example in the same form."""
    return masked(text, language, REFERENCE)


@dataclass(frozen=True, slots=True)
class Clauses:
    """An utterance taken apart.

    Parameters
    ----------
    lead
        A yes or no that it begins with: ``affirm``, ``deny``, or empty.
    rest
        What follows, in parts at "but", "actually", …; the utterance itself where nothing leads it.
    """

    lead: str
    rest: tuple[str, ...]


_YES: Final = {
    "en": r"(?:yes+|yeah+|yep|yup|yea|ya|sure|okay|ok|alright|right|correct|of course|uh huh|mm hmm|mhm|absolutely|definitely)",
    "zh": r"(?:是的|是啊|是|对的|对啊|对|好的|好啊|好|嗯|可以|行|没错)",
}
_NO: Final = {
    "en": r"(?:no+|nope|nah|no way|not really|negative|nuh uh)",
    "zh": r"(?:不是|不对|不行|不|没有|不可以|不要)",
}
_POLITE: Final = r"(?:\s+(?:sir|ma'am|maam|man|dude|sorry|thanks|thank you|please))?"
_LEAD: Final = {
    "en": {
        "affirm": re.compile(rf"^{_YES['en']}(?:\s+{_YES['en']})*{_POLITE}\s+(?:and\s+|but\s+|so\s+|well\s+)?(?=\S)"),
        "deny": re.compile(rf"^{_NO['en']}(?:\s+{_NO['en']})*{_POLITE}\s+(?:and\s+|but\s+|so\s+|well\s+)?(?=\S)"),
    },
    "zh": {
        "affirm": re.compile(rf"^{_YES['zh']}(?=..)"),
        "deny": re.compile(r"^(?:不是|不对|不行)(?=..)"),
    },
}
_CUTS: Final = {
    "en": re.compile(r"\s+(?:but|however|except|although|though|only thing is)\s+"),
    "zh": re.compile(r"但是|不过|可是|只是"),
}


def clauses(text: str, language: str) -> Clauses:
    """Take a masked utterance apart."""
    code = family(language)
    for intent, pattern in _LEAD[code].items():
        found = pattern.match(text)
        if found:
            return Clauses(intent, _cut(text[found.end() :], code))
    return Clauses("", _cut(text, code))


def _cut(text: str, code: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in _CUTS[code].split(text) if part.strip())
    return parts[:3] or (text,)


_BARE: Final = {
    "en": re.compile(
        r"\b(?:friday|fifty dollars|on|by|the|maybe|probably|perhaps|about|around|how|let's|lets|say|see|make|it|i|guess"
        r"|think|would|be|is|until|till|before|after|at|or|for|in|of|this|that|could|can|do|will|works|work|good|fine"
        r"|then|latest|earliest|like|just|only|well|so|probably|i'd|i'll|morning|afternoon|evening|night|noon|sometime"
        r"|please|okay|ok|yes|yeah|and|to|no|not|sorry|actually|wait|rather|instead|better|a|best)\b"
    ),
    "zh": re.compile(r"周五|五十块|在|大概|可能|吧|之前|以前|左右|就|那|这|的|前|给|你|我|上午|下午|晚上|早上"),
}


def is_bare(text: str, language: str) -> bool:
    """Whether a masked utterance is no more than a day, a time or an amount."""
    return not "".join(_BARE[family(language)].sub("", text).split())


def day_of(value: datetime | date) -> date:
    """Return the day of a date or a time."""
    return value.date() if isinstance(value, datetime) else value


def called(lead: Lead, language: str) -> str:
    """Return the lead's name as people say it in short."""
    return plain(first_name(lead.name, language), language)
