"""Amounts of money, parts of an amount and rows of digits in English speech."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from voicebot.languages.en import dates
from voicebot.languages.en.line import Line
from voicebot.languages.en.negation import WITHDRAWING
from voicebot.languages.grammar.found import Match
from voicebot.languages.grammar.money import ANY_TIME, Said, amounts
from voicebot.languages.grammar.rules import Rules

_CURRENCIES: Final = {
    "dollar": "USD HKD SGD AUD CAD", "buck": "USD HKD SGD AUD CAD", "us dollar": "USD", "hong kong dollar": "HKD",
    "singapore dollar": "SGD", "australian dollar": "AUD", "canadian dollar": "CAD", "euro": "EUR", "pound": "GBP",
    "quid": "GBP", "pound sterling": "GBP", "yuan": "CNY", "rmb": "CNY", "renminbi": "CNY", "kuai": "CNY",
    "$": "USD HKD SGD AUD CAD", "€": "EUR", "£": "GBP", "¥": "CNY", "usd": "USD", "eur": "EUR", "gbp": "GBP",
    "cny": "CNY", "hkd": "HKD", "sgd": "SGD", "aud": "AUD", "cad": "CAD",
}  # fmt: skip

_N: Final = r"#(?P<n>\d+(?:\.\d+)?)"
_UNIT: Final = (
    r"(?P<unit>(?:us |hong kong |singapore |australian |canadian )?(?:dollars?|bucks?)|euros?|"
    r"pounds?(?: sterling)?|quid"
    r"|yuan|rmb|renminbi|kuai|usd|eur|gbp|cny|hkd|sgd|aud|cad|\$|€|£|¥)"
)
_SIGN: Final = r"(?P<unit>\$|€|£|¥|usd|eur|gbp|cny|rmb|hkd|sgd|aud|cad)"
_SCALE: Final = r"(?: (?P<scale>k|grand))?"
_CENTS: Final = r"(?:(?: and)? #(?P<cents>\d{1,2}) (?:cents?|pence|penny|pennies|p))?"
_PAIR: Final = r"#(?P<a>[1-9]\d?) (?:#(?P<b>[1-9]\d)|(?:oh|o) #(?P<o>[1-9]))(?: #(?P<c>[1-9]\d))?"
_NOT_MONEY: Final = (
    "percent|am|pm|o'clock|oclock|days?|weeks?|months?|years?|hours?|minutes?|times?|people|thirds?|quarters?|"
    "of (?:us|them|"
    "january|february|march|april|may|june|july|august|september|october|november|december)|january|february|"
    "april|june|"
    r"july|august|september|october|november|december|in the|past|[#@]\S+|oh|hundred|or so (?:minutes|days)"
)
_ENDS: Final = (
    r"$|\||on|by|at|now|today|tomorrow|tonight|this|next|and|but|if|is|was|per|a|every|for|right|only|or|then|"
    r"please|max|tops|"
    "maximum|minimum|ok|okay|in|until|more|that|would|will|works|i|i'll|i'm|i'd|i've|with|because|so|as|each|"
    "toward|towards|"
    "to|maybe|when|instead|less|down|upfront|first|last|just|no|not|yeah|yes|sir|ma'am|thanks|thank|before|"
    "after|from|out|total|"
    "flat|even|ish|later|it|could|can|be|here|there|off|back|right|sounds|should|probably|again|extra|monday|tuesday|"
    "wednesday|thursday|friday|saturday|sunday|january|february|march|december|november|about|around|you|how|we|do|are|"
    "of (?:it|that|the|my|what)|like|worth|through|starting|biweekly|weekly|monthly|@\\d+|a month|the|my"
)
_LEADS_AWAY: Final = (
    "at|after|before|by|until|till|til|since|in|number|account|ending in|ends in|end in|i'm|am|he's|she's|was|"
    "age|aged|room|"
    "unit|apartment|apt|option|press|extension|section|code|zip|year|born|than half|highway|route|channel|suite|box|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|\$|€|£|[#@]\S+|oh|"
    r"zero|double|"
    "triple|the|flight|chapter|form|interstate|line|number is|account is|zip is|code is|social is|turned|turning"
    "|(?:on|down|take|off) (?:i|us)"
)
_NOT_IT: Final = "(?:not|instead of|rather than)(?: (?:the whole|the full|all))?"
_VERBS: Final = "pay|paying|send|sending|do|afford|give|put|manage|owe|paid|swing|spare|only|just|make it|take"

_MONEY: Final[Rules[Said]] = Rules()
_BARE: Final[Rules[Said]] = Rules()
_FRACTIONS: Final[Rules[Fraction]] = Rules()


def find_amounts(line: Line, currency: str, owed: Decimal | None) -> list[Match[Decimal]]:
    """All amounts said in ``line``; see ``Entities.find_amounts``."""
    named = [_settled(match, owed) for match in _MONEY.find(line.line, ANY_TIME)]
    bare = [_settled(match, owed) for match in _BARE.find(line.line, ANY_TIME)]
    found = amounts(named, bare, dates.find(line, ANY_TIME), _CURRENCIES, currency)
    return WITHDRAWING.drop(line.line, found)


def find_fractions(line: Line) -> list[Match[Fraction]]:
    """All parts said in ``line``; see ``Entities.find_fractions``."""
    return WITHDRAWING.drop(line.line, _FRACTIONS.find(line.line, ANY_TIME))


def find_digits(line: Line, minimum: int) -> list[Match[str]]:
    """All rows of digits said in ``line``; see ``Entities.find_digits``."""
    item = r"(?:(?:double|triple) (?:#\d|oh|o)|#\d+|oh|o)"
    found = []
    for match in re.finditer(
        rf"(?<= )(?<![$€£] ){item}(?: {item})*(?= )(?! (?:{_UNIT.replace('?P<unit>', '?:')}|percent|days?|"
        rf"weeks?|months?|years?|hours?|minutes?|times|cents?|grand|k|am|pm|o'clock)(?= ))",
        line.line,
    ):
        row = ""
        repeat = 1
        for word in match.group().split():
            if word in ("double", "triple"):
                repeat = 2 if word == "double" else 3
                continue
            row += (word[1:] if word.startswith("#") else "0") * repeat
            repeat = 1
        if len(row) >= minimum:
            found.append(Match(match.start(), match.end(), row))
    return found


def _settled(match: Match[Said], owed: Decimal | None) -> Match[Said]:
    """Two numbers in a row: hundreds, as instalments are spoken of, below twenty; a price from there on.

    They are negative until this settles them. What is owed decides: nobody offers more than that.
    """
    if match.value is None or not match.value[0].is_signed():
        return match
    price, unit = -match.value[0], match.value[1]
    hundreds = price * 100
    usual, other = (hundreds, price) if price < 20 else (price, hundreds)
    value = other if owed is not None and usual > owed >= other else usual
    return Match(match.start, match.end, (value, unit))


def _unit_of(match: re.Match[str]) -> str:
    unit = match.groupdict().get("unit") or ""
    return unit if unit in _CURRENCIES else unit.rstrip("s")


def _pair(match: re.Match[str]) -> Said:
    """``#2 #50`` is 250 and ``#1 #20 #50`` 120.50; what may be a price is returned negative."""
    lead, rest = int(match["a"]), int(match["b"] or match["o"])
    if match["c"]:
        return Decimal(lead * 100 + rest) + Decimal(match["c"]) / 100, _unit_of(match)
    if lead < 10:
        return Decimal(lead * 100 + rest), _unit_of(match)
    if lead == rest and lead % 10 == 0:  # "twenty, twenty bucks": said twice
        return Decimal(lead), _unit_of(match)
    return -(lead + Decimal(rest) / 100), _unit_of(match)


