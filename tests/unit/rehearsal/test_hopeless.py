"""When a rehearsal gives up: a paused campaign, or three rounds in which no call could be prepared."""

from __future__ import annotations

from uuid import UUID

from voicebot.rehearsal.hopeless import hopeless
from voicebot.store.records import Attempt, AttemptState, Campaign, CampaignState

WHY = "internal error: No module named 'numbers_of_old'"


def campaign(state: CampaignState = CampaignState.RUNNING, why: str = "") -> Campaign:
    return Campaign(1, "rehearsal of reminder", state, "carrier", "reminder", "0" * 64, "en-US", 0.0, why)


def attempt(
    closed_at: float | None,
    state: AttemptState = AttemptState.RELEASED,
    *,
    dialled_at: float | None = None,
    why: str = WHY,
) -> Attempt:
    return Attempt(
        UUID(int=1), 1, "rehearsal of reminder", 1, "+12025550100", "Maria", "", "carrier", "rehearsal", state, 1,
        slot=0.0, claimed_at=0.0, dialled_at=dialled_at, closed_at=closed_at, explanation=why,
    )  # fmt: skip


def test_three_rounds_without_a_call() -> None:
    assert hopeless([attempt(1.0), attempt(6.0), attempt(16.0)], [campaign()]) == WHY


def test_the_last_reason_is_told_whatever_the_order() -> None:
    attempts = [attempt(16.0), attempt(1.0, why="the recogniser still loads"), attempt(6.0)]
    assert hopeless(attempts, [campaign()]) == WHY


def test_what_fails_together_counts_once() -> None:
    attempts = [attempt(seconds) for seconds in (1.0, 1.1, 1.2, 2.5, 6.0, 6.3)]
    assert not hopeless(attempts, [campaign()])
    assert hopeless([*attempts, attempt(16.0)], [campaign()]) == WHY


def test_once_somebody_was_dialled_there_is_hope() -> None:
    failed = [attempt(1.0), attempt(6.0), attempt(16.0)]
    assert not hopeless([*failed, attempt(None, AttemptState.DIALLING, dialled_at=20.0, why="")], [campaign()])
    assert not hopeless([*failed, attempt(30.0, AttemptState.DONE, dialled_at=20.0)], [campaign()])


def test_what_is_still_being_prepared_has_not_failed() -> None:
    waiting = [attempt(None, AttemptState.CLAIMED, why="") for _ in range(4)]
    assert not hopeless(waiting, [campaign()])
    assert not hopeless([*waiting, attempt(1.0), attempt(6.0)], [campaign()])


def test_a_campaign_that_the_node_paused_is_told_at_once() -> None:
    paused = campaign(CampaignState.PAUSED, "script 0000 is not stored")
    assert hopeless([], [campaign(), paused]) == "script 0000 is not stored"
    assert not hopeless([], [campaign(CampaignState.PAUSED), campaign(CampaignState.DONE)])


def test_a_trunk_that_refuses_every_call_is_no_hope() -> None:
    refused = [attempt(seconds, dialled_at=seconds - 0.5) for seconds in (1.0, 6.0, 16.0)]
    assert hopeless(refused, [campaign()]) == WHY
