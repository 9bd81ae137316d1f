"""Answered calls, for counting and replay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.store import rows
from voicebot.store.database import Database
from voicebot.store.records import LeadState, RecordedCall
from voicebot.store.tables import AttemptRow, CallJournalRow, CampaignRow, LeadRow, OutcomeRow

CALLS_AT_ONCE: Final = 200
"""Calls per reading transaction: a journal is about 20 KB."""
FORGOTTEN_AT_ONCE: Final = 500
"""Recordings per writing transaction."""


class Recorded(Database):
    """Answered calls with their journals."""

    async def recorded_calls(
        self, *, campaign: int | None = None, versions: Collection[str] | None = None
    ) -> AsyncIterator[RecordedCall]:
        """Yield answered calls, oldest first.

        Parameters
        ----------
        campaign, versions
            Only those of one campaign, or made with these versions (hashes) of a script; ``None``: all.
        """
        last: tuple[float, UUID] | None = None
        while part := await self._some(campaign, versions, last):
            for at, call in part:
                yield call
                last = (at, call.attempt)

    async def calls_by_version(self, campaign: int | None = None) -> Mapping[str, int]:
        """Count answered calls by the version of the script that they used."""
        statement = (
            sa.select(AttemptRow.script_hash, sa.func.count())
            .join(CallJournalRow, CallJournalRow.attempt_id == AttemptRow.id)
            .where(AttemptRow.answered_at.is_not(None))
            .group_by(AttemptRow.script_hash)
        )
        if campaign is not None:
            statement = statement.where(AttemptRow.campaign_id == campaign)

        async def work(connection: AsyncConnection) -> dict[str, int]:
            return {version: count for version, count in await connection.execute(statement)}  # noqa: C416 - typed rows

        return await self.read(work)

    async def attempts_needed(self) -> set[UUID]:
        """Return the attempts in progress, and those of leads in review."""
        statement = (
            sa.select(AttemptRow.id)
            .join(LeadRow, LeadRow.id == AttemptRow.lead_id)
            .where(sa.or_(AttemptRow.closed_at.is_(None), LeadRow.state == LeadState.REVIEW))
        )

        async def work(connection: AsyncConnection) -> set[UUID]:
            return set((await connection.execute(statement)).scalars())

        return await self.read(work)

    async def forget_recordings(self, attempts: Sequence[UUID]) -> None:
        """Note that the recordings of attempts were deleted."""
        for start in range(0, len(attempts), FORGOTTEN_AT_ONCE):
            some = attempts[start : start + FORGOTTEN_AT_ONCE]

            async def work(connection: AsyncConnection, _run: int, some: Sequence[UUID] = some) -> None:
                await connection.execute(sa.update(AttemptRow).where(AttemptRow.id.in_(some)).values(recording=""))

            await self.write(work)

    async def _some(
        self, campaign: int | None, versions: Collection[str] | None, last: tuple[float, UUID] | None
    ) -> list[tuple[float, RecordedCall]]:
        statement: sa.Select[Any] = (
            sa.select(
                LeadRow,
                AttemptRow.id.label("attempt"),
                AttemptRow.claimed_at,
                AttemptRow.script_hash,
                CampaignRow.name.label("campaign_name"),
                OutcomeRow.outcome,
                OutcomeRow.slots,
                CallJournalRow.entries,
            )
            .join(AttemptRow, AttemptRow.lead_id == LeadRow.id)
            .join(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
            .join(CallJournalRow, CallJournalRow.attempt_id == AttemptRow.id)
            .outerjoin(OutcomeRow, OutcomeRow.attempt_id == AttemptRow.id)
            .where(AttemptRow.answered_at.is_not(None))
            .order_by(AttemptRow.claimed_at, AttemptRow.id)
            .limit(CALLS_AT_ONCE)
        )
        if campaign is not None:
            statement = statement.where(AttemptRow.campaign_id == campaign)
        if versions is not None:
            statement = statement.where(AttemptRow.script_hash.in_(versions))
        if last is not None:
            at, attempt = last
            later = sa.and_(AttemptRow.claimed_at == at, AttemptRow.id > attempt)
            statement = statement.where(sa.or_(AttemptRow.claimed_at > at, later))

        async def work(connection: AsyncConnection) -> list[tuple[float, RecordedCall]]:
            found = (await connection.execute(statement)).mappings()
            return [(row["claimed_at"], _call(row)) for row in found]

        return await self.read(work)


def _call(row: sa.RowMapping) -> RecordedCall:
    return RecordedCall(
        attempt=row["attempt"],
        campaign_name=row["campaign_name"],
        script_hash=row["script_hash"],
        lead=rows.to_lead(row),
        outcome=row["outcome"] or "",
        slots=row["slots"] or {},
        journal=row["entries"] or [],
    )