@_MONEY.add(rf"{_SIGN} {_N}{_SCALE}{_CENTS}", rf"{_N}{_SCALE} {_UNIT}{_CENTS}")
def _named(match: re.Match[str], _now: datetime) -> Said:
    value = Decimal(match["n"]) * (1000 if match["scale"] else 1)
    return value + Decimal(match["cents"] or 0) / 100, _unit_of(match)


@_MONEY.add(
    rf"{_N} {_UNIT} (?:and )?#(?P<c>[1-9]\d)",
    then=r"$|\||on|by|today|tomorrow|and|but|for|is|please|if|now|next|this|i|or|a month|right",
)
@_MONEY.add(
    rf"#(?P<n>\d{{3,}}) #(?P<c>[1-9]\d)(?: {_UNIT})?",
    not_then=_NOT_MONEY,
    not_after=rf"{_LEADS_AWAY}|{_NOT_IT}",
)
def _with_cents(match: re.Match[str], _now: datetime) -> Said:
    return Decimal(match["n"]) + Decimal(match["c"]) / 100, _unit_of(match)


@_MONEY.add(rf"{_PAIR} {_UNIT}", rf"{_SIGN} {_PAIR}")
def _named_pair(match: re.Match[str], _now: datetime) -> Said:
    return _pair(match)


