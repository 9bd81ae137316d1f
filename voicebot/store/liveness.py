"""Which nodes have died: those whose counters stood still while being watched. Times are never compared.

A clock that is set forward makes every heartbeat look old at once, and one that is set back makes a dead node look
alive. So a node counts its heartbeats, and the watcher measures on its own monotonic clock for how long a counter
has not moved. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DEAD_AFTER_SECONDS: Final = 30.0
"""A node whose counter has been watched for this long without moving counts as dead."""
LONGEST_STEP_SECONDS: Final = 10.0
"""Between two observations no more than this counts as watched: the watcher may have been suspended or cut off."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of life.

    Parameters
    ----------
    process
        Which process of the node gave it, see ``nodes.this_process``.
    beats
        How many heartbeats were given under this name.
    """

    process: str
    beats: int


@dataclass(slots=True)
class _Watched:
    sign: Sign
    looked: float
    silent: float = 0.0


class Liveness:
    """What one watcher has seen of the nodes; all ``now`` are seconds of one clock that never goes back."""

    def __init__(self) -> None:
        self._nodes: dict[str, _Watched] = {}

    def look(self, now: float, signs: Mapping[str, Sign]) -> frozenset[str]:
        """Take in what all nodes show now.

        Returns
        -------
        frozenset of str
            Those that are dead; at the first observation none are.
        """
        self._nodes = {name: watched for name, watched in self._nodes.items() if name in signs}
        for name, sign in signs.items():
            watched = self._nodes.get(name)
            if watched is None or watched.sign != sign:
                self._nodes[name] = _Watched(sign, now)
                continue
            watched.silent += min(max(0.0, now - watched.looked), LONGEST_STEP_SECONDS)
            watched.looked = now
        return frozenset(name for name, watched in self._nodes.items() if watched.silent >= DEAD_AFTER_SECONDS)

    def is_dead(self, name: str, sign: Sign) -> bool:
        """Whether ``sign`` is what was watched of a node until it counted as dead."""
        watched = self._nodes.get(name)
        return watched is not None and watched.sign == sign and watched.silent >= DEAD_AFTER_SECONDS
