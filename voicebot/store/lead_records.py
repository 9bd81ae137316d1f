"""Leads as people see and change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.store.records import LeadState, NewLead


@dataclass(frozen=True, slots=True)
class Corrected:
    """A lead that is already in the campaign and was imported with other values.

    Parameters
    ----------
    place
        0-based, among the leads that were given.
    lead_id
        ``None`` if it cannot be determined which lead is meant.
    changes
        Field -> before and after.
    refused
        Why the lead was left unchanged; empty if it was corrected.
    """

    place: int
    lead_id: int | None
    changes: Mapping[str, tuple[Any, Any]]
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """The result of adding leads.

    Parameters
    ----------
    inserted
        How many are new in the campaign.
    duplicates, suppressed
        Places (0-based) of those left out: they are already in the campaign, or their number asked not to be
        called.
    corrected
        Those that are in the campaign with other values, corrected or not.
    """

    inserted: int
    duplicates: tuple[int, ...] = ()
    suppressed: tuple[int, ...] = ()
    corrected: tuple[Corrected, ...] = ()


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead as it is in the tables.

    Parameters
    ----------
    why
        What put it into its state, if that needs an explanation.
    next_at
        When it may be called next (database time), while it is ready.
    """

    id: int
    campaign: int
    campaign_name: str
    lead: NewLead
    state: LeadState
    why: str
    tries: int
    next_at: float


@dataclass(frozen=True, slots=True)
class LeadChange:
    """What a person did to a lead: when (database time), who, what and why.

    Parameters
    ----------
    action
        ``corrected``, ``dropped``, ``requeued`` or ``reviewed``.
    changes
        Field -> before and after, of a correction.
    """

    at: float
    by: str
    action: str
    why: str
    changes: Mapping[str, Any]
