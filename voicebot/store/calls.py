"""Calls as people search for them: by person, time and outcome."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.store import rows
from voicebot.store.database import Database
from voicebot.store.records import Attempt
from voicebot.store.tables import AttemptRow, LeadRow, OutcomeRow
from voicebot.store.utterances import somebody_said


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which attempts are meant; ``None`` and empty mean all.

    Parameters
    ----------
    number
        E.164, or the last digits of it.
    since, until
        Database time: dialled (or else claimed) then or later, and before.
    said
        Words that either side said.
    """

    campaign: int | None = None
    lead: int | None = None
    number: str = ""
    reference: str = ""
    since: float | None = None
    until: float | None = None
    dispositions: Collection[str] = ()
    outcomes: Collection[str] = ()
    said: str = ""

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions on attempts joined with their leads and outcomes."""
        at = sa.func.coalesce(AttemptRow.dialled_at, AttemptRow.claimed_at)
        found: list[sa.ColumnElement[bool]] = []
        if self.campaign is not None:
            found.append(AttemptRow.campaign_id == self.campaign)
        if self.lead is not None:
            found.append(AttemptRow.lead_id == self.lead)
        if self.number:
            found.append(rows.number_is(AttemptRow.number, self.number))
        if self.reference:
            found.append(LeadRow.reference == self.reference)
        if self.since is not None:
            found.append(at >= self.since)
        if self.until is not None:
            found.append(at < self.until)
        if self.dispositions:
            found.append(AttemptRow.disposition.in_(self.dispositions))
        if self.outcomes:
            found.append(OutcomeRow.outcome.in_(self.outcomes))
        if self.said:
            found.append(somebody_said(self.said))
        return found


@dataclass(frozen=True, slots=True)
class FoundCall:
    """An attempt, and the time zone of its lead."""

    attempt: Attempt
    timezone: str


class Calls(Database):
    """Attempts looked for, newest first."""

    async def calls(self, which: CallFilter, *, limit: int | None = None) -> tuple[list[FoundCall], int]:
        """Return attempts, and how many there are in all.

        Parameters
        ----------
        limit
            How many are returned at most; ``None``: all.
        """
        wanted = rows.attempts().add_columns(LeadRow.timezone).where(*which.conditions())
        newest = wanted.order_by(AttemptRow.claimed_at.desc(), AttemptRow.slot.desc(), AttemptRow.id).limit(limit)

        async def work(connection: AsyncConnection) -> tuple[list[FoundCall], int]:
            found = [FoundCall(rows.to_attempt(row), row.timezone) for row in await connection.execute(newest)]
            if limit is None or len(found) < limit:
                return found, len(found)
            counted = sa.select(sa.func.count()).select_from(wanted.with_only_columns(AttemptRow.id).subquery())
            return found, (await connection.execute(counted)).scalar_one()

        return await self.read(work)

    async def results_there_are(self) -> tuple[set[str], set[str]]:
        """Return the dispositions and outcomes that occur in any attempt."""

        async def work(connection: AsyncConnection) -> tuple[set[str], set[str]]:
            async def of(column: Any) -> set[str]:
                return {one for one in (await connection.execute(sa.select(column).distinct())).scalars() if one}

            return await of(AttemptRow.disposition), await of(OutcomeRow.outcome)

        return await self.read(work)
