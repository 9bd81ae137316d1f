"""Amounts of money out of what was found in a line: by name ("fifty dollars"), or as bare numbers ("fifty")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from voicebot.languages.grammar.found import Match

ANY_TIME: Final = datetime(2001, 1, 1)
"""Amounts mean the same whenever they are said; rules are handed a time all the same."""
_LARGEST: Final = Decimal(10**9)

Said = tuple[Decimal, str]
"""An amount, and the unit as it was named; empty where none was."""


def amounts(
    named: list[Match[Said]],
    bare: Iterable[Match[Said]],
    days: Iterable[Match[date]],
    currencies: Mapping[str, str],
    currency: str,
) -> list[Match[Decimal]]:
    """Return the amounts of a currency, in order of place.

    Parameters
    ----------
    named, bare
        Amounts with and without a unit; a bare one counts where neither a named one nor a day was said.
    days
        Days that were said.
    currencies
        Unit -> codes of the currencies that have it, separated by spaces.
    currency
        ISO 4217 code of what is owed; empty: any.
    """
    taken = [(match.start, match.end) for match in named] + [(day.start, day.end) for day in days]
    apart = [match for match in bare if all(match.end <= start or match.start >= end for start, end in taken)]
    found = []
    for match in sorted([*named, *apart], key=lambda match: match.start):
        if match.value is None:
            continue
        value, unit = match.value
        accepted = currencies.get(unit, "").split()
        if currency and accepted and currency.upper() not in accepted:
            continue
        if 0 < value < _LARGEST:
            found.append(Match(match.start, match.end, _tidy(value)))
    return found


def _tidy(value: Decimal) -> Decimal:
    whole = value.to_integral_value()
    return whole if value == whole else value.quantize(Decimal("0.01"))
