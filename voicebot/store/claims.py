"""Claiming leads and authorising their calls: how many, whose turn it is, and never the same one twice."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.breaker import BreakerRule
from voicebot.logs import get_logger
from voicebot.store import rows
from voicebot.store.database import Database
from voicebot.store.holds import lock_trunk, read_holds, write_hold
from voicebot.store.records import (
    STOP_OUTCOME,
    AttemptState,
    CampaignState,
    Claimed,
    HoldKey,
    HoldKind,
    LeadHistory,
    LeadState,
    NextStep,
    Ticket,
)
from voicebot.store.rows import OPEN, READY
from voicebot.store.slots import TOLERANCE, earliest_start, gap_between, plan_slots
from voicebot.store.tables import AttemptRow, CampaignRow, HoldRow, LeadRow, SuppressionRow, TrunkRow

CAMPAIGNS_AT_ONCE: Final = 8
"""Most campaigns that one claim considers; the others have their turn in the next claim."""

_log = get_logger(module="store")


class Claims(Database):
    """From a ready lead to the authorisation to dial it."""

    async def claim(
        self,
        node: str,
        trunk: str,
        *,
        max_calls: int,
        calls_per_second: float,
        at_most: int,
        rule_of: Callable[[HoldKey], BreakerRule] | None = None,
        missed: Callable[[LeadHistory], NextStep] | None = None,
    ) -> Claimed:
        """Take leads of running campaigns that may be called soon.

        Parameters
        ----------
        node
            The node that takes them.
        trunk
            Its campaigns are considered, the least recently served first.
        max_calls, calls_per_second
            Limits of the trunk over all nodes.
        at_most
            How many calls the node can take on.
        rule_of
            The rules of the breakers of trunk and campaigns; ``None``: breakers are ignored.
        missed
            What becomes of a lead whose agreed time has passed; ``None``: it is called late.

        Returns
        -------
        Claimed
            Tickets, each with its start slot; none if nothing may be called now.
        """

        async def work(connection: AsyncConnection, _run: int) -> Claimed:
            row = await lock_trunk(self, connection, trunk)
            held = await read_holds(
                connection,
                sa.or_(
                    sa.and_(HoldRow.kind == HoldKind.TRUNK, HoldRow.name == trunk, HoldRow.node.in_(["", node])),
                    sa.and_(HoldRow.kind == HoldKind.CAMPAIGN, HoldRow.node == node),
                ),
            )
            allowed = {key: rule_of(key).allows(state, row.now) for key, state in held.items()} if rule_of else {}
            most = min(
                (n for key, n in allowed.items() if key.kind is HoldKind.TRUNK and n is not None), default=at_most
            )
            slots = plan_slots(
                row.now,
                row.next_slot,
                open_calls=row.open_calls,
                max_calls=max_calls,
                calls_per_second=calls_per_second,
                at_most=min(at_most, most),
            )
            if not slots.starts:
                return Claimed((), held)
            decision = {
                "open_calls": row.open_calls,
                "max_calls": max_calls,
                "calls_per_second": calls_per_second,
            }
            tickets: list[Ticket] = []
            trials = {key for key, n in allowed.items() if key.kind is HoldKind.TRUNK and n is not None}
            without = [key.name for key, n in allowed.items() if key.kind is HoldKind.CAMPAIGN and n == 0]
            for campaign in await self._campaigns_due(connection, trunk, row.now, without):
                key = HoldKey(HoldKind.CAMPAIGN, campaign.name, node)
                may = allowed.get(key)
                free = slots.starts[len(tickets) :][:may]
                if len(tickets) >= len(slots.starts):
                    break
                taken = await self._claim_from(
                    connection, campaign, node=node, free=free, now=row.now, decision=decision, missed=missed
                )
                tickets += taken
                if taken and may is not None:
                    trials.add(key)
            if tickets:
                if rule_of is not None:
                    for key in trials:
                        held[key] = rule_of(key).trial(held[key], row.now)
                        await write_hold(self, connection, key, held[key])
                await connection.execute(
                    sa.update(TrunkRow).where(TrunkRow.name == trunk).values(next_slot=slots.next_slot(len(tickets)))
                )
                if slots.clock_set_back:
                    _log.warning(
                        "the database's clock was set back; the trunk goes on without waiting for its next slot",
                        trunk=trunk,
                        slot_ahead_seconds=round(slots.clock_set_back),
                    )
            return Claimed(tuple(tickets), held)

        return await self.write(work)

    async def _campaigns_due(
        self, connection: AsyncConnection, trunk: str, now: float, without: Collection[str]
    ) -> Sequence[sa.Row[Any]]:
        due = sa.exists().where(LeadRow.campaign_id == CampaignRow.id, READY, LeadRow.next_at <= now)
        statement = (
            rows.campaigns()
            .where(CampaignRow.trunk == trunk, CampaignRow.state == CampaignState.RUNNING, due)
            .where(CampaignRow.name.not_in(without))
            .order_by(CampaignRow.served_at, CampaignRow.id)
            .limit(CAMPAIGNS_AT_ONCE)
        )
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
        missed: Callable[[LeadHistory], NextStep] | None,
    ) -> list[Ticket]:
        """Claim up to ``len(free)`` leads of one campaign.

        Calling rules (times of day, counts by person and number) belong here: in the transaction that commits the
        attempt, their inputs kept in ``decision``.
        """
        leads: dict[str, sa.RowMapping] = {}
        stopped: list[int] = []
        for agreed in (True, False):  # those who were promised a time come first
            room = len(free) - len(leads)
            for lead in await self._due(connection, campaign.id, now, room, agreed=agreed) if room else ():
                if lead["barred"]:
                    stopped.append(lead["id"])
                elif missed is not None and agreed and lead["agreed_until"] < now:
                    step = missed(rows.to_history(lead, campaign.retry, now))
                    await connection.execute(
                        sa.update(LeadRow).where(LeadRow.id == lead["id"]).values(**rows.from_step(step, now))
                    )
                else:
                    leads.setdefault(lead["number"], lead)
        if stopped:
            await connection.execute(
                sa.update(LeadRow).where(LeadRow.id.in_(stopped)).values(state=LeadState.DONE, why=STOP_OUTCOME)
            )
        # If none of its leads could be claimed, a campaign goes to the end of the line too, or it would starve others.
        await connection.execute(sa.update(CampaignRow).where(CampaignRow.id == campaign.id).values(served_at=now))
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

    async def _due(
        self, connection: AsyncConnection, campaign: int, now: float, most: int, *, agreed: bool
    ) -> Sequence[sa.RowMapping]:
        """Leads that may be called now, locked: those with an agreed time, or those without."""
        in_use = sa.exists().where(AttemptRow.number == LeadRow.number, OPEN)
        barred = sa.exists().where(SuppressionRow.number == LeadRow.number)
        kind = LeadRow.agreed_until.is_not(None) if agreed else LeadRow.agreed_until.is_(None)
        found = await connection.execute(
            sa.select(LeadRow, barred.label("barred"))
            .where(LeadRow.campaign_id == campaign, READY, LeadRow.next_at <= now, kind, ~in_use)
            .order_by(LeadRow.next_at, LeadRow.id)
            .limit(most)
            .with_for_update(of=LeadRow, skip_locked=True)
        )
        return found.mappings().all()

    async def postpone(self, attempt: UUID, *, calls_per_second: float, max_calls: int) -> float | None:
        """Give a claimed attempt a new slot, if its preparation took too long for its first one.

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
            row = await lock_trunk(self, connection, trunk)
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
        """Authorise dialling, right before the order is sent; nothing may be dialled without ``True`` from here.

        Returns
        -------
        bool
            ``False``: the attempt is no longer ours, its campaign is not running, its number was barred, or its
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
