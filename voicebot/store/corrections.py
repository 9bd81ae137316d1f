"""What a row of an import means for the leads already in a campaign: new, the same, a correction, or neither.

A lead is identified by its reference or, if a row has none, by its number. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from voicebot.store.records import LeadState, NewLead

_COMPARED: Final = ("phone", "name", "company", "amount", "currency", "due_date", "timezone", "reference")

Changes = Mapping[str, tuple[Any, Any]]
"""Field -> before and after."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A lead as the tables have it.

    Parameters
    ----------
    called
        It was called at least once, or may have been.
    barred
        Its number asked not to be called.
    fresh
        Another row of the same import was already about it.
    """

    id: int
    lead: NewLead
    state: LeadState
    why: str
    called: bool = False
    barred: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a line means.

    Parameters
    ----------
    stored
        The lead that it is about; ``None`` for a new one, or if that cannot be determined.
    changes
        How the row differs from it; empty if it does not.
    lead
        The stored lead with the changes.
    refused
        Why the changes are not made; empty if they are.
    """

    lead: NewLead
    stored: Stored | None = None
    changes: Changes = field(default_factory=dict)
    refused: str = ""


def judge(new: NewLead, stored: Sequence[Stored]) -> Verdict:
    """Compare a line with the leads of the campaign that have its reference or its number."""
    known, doubt = _find(new, stored)
    if doubt:
        return Verdict(new, refused=doubt)
    if known is None:
        return Verdict(new)
    changes = _changes(known.lead, new)
    more = {**known.lead.more, **new.more}
    corrected = replace(new, reference=new.reference or known.lead.reference, more=more)
    refused = _refusal(known, changes) if changes else ""
    return Verdict(corrected, known, changes, refused)


def _find(new: NewLead, stored: Sequence[Stored]) -> tuple[Stored | None, str]:
    if new.reference:
        found = [one for one in stored if one.lead.reference == new.reference]
        if len(found) > 1:
            found = [one for one in found if one.lead.phone == new.phone]
            if not found:
                return None, f"several leads have the reference {new.reference}"
        if not found:
            found = [one for one in stored if one.lead.phone == new.phone and not one.lead.reference]
        return (found[0] if found else None), ""
    of_number = [one for one in stored if one.lead.phone == new.phone]
    found = [one for one in of_number if not one.lead.reference] or of_number
    if len(found) > 1:
        return None, "several leads have this number; only a reference can identify the one meant"
    return (found[0] if found else None), ""


def _changes(old: NewLead, new: NewLead) -> Changes:
    changes = {
        name: (getattr(old, name), getattr(new, name))
        for name in _COMPARED
        if getattr(old, name) != getattr(new, name) and (name != "reference" or new.reference)
    }
    more = {name: (old.more.get(name, ""), value) for name, value in new.more.items() if old.more.get(name) != value}
    return changes | more


def _refusal(known: Stored, changes: Changes) -> str:
    if known.fresh:
        return "contradicts an earlier row of this import"
    if {"phone", "name"} <= changes.keys():
        return (
            f"the reference {known.lead.reference} belongs to another person here: neither name nor number is the same"
        )
    if known.barred:
        return "its number asked not to be called"
    if known.state is LeadState.DIALLING:
        return "it is being called"
    if known.called:
        return "it has already been called"
    if known.state is LeadState.DONE:
        return f"it is done ({known.why})" if known.why else "it is done"
    return ""
