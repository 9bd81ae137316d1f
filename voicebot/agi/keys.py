"""The callee's keys, which reach us by two routes. Pure.

AudioSocket carries keys since Asterisk 20.14, 21.9 and 22.4 (asterisk/asterisk pull request 1138); before that only AMI
reports them, to users that may read ``dtmf``. Where both do, each key comes twice, in the same order by either route,
but not at the same time. So the k-th key of a route is new exactly when no route has brought k keys before.
"""

from __future__ import annotations

import enum
from typing import Final

KEYS: Final = frozenset("0123456789*#ABCD")


class Way(enum.Enum):
    """How a key reached us."""

    AUDIOSOCKET = enum.auto()
    AMI = enum.auto()


class Keys:
    """Tells new keys from those that were told before."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(Way, 0)

    def pressed(self, way: Way, digit: str) -> bool:
        """Take in one key; ``True`` when it is to be told."""
        if digit not in KEYS:
            return False
        told = max(self._counts.values())
        self._counts[way] += 1
        return self._counts[way] > told
