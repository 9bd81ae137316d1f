"""Pacing: what may start."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.campaign.pacing import NodeLoad, calls_to_claim


@given(
    connected=st.booleans(),
    stopping=st.booleans(),
    under_way=st.integers(0, 200),
    most=st.none() | st.integers(1, 100),
    unwritten=st.integers(0, 2),
    trunk=st.integers(0, 200),
    limit=st.integers(1, 100),
)
def test_never_more_than_any_limit(
    *, connected: bool, stopping: bool, under_way: int, most: int | None, unwritten: int, trunk: int, limit: int
) -> None:
    load = NodeLoad(connected=connected, stopping=stopping, under_way=under_way, most=most, unwritten=unwritten)
    count = calls_to_claim(load, trunk_under_way=trunk, trunk_max_calls=limit)
    assert count >= 0
    if stopping or not connected or unwritten:
        assert count == 0
    elif count:
        assert trunk + count <= limit
        assert most is None or under_way + count <= most
    else:
        assert trunk >= limit or (most is not None and under_way >= most)