@_MONEY.add(rf"{_N} and #(?P<cents>\d{{1,2}}) cents?")
def _and_cents(match: re.Match[str], _now: datetime) -> Said:
    return Decimal(match["n"]) + Decimal(match["cents"]) / 100, ""


@_MONEY.add(r"#(?P<n>[2-9]) (?P<note>tens|twenties|fifties|hundreds)")
def _notes(match: re.Match[str], _now: datetime) -> Said:
    return Decimal(match["n"]) * {"tens": 10, "twenties": 20, "fifties": 50, "hundreds": 100}[match["note"]], ""


@_MONEY.add(r"#(?P<cents>\d{1,2}) (?:cents?|pence|penny|pennies)")
def _only_cents(match: re.Match[str], _now: datetime) -> Said:
    return Decimal(match["cents"]) / 100, ""


@_MONEY.add(
    rf"{_N} (?:k|grand)(?: {_UNIT})?",
    rf"(?P<one>an?) (?:grand|k)(?: {_UNIT})?",
    rf"(?P<half>half a) grand(?: {_UNIT})?",
)
def _grand(match: re.Match[str], _now: datetime) -> Said:
    groups = match.groupdict()
    if groups.get("half"):
        return Decimal(500), _unit_of(match)
    return Decimal(groups.get("n") or 1) * 1000, _unit_of(match)


@_MONEY.add(
    r"(?P<n>an?|#\d+) (?P<unit>buck|dollar|pound|euro|yuan)s? (?P<c>and a half"
    r"|#[1-9]\d)",
    not_then=f"{_NOT_MONEY}|(?:dollar|buck|pound|euro|yuan)s?",
)
def _buck_fifty(match: re.Match[str], _now: datetime) -> Said:
    cents = 50 if match["c"].startswith("and") else int(match["c"][1:])
    return Decimal(match["n"][1:] if match["n"][0] == "#" else 1) + Decimal(cents) / 100, match["unit"]


@_MONEY.add(
    r"(?:a|one) (?P<unit>dollar|buck|euro|pound|quid)",
    not_after="for|bet|top|make|quick",
    not_then="store|menu|tree|general|for dollar",
)
def _one(match: re.Match[str], _now: datetime) -> Said:
    return Decimal(1), _unit_of(match)


@_MONEY.add(rf"{_N} and a half (?P<scale>thousand|hundred|grand|k|#1000|#100)(?: {_UNIT})?")
def _and_a_half(match: re.Match[str], _now: datetime) -> Said:
    scale = 100 if match["scale"] in ("hundred", "#100") else 1000
    return (Decimal(match["n"]) + Decimal("0.5")) * scale, _unit_of(match)


@_MONEY.add(rf"(?P<half>a )?half a (?:thousand|#1000)(?: {_UNIT})?", rf"half a #1000000(?: {_UNIT})?")
def _half_a_thousand(match: re.Match[str], _now: datetime) -> Said:
    return Decimal(500_000 if "million" in match.group() or "000000" in match.group() else 500), _unit_of(match)


_MONEY.refuse(
    rf"{_N} {_UNIT} (?:bill|store|menu|question|an hour|per hour)",
    r"#\S+ (?:to|or|and) #\S+ (?:minutes?|hours?|days?|weeks?|months?|years?|times|percent|people|am|pm|o'clock)",
)


@_BARE.add(_N, after=f"{_VERBS}|(?:{_VERBS}) (?:you|about|like|maybe|around|them|the)", then=_ENDS, not_then=_NOT_MONEY)
def _offered(match: re.Match[str], _now: datetime) -> Said | None:
    value = Decimal(match["n"])
    return (value, "") if value >= 5 and _is_no_number(match["n"]) else None


@_BARE.add(_N, not_after=_LEADS_AWAY, then=_ENDS, not_then=_NOT_MONEY)
def _bare(match: re.Match[str], _now: datetime) -> Said | None:
    value = Decimal(match["n"])
    return (value, "") if value >= 10 and _is_no_number(match["n"]) else None


