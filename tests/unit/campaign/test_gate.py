"""Which breaker a fault belongs to: the trunk's for everybody, a node's own, or the one whose trial it was."""

from __future__ import annotations

import pytest

from voicebot.agi.phone import Origin
from voicebot.campaign.gate import CAMPAIGN_RULE, TRUNK_RULE, about, key_of_fault, rule_of, trunk_keys
from voicebot.store.records import HoldKey, HoldKind

COMMON, OWN = trunk_keys("carrier", "node-1")


@pytest.mark.parametrize(
    ("origin", "opened", "expected"),
    [
        (Origin.TRUNK, (), COMMON),
        (Origin.CARRIER, (), COMMON),
        (Origin.OURS, (), OWN),
        # while one is held, its trial fails however that looks
        (Origin.OURS, (COMMON,), COMMON),
        (Origin.TRUNK, (OWN,), OWN),
        (Origin.OURS, (COMMON, OWN), COMMON),
    ],
)
def test_whose_fault_it_is(origin: Origin, opened: tuple[HoldKey, ...], expected: HoldKey) -> None:
    assert key_of_fault(origin, "carrier", "node-1", opened) == expected


def test_only_the_carrier_may_mean_one_number_alone() -> None:
    assert [about(origin, 7) for origin in (Origin.OURS, Origin.TRUNK, Origin.CARRIER)] == ["", "", "7"]


def test_trunks_and_campaigns_have_rules_of_their_own() -> None:
    assert rule_of(COMMON) is rule_of(OWN) is TRUNK_RULE
    assert rule_of(HoldKey(HoldKind.CAMPAIGN, "november", "node-1")) is CAMPAIGN_RULE
    assert TRUNK_RULE.trial_seconds > 120, "longer than any phone may ring"
