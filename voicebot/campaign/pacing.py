"""How many calls may start now. Pure; asked each time the dialer looks for work.

The trunk's own limits over all nodes (calls at a time, calls a second) are kept in the claim's transaction, see
``voicebot.store.slots``; here is what one node can take on. What is held is ``gate``'s.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NodeLoad:
    """The state of a node.

    Parameters
    ----------
    connected
        There is a connection to Asterisk.
    stopping
        The node finishes its calls and claims no more.
    under_way
        Attempts that it holds, from claim to finish.
    most
        How many it may hold; ``None``: as many as its trunks allow.
    unwritten
        Results that could not be written yet. While there are any, nobody new is called.
    """

    connected: bool
    stopping: bool
    under_way: int
    most: int | None = None
    unwritten: int = 0


def calls_to_claim(load: NodeLoad, *, trunk_under_way: int, trunk_max_calls: int) -> int:
    """Return how many calls the node may claim on a trunk now.

    Parameters
    ----------
    trunk_under_way, trunk_max_calls
        Attempts of this node on the trunk, and the trunk's limit.
    """
    if load.stopping or not load.connected or load.unwritten:
        return 0
    room = trunk_max_calls - trunk_under_way
    if load.most is not None:
        room = min(room, load.most - load.under_way)
    return max(0, room)
