"""English as recognisers write it, normalised to one canonical line that rules can match.

Every word is lower case and stands between single spaces; numbers, however written, are ``#15`` (cardinal) or
``@15`` (ordinal); hesitations are gone; ``|`` stands where a sentence ends. "uh, Next the 27th. Two hundred and
fifty dollars" becomes `` next the @27 | #250 dollars ``. Each word remembers its position in the text.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from typing import Final

from voicebot.languages.en.numbers import ONES, ORDINAL_ONES, ORDINALS, SCALES, TEENS, TENS
from voicebot.languages.grammar.found import Found, Match, Value

_TOKEN: Final = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?!\d)|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}(?!\d)|\d{1,2}/\d{1,2}(?![\d/])|\d{1,2}:\d{2}(?!\d)"
    r"|\d+(?:st|nd|rd|th)\b|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
    r"|to-(?:day|morrow|night)\b|[ap]\.\s?m\b\.?|[a-zà-ÿ]+(?:['’][a-z]+)*|[$€£¥%|]|[.?!;,]"
)
_FILLERS: Final = frozenset({"uh", "um", "uhm", "erm", "er", "ah", "eh", "hm", "hmm", "mm", "huh", "umm", "uhh"})
_WEEKDAYS: Final = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
_OFTEN: Final = frozenset({"every", "most", "some", "all", "these", "those", "the", "two", "three", "four"})
_IN_TWO: Final = {
    ("fry", "day"): "friday", ("thurs", "day"): "thursday", ("mon", "day"): "monday", ("tues", "day"): "tuesday",
    ("wednes", "day"): "wednesday", ("satur", "day"): "saturday", ("sun", "day"): "sunday",
    ("thirty", "eth"): "thirtieth",
    ("twenty", "eth"): "twentieth", ("thirty", "ith"): "thirtieth", ("twenty", "ith"): "twentieth",
}  # fmt: skip
_ROUND: Final = frozenset({"#20", "#30"})
_BEFORE_A_DAY: Final = frozenset(
    {"the", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
     "november", "december"}
)  # fmt: skip
_DENIES: Final = frozenset({"not", "no", "can't", "cannot", "don't", "won't", "never", "without"})
_ZERO: Final = frozenset({"zero", "oh", "o", "nought"})
_MISHEARD: Final = {
    "fourty": "forty", "ninty": "ninety", "twelth": "twelfth", "ninteen": "nineteen", "twentyeth": "twentieth",
    "tomorow": "tomorrow", "tommorow": "tomorrow", "tommorrow": "tomorrow", "wensday": "wednesday",
    "noveember": "november", "thousands": "thousand", "gonna": "going", "thirdieth": "thirtieth",
    "thirtyith": "thirtieth", "nineth": "ninth", "fith": "fifth", "fiddy": "fifty", "hunderd": "hundred",
    "twelveth": "twelfth", "eigth": "eighth", "dollers": "dollars",
}  # fmt: skip
_ABBREVIATED: Final = frozenset(
    {"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue", "tues", "wed",
     "thu", "thur", "thurs", "fri", "sat", "sun", "mr", "mrs", "dr", "st"}
)  # fmt: skip


_DAY_IS: Final = re.compile(r"(\w+day|\w+(?:st|nd|rd|th)|\w+ty|hundred)'(?:s|d)")
_SAID_OF_A_DAY: Final = frozenset(
    {"good", "fine", "ok", "okay", "great", "better", "best", "perfect", "possible", "alright", "all", "no", "not",
     "too", "out", "bad", "off", "when", "my", "our", "the", "probably", "really", "easier", "doable", "what", "be",
     "about", "it", "as"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """One canonical word and its place in the text."""

    form: str
    start: int
    end: int


@dataclass(frozen=True)
class Line:
    """A text in canonical form.

    Parameters
    ----------
    source
        The text as given.
    words
        Canonical words in order.
    line
        The words between single spaces, one space at either end.
    """

    source: str
    words: tuple[Word, ...]
    line: str
    starts: tuple[int, ...]

    def found(self, match: Match[Value]) -> Found[Value]:
        """A find, in places of the source text; ``match.value`` is not ``None``."""
        assert match.value is not None  # noqa: S101
        first = self.words[bisect.bisect_right(self.starts, match.start) - 1]
        last = self.words[bisect.bisect_right(self.starts, match.end - 1) - 1]
        return Found(match.value, first.start, last.end, self.source[first.start : last.end])


def read(text: str) -> Line:
    """Bring ``text`` to canonical form."""
    words = _numbers(_split(text))
    line, starts = " ", []
    for word in words:
        starts.append(len(line))
        line += word.form + " "
    return Line(text, tuple(words), line, tuple(starts))


def _split(text: str) -> list[Word]:
    words: list[Word] = []
    # Lower case letter by letter, so that positions stay the same.
    lowered = "".join(character.lower() if len(character.lower()) == 1 else character for character in text)
    for token in _TOKEN.finditer(lowered.replace("’", "'")):
        form = token.group()
        place = (token.start(), token.end())
        previous = words[-1].form if words else ""
        if form in ".?!;":
            if form != "." or not (previous in _ABBREVIATED and words[-1].end == place[0]):
                words.append(Word("|", *place))
            continue
        if form in _FILLERS:
            continue
        if form.startswith("to-"):
            form = form.replace("-", "")  # as the embedded recogniser spells it
        elif form == "morrow" and previous == "to":
            words[-1] = Word("tomorrow", words[-1].start, place[1])
            continue
        if form[0] in "ap" and "." in form:
            form = form[0] + "m"
        elif form == "m" and previous in ("a", "p") and len(words) > 1 and _is_clock_word(words[-2].form):
            start = words.pop().start
            words.append(Word(previous + "m", start, place[1]))
            continue
        if form == "s" and previous.startswith("@"):
            form = "is"  # "the 30th's good"
        if ":" not in form and "/" not in form and re.fullmatch(r"\d+(?:st|nd|rd|th)", form):
            form = f"@{int(form[:-2])}"
        elif re.fullmatch(r"\d[\d,]*(?:\.\d+)?", form):
            form = "#" + form.replace(",", "")
        elif form == "%":
            form = "percent"
        words.append(Word(_MISHEARD.get(form, form), *place))
    words = _mended(words)
    words = [_homophone(word, words[at + 1].form if at + 1 < len(words) else "") for at, word in enumerate(words)]
    return [part for at, word in enumerate(words) for part in _day_is(word, words[at + 1 :])]


def _mended(words: list[Word]) -> list[Word]:
    """Join what recognisers write as two words ("fry day", "thirty eth"), and read "Fridays" as the day it is."""
    mended: list[Word] = []
    for word in words:
        before = mended[-1] if mended else Word("", 0, 0)
        whole = _IN_TWO.get((before.form, word.form), "")
        if whole:
            mended[-1] = Word(whole, before.start, word.end)
        elif word.form in ORDINAL_ONES and before.form in _ROUND:
            mended[-1] = Word(f"@{int(before.form[1:]) + ORDINAL_ONES[word.form]}", before.start, word.end)
        elif word.form[:-1] in _WEEKDAYS and word.form.endswith("s") and before.form not in _OFTEN:
            mended.append(Word(word.form[:-1], word.start, word.end))
        elif word.form == "forth" and before.form in _BEFORE_A_DAY:
            mended.append(Word("fourth", word.start, word.end))
        else:
            mended.append(word)
    return mended


def _day_is(word: Word, after: list[Word]) -> tuple[Word, ...]:
    """ "Friday's fine" is "Friday is fine"; in "Friday's payment" the day owns something."""
    tens = word.form.replace("ties", "ty") if word.form.endswith("ties") else ""
    if tens in TENS and after and after[0].form in {"what", "all"}:
        return Word(tens, word.start, word.end), Word("is", word.end - 1, word.end)  # "fifty's", as it is heard
    day = _DAY_IS.fullmatch(word.form)
    if day is None or not after or after[0].form not in _SAID_OF_A_DAY:
        return (word,)
    return Word(day[1], word.start, word.end - 2), Word("is", word.end - 1, word.end)


def _homophone(word: Word, following: str) -> Word:
    """ "Too hundred", "for hundred": numbers that recognisers take for the word that sounds alike."""
    if word.form == "too" and following in TENS:
        return Word("two", word.start, word.end)
    number = {"too": "two", "for": "four", "ate": "eight", "won": "one"}.get(word.form)
    if number is None or following not in ("hundred", "thousand", "grand"):
        return word
    return Word(number, word.start, word.end)


def _is_clock_word(form: str) -> bool:
    return form[0] in "#0123456789" or form in ONES or form in TEENS or form in TENS or form == "o'clock"


def _numbers(words: list[Word]) -> list[Word]:
    """Join number words; commas, which only keep numbers apart, are dropped."""
    joined: list[Word] = []
    at = 0
    while at < len(words):
        number = _Number(words, at).read()
        if number is not None:
            form, end = number
            joined.append(Word(form, words[at].start, words[end - 1].end))
            at = end
            continue
        before, after = joined[-1].form if joined else "", words[at + 1].form if at + 1 < len(words) else ""
        if words[at].form != ",":
            joined.append(words[at])
        elif before == "after" or (before.startswith("#") and after in ORDINALS):
            # "the Friday after, the fourth" names one day twice; "a hundred fifty, first of May" ends the amount
            joined.append(Word("|", words[at].start, words[at].end))
        at += 1
    return joined


class _Number:
    """Reads the longest number that starts at a word."""

    def __init__(self, words: list[Word], at: int) -> None:
        self._words = words
        self._start = at
        self._at = at

    def read(self) -> tuple[str, int] | None:
        """Canonical form and the index after the last word."""
        form = self._peek()
        if form in ORDINALS:
            return f"@{ORDINALS[form]}", self._at + 1
        if form in ("hundred", "thousand") and self._previous() not in ("few", "several", "many", "of"):
            value = 0.0  # "hundred dollars": a bare scale counts once
        else:
            lead = self._lead()
            if lead is None:
                return None
            if isinstance(lead, str):
                return lead, self._at
            value = lead
        return self._scaled(value)

    def _scaled(self, lead: float) -> tuple[str, int] | None:
        total, current = 0.0, lead
        alone = self._at == self._start
        while True:
            form = self._peek()
            if form == "hundred" and (current < 100 or alone):
                self._at += 1
                current = (current or 1) * 100
                ordinal, rest = self._rest()
                if ordinal:
                    return f"@{int(total + current) + rest}", self._at
                current += rest
            elif form in SCALES and current < 1000:
                self._at += 1
                total += (current or 1) * SCALES[form]
                current = 0
                ordinal, rest = self._rest(hundreds=True)
                if ordinal:
                    return f"@{int(total) + rest}", self._at
                if not rest:
                    break
                current = rest
            elif form == "hundredth" and current < 100:
                self._at += 1
                return f"@{int(current) * 100}", self._at
            else:
                break
            alone = False
        value = total + current
        decimals = self._decimals() if value == int(value) else ""
        if decimals:
            value = float(f"{int(value)}.{decimals}")
            if self._peek() in SCALES or self._peek() == "hundred":
                value *= SCALES.get(self._peek(), 100)
                self._at += 1
        return f"#{_plain(value)}", self._at

    def _lead(self) -> float | str | None:
        """First part: digits, "a" before a scale, "a couple of", or words below a hundred; text for an ordinal."""
        form = self._peek()
        if form.startswith("#"):
            self._at += 1
            return float(form[1:]) if self._peek() in ("hundred", *SCALES) else form
        if form in ("a", "an") and self._peek(1) in ("hundred", "thousand", "million"):
            self._at += 1
            return 1
        if form in ("a", "an") and self._peek(1) == "couple":
            self._at += 1
            form = "couple"
        if form == "couple":
            self._at += 2 if self._peek(1) == "of" else 1
            return 2
        number = self._below_hundred()
        if number is None:
            return None
        ordinal, value = number
        if ordinal:
            return f"@{value}"
        if self._peek() == "and" and self._peek(1) == "a" and self._peek(2) == "half":
            self._at += 3
            return value + 0.5
        return float(value)

    def _below_hundred(self) -> tuple[bool, int] | None:
        form = self._peek()
        if form in TENS:
            self._at += 1
            unit = self._peek()
            if unit.endswith("s") and unit[:-1] in ORDINAL_ONES:
                unit = unit[:-1]  # "twenty fifths", as it is heard
            if unit in ONES:
                self._at += 1
                return False, TENS[form] + ONES[unit]
            if unit in ORDINAL_ONES:
                self._at += 1
                return True, TENS[form] + ORDINAL_ONES[unit]
            return False, TENS[form]
        for table in (ONES, TEENS):
            if form in table:
                self._at += 1
                return False, table[form]
        if form == "zero":
            self._at += 1
            return False, 0
        return None

    def _rest(self, *, hundreds: bool = False) -> tuple[bool, int]:
        """What follows "hundred" or "thousand": (is an ordinal, value); nothing is taken where none follows."""
        back = self._at
        while self._peek() in ("and", ","):
            if self._peek() == "," and self._denied():
                return False, 0
            self._at += 1
        if self._peek() in ORDINALS and ORDINALS[self._peek()] < 100:
            self._at += 1
            return True, ORDINALS[self._words[self._at - 1].form]
        linked = self._at > back
        form = self._peek()
        if hundreds and form.startswith("#") and form[1:].isdecimal() and int(form[1:]) < 1000:
            self._at += 1
            return False, int(form[1:])
        number = self._below_hundred()
        if number is not None:
            ordinal, value = number
            if hundreds and self._peek() == "hundred" and value < 10:
                self._at += 1
                after, more = self._rest()
                return after, value * 100 + more
            if value and self._peek() != "hundred" and not (linked and self._peek() in SCALES):
                return ordinal, value
        elif hundreds and form in ("a", "hundred"):
            at = self._at + (form == "a")
            if at < len(self._words) and self._words[at].form == "hundred":
                self._at = at + 1
                after, more = self._rest()
                return after, 100 + more
        self._at = back
        return False, 0

    def _decimals(self) -> str:
        if self._peek() != "point":
            return ""
        at, digits = 1, ""
        while True:
            form = self._peek(at)
            if form in ONES:
                digits += str(ONES[form])
            elif form in _ZERO:
                digits += "0"
            elif form in TEENS or form in TENS:
                value = TEENS.get(form) or TENS[form]
                if form in TENS and self._peek(at + 1) in ONES:
                    value += ONES[self._peek(at + 1)]
                    at += 1
                digits += str(value)
            elif form.startswith("#") and form[1:].isdecimal():
                digits += form[1:]
            else:
                break
            at += 1
        if digits:
            self._at += at
        return digits

    def _peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._words[at].form if at < len(self._words) else ""

    def _denied(self) -> bool:
        """Whether the number is denied, so that what follows it replaces it: "not the whole three hundred, eighty"."""
        return any(word.form in _DENIES for word in self._words[max(0, self._start - 4) : self._start])

    def _previous(self) -> str:
        return self._words[self._start - 1].form if self._start else ""


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.6f}".rstrip("0")
