"""Attempts: claim, authorise, release, finish. Nobody is dialled twice, whatever dies between any two of them.

An attempt is committed before anything is dialled, and two partial unique indexes allow one open attempt per lead
and per number::

    claim ──► claimed ──authorise──► dialling ──finish──► done
                 │                       │  ▲
              release                 (node dies)
                 ▼                       ▼  │
              released                  lost ──finish──► done

Only ``authorise`` allows to dial, once, and only while the campaign runs and the slot has not passed. From
``dialling`` and ``lost`` no way leads back to a ready lead except through a ``finish`` that knows what happened.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.logs import get_logger
from voicebot.store import rows
from voicebot.store.campaigns import OPEN, READY
from voicebot.store.database import Database
from voicebot.store.engine import to_text
from voicebot.store.records import (
    Attempt,
    AttemptState,
    CampaignState,
    Fate,
    LeadState,
    Result,
    Ticket,
)
from voicebot.store.slots import TOLERANCE, earliest_start, gap_between, plan_slots
from voicebot.store.tables import (
    AttemptRow,
    CallJournalRow,
    CampaignRow,
    LeadRow,
    OutcomeRow,
    SuppressionRow,
    TrunkRow,
)
from voicebot.store.utterances import insert_utterances, somebody_said

CAMPAIGNS_AT_ONCE: Final = 8
"""Campaigns that one claim looks into at most; the others have their turn in the next claim."""
NOT_SENT_DELAY: Final = 30.0
"""Seconds before a lead is tried again when Asterisk did not take the order and nobody said otherwise."""
STOP_OUTCOME: Final = "do_not_call"
"""The outcome that bars a number in every campaign."""

_log = get_logger(module="store")


class Attempts(Database):
    """The attempts and what came of them."""

    async def claim(
        self,
        node: str,
        trunk: str,
        *,
        max_calls: int,
        calls_per_second: float,
        at_most: int,
        without: Collection[int] = (),
    ) -> list[Ticket]:
        """Take leads of running campaigns that may be called soon.

        Parameters
        ----------
        node
            Who takes them.
        trunk
            Its campaigns are looked into, the least recently served first.
        max_calls, calls_per_second
            Limits of the trunk over all nodes.
        at_most
            How many calls the node can take on.
        without
            Campaigns that are not to be served now.

        Returns
        -------
        list of Ticket
            Each with its start slot; empty when nothing may be called now.
        """

        async def work(connection: AsyncConnection, _run: int) -> list[Ticket]:
            row = await self._lock_trunk(connection, trunk)
            slots = plan_slots(
                row.now,
                row.next_slot,
                open_calls=row.open_calls,
                max_calls=max_calls,
                calls_per_second=calls_per_second,
                at_most=at_most,
            )
            if not slots.starts:
                return []
            decision = {
                "open_calls": row.open_calls,
                "max_calls": max_calls,
                "calls_per_second": calls_per_second,
            }
            tickets: list[Ticket] = []
            for campaign in await self._campaigns_due(connection, trunk, row.now, without):
                free = slots.starts[len(tickets) :]
                if not free:
                    break
                tickets += await self._claim_from(
                    connection, campaign, node=node, free=free, now=row.now, decision=decision
                )
            if tickets:
                await connection.execute(
                    sa.update(TrunkRow).where(TrunkRow.name == trunk).values(next_slot=slots.next_slot(len(tickets)))
                )
                if slots.clock_set_back:
                    _log.warning(
                        "the database's clock was set back; the trunk goes on without waiting for its next slot",
                        trunk=trunk,
                        slot_ahead_seconds=round(slots.clock_set_back),
                    )
            return tickets

        return await self.write(work)

    async def _lock_trunk(self, connection: AsyncConnection, trunk: str) -> sa.Row[Any]:
        """Lock the trunk's row, made where it is missing, and count its open attempts."""
        lock = sa.select(TrunkRow.next_slot, self.now.label("now")).where(TrunkRow.name == trunk).with_for_update()
        if (await connection.execute(lock)).one_or_none() is None:
            await connection.execute(self.insert(TrunkRow).values(name=trunk).on_conflict_do_nothing())
            await connection.execute(lock)
        # A statement of its own: it has to see what the former holder of the lock has committed.
        open_calls = (
            sa.select(sa.func.count()).select_from(AttemptRow).where(AttemptRow.trunk == trunk, OPEN).scalar_subquery()
        )
        return (
            await connection.execute(
                sa.select(TrunkRow.next_slot, self.now.label("now"), open_calls.label("open_calls")).where(
                    TrunkRow.name == trunk
                )
            )
        ).one()

    async def _campaigns_due(
        self, connection: AsyncConnection, trunk: str, now: float, without: Collection[int]
    ) -> Sequence[sa.Row[Any]]:
        due = sa.exists().where(LeadRow.campaign_id == CampaignRow.id, READY, LeadRow.next_at <= now)
        statement = (
            rows.campaigns()
            .where(CampaignRow.trunk == trunk, CampaignRow.state == CampaignState.RUNNING, due)
            .order_by(CampaignRow.served_at, CampaignRow.id)
            .limit(CAMPAIGNS_AT_ONCE)
        )
        if without:
            statement = statement.where(CampaignRow.id.not_in(without))
        found: Sequence[sa.Row[Any]] = (await connection.execute(statement)).all()
        return found

    async def _claim_from(
        self,
        connection: AsyncConnection,
        campaign: sa.Row[Any],
        *,
        node: str,
        free: Sequence[float],
        now: float,
        decision: Mapping[str, Any],
    ) -> list[Ticket]:
        """Claim up to ``len(free)`` leads of one campaign.

        Calling rules (times of day, counts by person and number) belong here: in the transaction that commits the
        attempt, their inputs kept in ``decision``.
        """
        in_use = sa.exists().where(AttemptRow.number == LeadRow.number, OPEN)
        barred = sa.exists().where(SuppressionRow.number == LeadRow.number)
        found = await connection.execute(
            sa.select(LeadRow, barred.label("barred"))
            .where(LeadRow.campaign_id == campaign.id, READY, LeadRow.next_at <= now, ~in_use)
            .order_by(LeadRow.next_at, LeadRow.id)
            .limit(len(free))
            .with_for_update(of=LeadRow, skip_locked=True)
        )
        leads: dict[str, sa.RowMapping] = {}
        stopped: list[int] = []
        for lead in found.mappings():
            if lead["barred"]:
                stopped.append(lead["id"])
            else:
                leads.setdefault(lead["number"], lead)
        if stopped:
            await connection.execute(
                sa.update(LeadRow).where(LeadRow.id.in_(stopped)).values(state=LeadState.DONE, why=STOP_OUTCOME)
            )
        if not leads:
            return []
        new = [
            {
                "id": uuid.uuid4(),
                "campaign_id": campaign.id,
                "lead_id": lead["id"],
                "number": number,
                "trunk": campaign.trunk,
                "script_hash": campaign.script_hash,
                "node": node,
                "state": AttemptState.CLAIMED,
                "tries": lead["tries"] + 1,
                "slot": slot,
                "claimed_at": now,
                "decision": decision,
            }
            for slot, (number, lead) in zip(free, leads.items(), strict=False)
        ]
        # Another trunk may claim the same numbers now: the index lets one through. In the order of the numbers,
        # so that two such claims wait for each other in one direction only.
        taken = set(
            (
                await connection.execute(
                    self.insert(AttemptRow).on_conflict_do_nothing().returning(AttemptRow.id),
                    sorted(new, key=lambda columns: str(columns["number"])),
                )
            ).scalars()
        )
        new = [columns for columns in new if columns["id"] in taken]
        if not new:
            return []
        await connection.execute(
            sa.update(LeadRow)
            .where(LeadRow.id.in_([columns["lead_id"] for columns in new]))
            .values(state=LeadState.DIALLING, tries=LeadRow.tries + 1)
        )
        await connection.execute(sa.update(CampaignRow).where(CampaignRow.id == campaign.id).values(served_at=now))
        return [
            Ticket(
                attempt=columns["id"],
                campaign=campaign.id,
                campaign_name=campaign.name,
                lead_id=columns["lead_id"],
                lead=rows.to_lead(leads[columns["number"]]),
                trunk=campaign.trunk,
                script=campaign.script,
                script_hash=campaign.script_hash,
                slot=columns["slot"],
                tries=columns["tries"],
            )
            for columns in new
        ]

    async def postpone(self, attempt: UUID, *, calls_per_second: float, max_calls: int) -> float | None:
        """Give a claimed attempt a new slot, when its preparation took longer than its slot could wait.

        Parameters
        ----------
        attempt
            Claimed.
        calls_per_second, max_calls
            Limits of its trunk.

        Returns
        -------
        float or None
            The new slot; ``None`` when the attempt is no longer claimed.
        """

        async def work(connection: AsyncConnection, _run: int) -> float | None:
            trunk = (
                await connection.execute(
                    sa.select(AttemptRow.trunk).where(
                        AttemptRow.id == attempt, AttemptRow.state == AttemptState.CLAIMED
                    )
                )
            ).scalar_one_or_none()
            if trunk is None:
                return None
            row = await self._lock_trunk(connection, trunk)
            slot = earliest_start(row.now, row.next_slot, calls_per_second=calls_per_second, max_calls=max_calls)
            moved = await connection.execute(
                sa.update(AttemptRow)
                .where(AttemptRow.id == attempt, AttemptRow.state == AttemptState.CLAIMED)
                .values(slot=slot)
            )
            if moved.rowcount != 1:
                return None
            await connection.execute(
                sa.update(TrunkRow).where(TrunkRow.name == trunk).values(next_slot=slot + gap_between(calls_per_second))
            )
            return slot

        return await self.write(work)

    async def authorise(self, attempt: UUID) -> bool:
        """Allow to dial, right before the order is sent; nothing may be dialled without ``True`` from here.

        Returns
        -------
        bool
            ``False``: the attempt is no longer ours, its campaign does not run, its number was barred, or its
            slot passed more than ``slots.TOLERANCE`` seconds ago.
        """
        runs = sa.exists().where(CampaignRow.id == AttemptRow.campaign_id, CampaignRow.state == CampaignState.RUNNING)
        barred = sa.exists().where(SuppressionRow.number == AttemptRow.number)

        async def work(connection: AsyncConnection, run: int) -> bool:
            states = [AttemptState.CLAIMED]
            if run:  # the answer of an earlier commit may have been lost; nobody else authorises this attempt
                states.append(AttemptState.DIALLING)
            done = await connection.execute(
                sa.update(AttemptRow)
                .where(
                    AttemptRow.id == attempt,
                    AttemptRow.state.in_(states),
                    AttemptRow.slot + TOLERANCE >= self.now,
                    runs,
                    ~barred,
                )
                .values(state=AttemptState.DIALLING, dialled_at=self.now)
            )
            return done.rowcount == 1

        return await self.write(work)

    async def release(self, attempt: UUID, why: str, *, retry_in: float = 0.0, review: bool = False) -> bool:
        """Give a lead back that was certainly not dialled; the try does not count.

        Parameters
        ----------
        attempt
            Claimed, or authorised while nothing at all was sent to Asterisk.
        why
            For people.
        retry_in
            Seconds until the lead may be claimed again.
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
                    next_at=self.now + retry_in,
                    tries=LeadRow.tries - 1,
                )
            )
            return True

        return await self.write(work)

    async def finish(self, attempt: UUID, result: Result) -> bool:
        """Write what an attempt came to: outcome, journal, attempt and lead in one transaction.

        Returns
        -------
        bool
            Whether it was written; ``False`` when the attempt was finished before, and nothing was changed.
        """

        async def work(connection: AsyncConnection, _run: int) -> bool:
            closed = (
                await connection.execute(
                    sa.update(AttemptRow)
                    .where(AttemptRow.id == attempt, AttemptRow.state.in_([AttemptState.DIALLING, AttemptState.LOST]))
                    .values(
                        state=AttemptState.RELEASED if result.fate is Fate.NOT_SENT else AttemptState.DONE,
                        closed_at=self.now,
                        disposition=to_text(result.disposition),
                        cause=result.cause,
                        technical=result.technical,
                        explanation=to_text(result.explanation),
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
                        slots=dict(result.slots),
                        recorded_at=self.now,
                    )
                )
            await connection.execute(
                sa.update(LeadRow)
                .where(LeadRow.id == closed.lead_id, LeadRow.state == LeadState.DIALLING)
                .values(**self._next_of(result))
            )
            if result.outcome == STOP_OUTCOME:
                await self._bar(connection, closed.number, attempt)
            return True

        return await self.write(work)

    def _next_of(self, result: Result) -> dict[str, Any]:
        """What a lead becomes after a result."""
        if result.fate is Fate.UNKNOWN:
            return {"state": LeadState.REVIEW, "why": to_text(result.explanation)}
        if result.fate is Fate.NOT_SENT:
            wait = NOT_SENT_DELAY if result.retry_in is None else result.retry_in
            return {"state": LeadState.READY, "next_at": self.now + wait, "tries": LeadRow.tries - 1}
        if result.retry_in is not None:
            return {"state": LeadState.READY, "next_at": self.now + max(0.0, result.retry_in)}
        return {"state": LeadState.DONE}

    async def _bar(self, connection: AsyncConnection, number: str, attempt: UUID) -> None:
        """Bar a number in every campaign, at once."""
        await connection.execute(
            self.insert(SuppressionRow)
            .values(number=number, attempt_id=attempt, since=self.now)
            .on_conflict_do_nothing()
        )
        await connection.execute(
            sa.update(LeadRow)
            .where(LeadRow.number == number, LeadRow.state.in_([LeadState.READY, LeadState.REVIEW]))
            .values(state=LeadState.DONE, why=STOP_OUTCOME)
        )

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
