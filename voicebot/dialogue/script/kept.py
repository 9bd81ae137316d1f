"""What is computed from a script once and kept with it: each kind of thing has a typed place of its own.

A copy of a script starts empty, since it may say something else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Generic, TypeVar

from voicebot.dialogue.script.model import Script

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """A place beside every script for one kind of thing."""

    def of(self, script: Script) -> Value | None:
        """Return what is kept there; ``None``: nothing yet."""
        value: Value | None = script.kept.get(self)
        return value

    def keep(self, script: Script, value: Value) -> Value:
        """Put something there, and return it."""
        script.kept[self] = value
        return value


def once(make: Callable[[Script], Value]) -> Callable[[Script], Value]:
    """Make a function of a script compute its value once a script."""
    place: Kept[tuple[Value]] = Kept()

    @wraps(make)
    def kept(script: Script) -> Value:
        known = place.of(script)
        return known[0] if known is not None else place.keep(script, (make(script),))[0]

    return kept
