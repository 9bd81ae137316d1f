"""Tells when nothing will come of a rehearsal, so that nobody waits for calls which the node cannot prepare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from voicebot.store.records import Attempt, AttemptState, Campaign, CampaignState

ROUNDS: Final = 3
"""Failed rounds after which no better one is awaited; the node leaves a campaign alone ever longer after each."""
TOGETHER_SECONDS: Final = 2.0
"""Attempts given back within that time failed together; the node waits longer than that before the next round."""


def hopeless(attempts: Iterable[Attempt], campaigns: Iterable[Campaign]) -> str:
    """Say why nobody will be called.

    Parameters
    ----------
    attempts, campaigns
        All of the rehearsal.

    Returns
    -------
    str
        The node's own reason: of a campaign that it paused, or of the last attempt given back where nobody was ever
        asked in ``ROUNDS`` rounds. Empty while there is hope.
    """
    for campaign in campaigns:
        if campaign.state is CampaignState.PAUSED and campaign.why:
            return campaign.why
    attempts = list(attempts)
    if any(attempt.dialled_at is not None and attempt.state is not AttemptState.RELEASED for attempt in attempts):
        return ""
    rounds, begun, why = 0, float("-inf"), ""
    released = [one for one in attempts if one.state is AttemptState.RELEASED and one.explanation]
    for attempt in sorted(released, key=lambda one: one.closed_at or 0.0):
        closed = attempt.closed_at or 0.0
        if closed - begun > TOGETHER_SECONDS:
            rounds, begun = rounds + 1, closed
        why = attempt.explanation
    return why if rounds >= ROUNDS else ""
