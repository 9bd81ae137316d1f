"""How grave it is to act on words that were not meant: the scale, from nothing to never being called again."""

from __future__ import annotations

from typing import Final, Literal, get_args

Consequence = Literal["none", "asks", "ends", "bars"]
"""What acting on a meaning does: nothing that lasts; another question is asked; the call ends, the debt is told, or
something is recorded; the number or the person is not called again."""

SCALE: Final[tuple[Consequence, ...]] = get_args(Consequence)
"""All of them, the least grave first."""


def gravest(*consequences: Consequence) -> Consequence:
    """Return the gravest of some consequences; ``none`` where there are none."""
    return max(consequences, key=SCALE.index, default="none")
