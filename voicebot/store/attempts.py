"""Attempts: releasing and finishing them. Nobody is dialled twice, whatever crashes between any two steps.

An attempt is committed before anything is dialled, and two partial unique indexes allow one open attempt per lead
and per number::

    claim ──► claimed ──authorise──► dialling ──finish──► done
                 │                       │  ▲
              release                 (node dies)
                 ▼                       ▼  │
              released                  lost ──finish──► done

Only ``authorise`` permits dialling, once, and only while the campaign runs and the slot has not passed. From
``dialling`` and ``lost`` the only way back to a ready lead is a ``finish`` that knows what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from voicebot.store import rows
from voicebot.store.database import Database
from voicebot.store.engine import to_text
from voicebot.store.records import (
    Attempt,
    AttemptState,
    LeadHistory,
    LeadState,
    NextStep,
    Result,
)
from voicebot.store.rows import OPEN
from voicebot.store.suppression import write_bars
from voicebot.store.tables import (
    AttemptRow,
    CallJournalRow,
    CampaignRow,
    LeadRow,
    OutcomeRow,
    SuppressionRow,
)
from voicebot.store.utterances import insert_utterances, somebody_said


class Attempts(Database):
    """Giving attempts back, finishing them, and their results."""

    async def release(self, attempt: UUID, why: str, *, review: bool = False) -> bool:
        """Give back a lead that was certainly not dialled; the attempt does not count.

        Parameters
        ----------
        attempt
            Claimed, or authorised with nothing sent to Asterisk yet.
        why
            For people.
        review
            The lead waits for a person instead.

        Returns
        -------
        bool
            Whether it was open.
        """

        async def work(connection: AsyncConnection, _run: int) -> bool:
            lead = (
                await connection.execute(
                    sa.update(AttemptRow)
                    .where(
                        AttemptRow.id == attempt,
                        AttemptRow.state.in_([AttemptState.CLAIMED, AttemptState.DIALLING]),
                    )
                    .values(state=AttemptState.RELEASED, closed_at=self.now, explanation=to_text(why))
                    .returning(AttemptRow.lead_id)
                )
            ).scalar_one_or_none()
            if lead is None:
                return False
            await connection.execute(
                sa.update(LeadRow)
                .where(LeadRow.id == lead, LeadRow.state == LeadState.DIALLING)
                .values(
                    state=LeadState.REVIEW if review else LeadState.READY,
                    why=to_text(why) if review else "",
                    next_at=self.now,
                    tries=LeadRow.tries - 1,
                )
            )
            return True

        return await self.write(work)

    async def finish(self, attempt: UUID, result: Result, decide: Callable[[Result, LeadHistory], NextStep]) -> bool:
        """Write an attempt's result: outcome, journal, attempt and lead in one transaction.

        Parameters
        ----------
        decide
            What becomes of the lead; pure, because it may be called more than once.

        Returns
        -------
        bool
            Whether it was written; ``False`` if the attempt was already finished, and nothing was changed.
        """

        async def work(connection: AsyncConnection, _run: int) -> bool:
            found = (
                (
                    await connection.execute(
                        sa.select(
                            LeadRow,
                            CampaignRow.retry,
                            AttemptRow.tries.label("this_try"),
                            self.now.label("now"),
                        )
                        .join(AttemptRow, AttemptRow.lead_id == LeadRow.id)
                        .join(CampaignRow, CampaignRow.id == LeadRow.campaign_id)
                        .where(AttemptRow.id == attempt)
                    )
                )
                .mappings()
                .one_or_none()
            )
            if found is None:
                return False
            now: float = found["now"]
            earlier = await self._earlier(connection, found["id"], attempt, found["counted_from"])
            step = decide(result, rows.to_history(found, found["retry"], now, tries=found["this_try"], earlier=earlier))
            closed = (
                await connection.execute(
                    sa.update(AttemptRow)
                    .where(AttemptRow.id == attempt, AttemptRow.state.in_([AttemptState.DIALLING, AttemptState.LOST]))
                    .values(
                        state=AttemptState.DONE if step.counts else AttemptState.RELEASED,
                        closed_at=self.now,
                        disposition=to_text(result.disposition),
                        cause=result.cause,
                        technical=result.technical,
                        explanation=to_text(result.explanation),
                        origin=result.origin,
                        recording=to_text(result.recording),
                        started_at=result.started_at,
                        answered_at=result.answered_at,
                        ended_at=result.ended_at,
                        engines=dict(result.engines),
                    )
                    .returning(AttemptRow.campaign_id, AttemptRow.lead_id, AttemptRow.number)
                )
            ).one_or_none()
            if closed is None:
                return False
            if result.journal:
                await connection.execute(
                    sa.insert(CallJournalRow).values(attempt_id=attempt, entries=[*map(dict, result.journal)])
                )
            await insert_utterances(connection, attempt, result.utterances)
            if result.outcome:
                await connection.execute(
                    sa.insert(OutcomeRow).values(
                        attempt_id=attempt,
                        campaign_id=closed.campaign_id,
                        lead_id=closed.lead_id,
                        outcome=to_text(result.outcome),
                        counts_as=to_text(result.counts_as),
                        slots=dict(result.slots),
                        recorded_at=self.now,
                    )
                )
            await connection.execute(
                sa.update(LeadRow)
                .where(LeadRow.id == closed.lead_id, LeadRow.state == LeadState.DIALLING)
                .values(**rows.from_step(step, now), tries=LeadRow.tries if step.counts else LeadRow.tries - 1)
            )
            if step.bar:
                await write_bars(self, connection, [closed.number], attempt=attempt)
            return True

        return await self.write(work)

    async def _earlier(
        self, connection: AsyncConnection, lead: int, attempt: UUID, counted_from: float
    ) -> tuple[tuple[str, ...], ...]:
        """How a lead's earlier attempts that count ended, oldest first; see ``LeadHistory.earlier``."""
        found = await connection.execute(
            sa.select(AttemptRow.disposition, OutcomeRow.outcome, OutcomeRow.counts_as)
            .outerjoin(OutcomeRow, OutcomeRow.attempt_id == AttemptRow.id)
            .where(
                AttemptRow.lead_id == lead,
                AttemptRow.id != attempt,
                AttemptRow.state == AttemptState.DONE,
                AttemptRow.claimed_at >= counted_from,
            )
            .order_by(AttemptRow.claimed_at)
        )
        return tuple((row.outcome, row.counts_as) if row.outcome else (row.disposition,) for row in found)

    async def attempt(self, attempt: UUID) -> Attempt | None:
        """Return one attempt."""

        async def work(connection: AsyncConnection) -> Attempt | None:
            row = (await connection.execute(rows.attempts().where(AttemptRow.id == attempt))).one_or_none()
            return None if row is None else rows.to_attempt(row)

        return await self.read(work)

    async def attempts(
        self,
        campaign: int | None = None,
        *,
        outcome: str | None = None,
        states: Collection[AttemptState] | None = None,
        starting_with: str = "",
        said: str = "",
        limit: int | None = 100,
    ) -> list[Attempt]:
        """Return attempts, newest first.

        Parameters
        ----------
        campaign, outcome, states
            Only those; ``None``: all.
        starting_with
            First characters of the id, as people type them.
        said
            Words that either side said.
        limit
            How many; ``None``: all.
        """
        statement = rows.attempts().order_by(AttemptRow.claimed_at.desc(), AttemptRow.slot.desc(), AttemptRow.id)
        if campaign is not None:
            statement = statement.where(AttemptRow.campaign_id == campaign)
        if outcome is not None:
            statement = statement.where(OutcomeRow.outcome == outcome)
        if states is not None:
            statement = statement.where(AttemptRow.state.in_(states))
        if starting_with:
            low, high = _id_range(starting_with)
            statement = statement.where(AttemptRow.id.between(low, high))
        if said:
            statement = statement.where(somebody_said(said))
        if limit is not None:
            statement = statement.limit(limit)

        async def work(connection: AsyncConnection) -> list[Attempt]:
            return [rows.to_attempt(row) for row in await connection.execute(statement)]

        return await self.read(work)

    async def journal(self, attempt: UUID) -> list[Mapping[str, Any]]:
        """Return the journal of a finished attempt, empty where it has none."""

        async def work(connection: AsyncConnection) -> list[Mapping[str, Any]]:
            found = await connection.execute(
                sa.select(CallJournalRow.entries).where(CallJournalRow.attempt_id == attempt)
            )
            return found.scalar_one_or_none() or []

        return await self.read(work)

    async def leads_that_ended(
        self, campaign: int, *, dispositions: Collection[str] = (), outcomes: Collection[str] = ()
    ) -> list[int]:
        """Return the leads that are done, or in review after refusals, by how their last attempt ended.

        Leads for which it is unknown whether they were called are left out: those are decided one by one.

        Parameters
        ----------
        campaign
            Of which.
        dispositions, outcomes
            One of these (an outcome goes with the disposition ``answered``, and needs naming itself).
        """
        tried = aliased(AttemptRow)
        last = (
            sa.select(tried.id)
            .where(tried.lead_id == LeadRow.id, tried.disposition != "")
            .order_by(tried.claimed_at.desc(), tried.slot.desc())
            .limit(1)
            .correlate(LeadRow)
            .scalar_subquery()
        )
        outcome = sa.func.coalesce(OutcomeRow.outcome, "")
        statement = (
            sa.select(LeadRow.id)
            .join(AttemptRow, AttemptRow.id == last)
            .outerjoin(OutcomeRow, OutcomeRow.attempt_id == AttemptRow.id)
            .where(
                LeadRow.campaign_id == campaign,
                sa.or_(
                    LeadRow.state == LeadState.DONE,
                    sa.and_(LeadRow.state == LeadState.REVIEW, AttemptRow.state == AttemptState.RELEASED),
                ),
                sa.or_(sa.and_(AttemptRow.disposition.in_(dispositions), outcome == ""), outcome.in_(outcomes)),
                ~sa.exists().where(SuppressionRow.number == LeadRow.number),
            )
            .order_by(LeadRow.id)
        )

        async def work(connection: AsyncConnection) -> list[int]:
            return list((await connection.execute(statement)).scalars())

        return await self.read(work)

    async def open_count(self, trunks: Collection[str] | None = None) -> int:
        """How many attempts (on ``trunks``) are claimed, dialling or lost."""
        statement = sa.select(sa.func.count()).select_from(AttemptRow).where(OPEN)
        if trunks is not None:
            statement = statement.where(AttemptRow.trunk.in_(trunks))

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(statement)).scalar_one()

        return await self.read(work)


def _id_range(start: str) -> tuple[UUID, UUID]:
    """The least and greatest id that begin with ``start`` (hexadecimal digits; others match nothing)."""
    digits = start.replace("-", "").lower()
    if len(digits) > 32 or not set(digits) <= set("0123456789abcdef"):
        return UUID(int=1), UUID(int=0)
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
