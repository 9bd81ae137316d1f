"""Comparisons that an answer's ``if`` may make: ``amount < amount_due``, ``reason is illness``, ``tries >= 3``. Pure.

A comparison is a named condition that either holds or does not, so that a cell of the table stays (step, intent,
condition) and whoever enumerates cells enumerates two states for it. What is compared is looked up by whoever asks.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

Operator = Literal["<", "<=", ">", ">=", "is", "is not"]
_ORDERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NAMES: Final = {"<": "below", "<=": "at_most", ">": "above", ">=": "at_least", "is": "is", "is not": "is_not"}
_FORM: Final = re.compile(r"^\s*([a-z][a-z0-9_]*)\s*(<=|>=|<|>|\bis\s+not\b|\bis\b)\s*(\S.*?)\s*$")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison.

    Parameters
    ----------
    left
        What is compared: a slot, a value of the lead, or ``tries``.
    operator
        How. An order is that of numbers, amounts and days; ``is`` compares words.
    right
        A number, another such name, or (with ``is``) a choice, ``yes``, ``no`` or plain words.
    """

    left: str
    operator: Operator
    right: str

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.right}"

    @property
    def orders(self) -> bool:
        """Whether it compares by size, not for equality."""
        return self.operator in _ORDERS

    @property
    def number(self) -> Decimal | None:
        """The right side where it is a number."""
        return number(self.right)

    @property
    def identifier(self) -> str:
        """The comparison as one word, for formats that only know words: ``amount_below_amount_due``."""
        return f"{self.left}_{_NAMES[self.operator]}_" + re.sub(r"\W", "_", self.right.lower())

    def holds(self, value: Callable[[str], object]) -> bool:
        """Return whether it holds; one with an unknown value never does, ``is not`` included.

        Parameters
        ----------
        value
            Gives the value of a name, or ``None``.
        """
        left = value(self.left)
        if left is None:
            return False
        if not self.orders:
            return (_word(left) == self.right.strip().casefold()) == (self.operator == "is")
        right = self.number if self.number is not None else value(self.right)
        if right is None:
            return False
        try:
            return _ORDERS[self.operator](_ordered(left), _ordered(right))
        except TypeError:  # a day compared with an amount; the checks reject such scripts
            return False


def parse(text: str) -> Comparison | None:
    """Read a comparison; ``None`` if the text is not one."""
    found = _FORM.match(text)
    if not found:
        return None
    how: Any = " ".join(found[2].split())
    return Comparison(found[1], how, found[3])


def number(text: str) -> Decimal | None:
    """Read a plain number."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip().casefold()


def _ordered(value: object) -> object:
    return value.date() if isinstance(value, datetime) else value


Kind = Literal["number", "amount", "day", "choice", "yes_no", "text"]
"""What can be compared with what: an order needs two of the first three, ``is`` one of the last three."""
ORDERED: Final = frozenset({"number", "amount", "day"})