@_BARE.add(
    _N,
    after="|(?:(?:maybe|probably|say|like|about|around|i'd say|i think|i guess|yes|yeah|okay|ok|just|only) ?)+",
    then=r"(?:(?:please|maybe|probably|then|i guess|i think|tops|max|\|) ?)*$",
)
def _alone(match: re.Match[str], _now: datetime) -> Said | None:
    value = Decimal(match["n"])
    return (value, "") if value > 1 and _is_no_number(match["n"]) else None


@_BARE.add(_N, after=rf"{_NOT_IT} #\d+(?:\.\d+)?", then=_ENDS, not_then=_NOT_MONEY)
def _instead(match: re.Match[str], _now: datetime) -> Said | None:
    value = Decimal(match["n"])
    return (value, "") if value >= 5 and _is_no_number(match["n"]) else None


@_BARE.add(_N, after=_NOT_IT, then=r"#\d+")
def _denied(match: re.Match[str], _now: datetime) -> Said:
    return Decimal(match["n"]), ""


@_BARE.add(_PAIR, not_after=f"{_LEADS_AWAY}|{_NOT_IT}", then=_ENDS, not_then=_NOT_MONEY)
def _bare_pair(match: re.Match[str], _now: datetime) -> Said | None:
    if match["a"] == "20" and match["b"] and int(match["b"]) in range(20, 40):
        return None  # a year
    return _pair(match)


def _is_no_number(written: str) -> bool:
    """An account or phone number is not an amount: six or more digits that are not round."""
    whole = written.partition(".")[0]
    return len(whole) < 6 or whole.endswith("00")


# Parts --------------------------------------------------------------------------------------------------------

_PARTS: Final = {"third": 3, "thirds": 3, "@3": 3, "quarter": 4, "quarters": 4, "fourths": 4, "@4": 4,
                 "fifths": 5, "@5": 5,
                 "sixths": 6, "@6": 6, "tenths": 10, "@10": 10, "eighths": 8, "@8": 8}  # fmt: skip


@_FRACTIONS.add(
    r"(?:(?:a|the|#1) )?half(?: (?:of (?:it|that|what i owe|the [a-z]+|my [a-z]+)|the (?:amount|balance|"
    r"payment|total|money|bill)))?",
    not_after=r"#\S+ and a|#\S+ and|better|first|second|than|(?:hour|day|week|month|year|dollar|buck)s? and(?: a)?",
    not_then="an?|hour|past|day|days|year|time|price|brother|sister|asleep|hearted|way|#\\S+|month|million|dozen",
)
def _half(_match: re.Match[str], _now: datetime) -> Fraction:
    return Fraction(1, 2)


@_FRACTIONS.add(
    r"(?:a|one|#1) (?P<part>quarter|@3|@4|@5|@6|@8|@10)",
    not_then="past|to|after|till|time|person|party|one|pounder|of an hour|hour|call|day|week|month|job|"
    "payment|floor|opinion",
)
@_FRACTIONS.add(r"#(?P<n>\d) (?P<part>thirds|quarters|fourths|fifths|sixths|eighths|tenths)", not_then="of an hour")
def _part(match: re.Match[str], _now: datetime) -> Fraction | None:
    count = int(match.groupdict().get("n") or 1)
    return Fraction(count, _PARTS[match["part"]]) if 0 < count < _PARTS[match["part"]] else None


@_FRACTIONS.add(
    rf"{_N} percent",
    not_then="sure|certain|right|correct|agree|understand|honest|positive|behind|interest|apr|off|discount|"
    "of the time|fee|confident|true|yes|disabled",
)
def _percent(match: re.Match[str], _now: datetime) -> Fraction | None:
    value = Fraction(match["n"]) / 100
    return value if 0 < value <= 1 else None


@_FRACTIONS.add(
    r"all of (?:it|that|what i owe)|the (?:whole|full|entire|total) (?:thing|amount|balance|bill|sum|payment|"
    r"lot|debt)|full (?:amount|balance|payment)"
    r"|in full|whole thing|the whole lot|(?:everything|all) (?:that )?i owe|every (?:last )?(?:penny|cent)"
    r"|(?:pay|paying|send) (?:it all|it off|everything|the whole|the lot|the total|"
    r"all of)|pay it in full|entire (?:amount|balance)",
    not_after="can't pay|cannot pay|can't afford|not|don't have|can't do|afford|have",
)
def _whole(_match: re.Match[str], _now: datetime) -> Fraction:
    return Fraction(1)
