"""What a journal that ended without an outcome still says: after a crash, a fault, a second SIGTERM. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from voicebot.agi.phone import Disposition
from voicebot.journal import events
from voicebot.journal.reader import first, last, read_entries, wall_of
from voicebot.journal.transcript import utterances
from voicebot.store.records import Result


def recovered(lines: Iterable[Mapping[str, Any]], explanation: str = "") -> Result | None:
    """Return what a call had come to when its journal ended; ``None`` when nobody is known to have answered.

    An outcome that was agreed before the end counts: the last turn's ``outcome_so_far``.

    Parameters
    ----------
    lines
        The journal as it is stored.
    explanation
        Why it ended; by default that the node was lost.
    """
    lines = tuple(lines)
    entries = read_entries(lines)
    answered = first(entries, events.Answered)
    if answered is None:
        return None
    wall = wall_of(entries)
    turn = last(entries, events.Turn)
    done = last(entries, events.OutcomeReached)
    call = first(entries, events.CallPlanned)
    hung_up = last(entries, events.HungUp)
    so_far = turn[1] if turn else events.Turn()
    return Result(
        disposition=Disposition.ANSWERED.value,
        outcome=done[1].outcome if done else so_far.outcome_so_far,
        counts_as=done[1].counts_as if done else so_far.counts_as,
        slots=done[1].slots if done else so_far.slots,
        journal=lines,
        recording=recorded(entries),
        cause=hung_up[1].cause if hung_up else 0,
        technical=hung_up[1].technical if hung_up else 0,
        explanation=explanation or "the node was lost during the call; what had been agreed is kept",
        started_at=wall,
        answered_at=None if wall is None else wall + answered[0],
        ended_at=None if wall is None else wall + (hung_up[0] if hung_up else entries[-1].at),
        engines=call[1].engines if call else {},
        utterances=utterances(entries),
    )


def recorded(entries: Iterable[events.Entry]) -> str:
    """Return the path of a call's recording as its journal tells it last; empty where there is none."""
    path = ""
    for entry in entries:
        match entry.event:
            case events.RecordingStarted() | events.RecordingKept():
                path = entry.event.path
            case events.NotRecorded():
                path = ""
    return path
