"""How rows of digits are split into groups that people can remember."""

from __future__ import annotations

import re
from decimal import Decimal


def cut(value: str) -> tuple[str, ...]:
    """Groups of ``value``: its own where it is written with separators, 3-3-4 for ten digits, else threes or fours."""
    written = tuple(part for part in re.split(r"[^0-9A-Za-z+]+", value) if part)
    if len(written) != 1 or not written[0].lstrip("+").isdecimal():
        return written
    plus, row = ("+", written[0][1:]) if written[0].startswith("+") else ("", written[0])
    if len(row) == 10:
        sizes = [3, 3, 4]
    elif len(row) == 11:
        sizes = [1, 3, 3, 4] if row[0] == "1" and plus else [3, 4, 4]
    elif len(row) <= 5:
        sizes = [len(row)]
    else:
        size = 4 if len(row) % 4 == 0 else 3
        sizes = [size] * (len(row) // size)
        rest = len(row) % size
        if rest == 1:
            sizes[-1] += 1
        elif rest:
            sizes.append(rest)
    parts = []
    for size in sizes:
        parts.append(row[:size])
        row = row[size:]
    parts[0] = plus + parts[0]
    return tuple(parts)


def cents(value: Decimal) -> tuple[int, int]:
    """Whole units and hundredths. Raises ValueError where the amount has none such exactly."""
    if not value.is_finite() or value < 0:
        raise ValueError(f"{value} is not an amount of money")
    hundredths = value * 100
    if hundredths != hundredths.to_integral_value():
        raise ValueError(f"{value} has more than two decimals")
    whole, rest = divmod(int(hundredths), 100)
    return whole, rest
