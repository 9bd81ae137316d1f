"""Which breaker a result belongs to, and the rules of the breakers. Pure.

A trunk has one breaker for all nodes, and one for each node that dials through it: a carrier that refuses is the
same for everybody, a bot's leg that does not come up concerns one node. A campaign has one for each node: what cannot
be prepared here (a voice is away) may be prepared elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from voicebot.agi.phone import Origin
from voicebot.breaker import BreakerRule
from voicebot.store.records import HoldKey, HoldKind

TRUNK_RULE: Final = BreakerRule(limit=3, first_seconds=5.0, longest_seconds=300.0, trial_seconds=150.0)
"""A trial is over when the phone rings, or at the latest a while after the longest ring time."""
CAMPAIGN_RULE: Final = BreakerRule(limit=1, first_seconds=5.0, longest_seconds=300.0, trial_seconds=240.0)
"""A preparation that fails is about the campaign and never about one lead; one is enough."""


def rule_of(key: HoldKey) -> BreakerRule:
    """The rule of a breaker."""
    return TRUNK_RULE if key.kind is HoldKind.TRUNK else CAMPAIGN_RULE


def trunk_keys(trunk: str, node: str) -> tuple[HoldKey, HoldKey]:
    """The breakers of a trunk that concern a node: over all nodes, and its own."""
    return HoldKey(HoldKind.TRUNK, trunk), HoldKey(HoldKind.TRUNK, trunk, node)


def key_of_fault(origin: str, trunk: str, node: str, opened: Collection[HoldKey]) -> HoldKey:
    """The breaker that a fault counts against.

    Parameters
    ----------
    origin
        Who the fault comes from.
    opened
        Breakers that are open now: what fails while one is open is its trial, however it looks this time.
    """
    common, own = trunk_keys(trunk, node)
    for key in (common, own):
        if key in opened:
            return key
    return common if origin in {Origin.TRUNK, Origin.CARRIER} else own


def about(origin: str, lead: int) -> str:
    """The number that a fault may be about: a carrier may refuse one number, but not all of them by chance."""
    return str(lead) if origin == Origin.CARRIER else ""
