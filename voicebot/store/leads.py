"""Leads: imported, corrected, looked at, dropped and put back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.errors import ConfigurationError
from voicebot.store import rows
from voicebot.store.corrections import Stored, Verdict, judge
from voicebot.store.database import Database
from voicebot.store.engine import to_text
from voicebot.store.lead_records import Added, Corrected, Lead, LeadChange
from voicebot.store.records import AttemptState, LeadState, NewLead
from voicebot.store.tables import AttemptRow, CampaignRow, LeadChangeRow, LeadRow, SuppressionRow

LEADS_AT_ONCE: Final = 1000
"""Leads per transaction of an import, so that a claim never waits long for one."""

_BARRED: Final = sa.exists().where(SuppressionRow.number == LeadRow.number)
_CALLED: Final = sa.exists().where(
    AttemptRow.lead_id == LeadRow.id, AttemptRow.dialled_at.is_not(None), AttemptRow.state != AttemptState.RELEASED
)


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """Which leads are meant; ``None`` and empty mean all.

    Parameters
    ----------
    ids
        Their numbers in the tables.
    number
        E.164, or the last digits of it.
    """

    ids: Collection[int] | None = None
    campaign: int | None = None
    number: str = ""
    reference: str = ""
    states: Collection[LeadState] | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions on ``LeadRow``."""
        found: list[sa.ColumnElement[bool]] = []
        if self.ids is not None:
            found.append(LeadRow.id.in_(self.ids))
        if self.campaign is not None:
            found.append(LeadRow.campaign_id == self.campaign)
        if self.number:
            found.append(rows.number_is(LeadRow.number, self.number))
        if self.reference:
            found.append(LeadRow.reference == self.reference)
        if self.states is not None:
            found.append(LeadRow.state.in_(self.states))
        return found


class Leads(Database):
    """The leads of campaigns. Every change that a person makes is kept with its time and its author."""

    async def add_leads(self, campaign: int, leads: Sequence[NewLead], *, by: str = "", dry_run: bool = False) -> Added:
        """Add leads, ready to be called, and correct existing ones that were never called.

        ``store.corrections`` says how an existing lead is identified.

        Parameters
        ----------
        by
            Who does it; kept with each correction.
        dry_run
            Only report what would be done.

        Raises
        ------
        ConfigurationError
            There is no such campaign.
        """
        inserted = 0
        duplicates: list[int] = []
        suppressed: list[int] = []
        corrected: list[Corrected] = []
        for start in range(0, len(leads), LEADS_AT_ONCE):
            added = await self._add_part(campaign, leads[start : start + LEADS_AT_ONCE], start, by, dry_run=dry_run)
            inserted += added.inserted
            duplicates += added.duplicates
            suppressed += added.suppressed
            corrected += added.corrected
        return Added(inserted, tuple(duplicates), tuple(suppressed), tuple(corrected))

    async def _add_part(self, campaign: int, leads: Sequence[NewLead], start: int, by: str, *, dry_run: bool) -> Added:
        columns = [rows.from_lead(campaign, lead) for lead in leads]

        async def work(connection: AsyncConnection, _run: int) -> Added:
            # The locked row keeps a second import of the same campaign out until this part is in.
            locked = sa.select(self.now).where(CampaignRow.id == campaign).with_for_update()
            now = (await connection.execute(locked)).scalar_one_or_none()
            if now is None:
                raise ConfigurationError(f"there is no campaign {campaign}")
            barred = await self._barred(connection, [column["number"] for column in columns])
            there = _Known(await self._stored(connection, campaign, leads))
            new: list[dict[str, Any]] = []
            duplicates: list[int] = []
            suppressed: list[int] = []
            corrected: list[Corrected] = []
            for place, (lead, column) in enumerate(zip(leads, columns, strict=True), start):
                verdict = judge(lead, there.like(lead))
                if verdict.stored is not None and not verdict.changes:
                    duplicates.append(place)
                elif verdict.refused:
                    corrected.append(_told(place, verdict))
                elif column["number"] in barred:
                    suppressed.append(place)
                elif verdict.stored is None:
                    there.put(Stored(-1 - place, lead, LeadState.READY, "", fresh=True))
                    new.append(column | {"state": LeadState.READY, "next_at": now})
                elif dry_run or await self._correct(connection, campaign, verdict, by):
                    there.put(replace(verdict.stored, lead=verdict.lead, fresh=True))
                    corrected.append(_told(place, verdict))
                else:
                    corrected.append(_told(place, verdict, "it is being called"))
            if new and not dry_run:
                await connection.execute(sa.insert(LeadRow), new)
            return Added(len(new), tuple(duplicates), tuple(suppressed), tuple(corrected))

        return await self.write(work)

    async def _barred(self, connection: AsyncConnection, numbers: Collection[str]) -> set[str]:
        found = await connection.execute(sa.select(SuppressionRow.number).where(SuppressionRow.number.in_(numbers)))
        return set(found.scalars())

    async def _stored(self, connection: AsyncConnection, campaign: int, leads: Sequence[NewLead]) -> list[Stored]:
        references = {lead.reference for lead in leads if lead.reference}
        found = await connection.execute(
            sa.select(LeadRow, _BARRED.label("barred"), _CALLED.label("called")).where(
                LeadRow.campaign_id == campaign,
                sa.or_(LeadRow.number.in_({lead.phone for lead in leads}), LeadRow.reference.in_(references)),
            )
        )
        return [
            Stored(row["id"], rows.to_lead(row), row["state"], row["why"], row["called"], row["barred"])
            for row in found.mappings()
        ]

    async def _correct(self, connection: AsyncConnection, campaign: int, verdict: Verdict, by: str) -> bool:
        """Write a correction; ``False`` when the lead was claimed in the meantime."""
        assert verdict.stored is not None  # noqa: S101 - only known leads are corrected
        columns = rows.from_lead(campaign, verdict.lead)
        columns.pop("rehearsal_day")
        done = await connection.execute(
            sa.update(LeadRow)
            .where(LeadRow.id == verdict.stored.id, LeadRow.state.in_([LeadState.READY, LeadState.REVIEW]))
            .values(**columns, state=LeadState.READY, why="")
        )
        if done.rowcount != 1:
            return False
        changes = {name: [str(before), str(after)] for name, (before, after) in verdict.changes.items()}
        await self._keep(connection, [verdict.stored.id], "corrected", by, changes=changes)
        return True

    async def _keep(
        self,
        connection: AsyncConnection,
        leads: Collection[int],
        action: str,
        by: str,
        *,
        why: str = "",
        changes: Mapping[str, Any] | None = None,
    ) -> None:
        now = (await connection.execute(sa.select(self.now))).scalar_one()
        await connection.execute(
            sa.insert(LeadChangeRow),
            [
                {
                    "lead_id": lead,
                    "at": now,
                    "by": to_text(by),
                    "action": action,
                    "why": to_text(why),
                    "changes": dict(changes or {}),
                }
                for lead in leads
            ],
        )

    async def leads(self, which: LeadFilter, *, limit: int | None = None) -> list[Lead]:
        """Return leads in the order of their import.

        Parameters
        ----------
        which
            Those that are meant.
        limit
            How many; ``None``: all.
        """
        statement = (
            sa.select(LeadRow, CampaignRow.name.label("campaign_name"))
            .join(CampaignRow, CampaignRow.id == LeadRow.campaign_id)
            .where(*which.conditions())
            .order_by(LeadRow.id)
            .limit(limit)
        )

        async def work(connection: AsyncConnection) -> list[Lead]:
            return [rows.to_stored_lead(row) for row in (await connection.execute(statement)).mappings()]

        return await self.read(work)

    async def count_leads(self, which: LeadFilter) -> int:
        """Count leads."""
        statement = sa.select(sa.func.count()).select_from(LeadRow).where(*which.conditions())

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(statement)).scalar_one()

        return await self.read(work)

    async def lead_changes(self, lead: int) -> list[LeadChange]:
        """Return what people changed in a lead, oldest first."""

        async def work(connection: AsyncConnection) -> list[LeadChange]:
            found = await connection.execute(
                sa.select(LeadChangeRow).where(LeadChangeRow.lead_id == lead).order_by(LeadChangeRow.id)
            )
            return [
                LeadChange(row["at"], row["by"], row["action"], row["why"], row["changes"]) for row in found.mappings()
            ]

        return await self.read(work)

    async def drop_leads(self, leads: Collection[int], *, by: str, why: str) -> set[int]:
        """Stop calling these leads in their campaigns; returns those that were not done before.

        One that is being called is left as it is.
        """
        return await self._set_state(
            leads,
            sa.update(LeadRow)
            .where(LeadRow.state.in_([LeadState.READY, LeadState.REVIEW]))
            .values(state=LeadState.DONE, why=to_text(f"dropped: {why}" if why else "dropped")),
            action="dropped",
            by=by,
            why=why,
        )

    async def requeue_leads(self, leads: Collection[int], *, by: str, why: str) -> set[int]:
        """Put leads that are done or in review back in the queue, to be called at once; returns those that changed.

        A number that asked not to be called stays barred.
        """
        return await self._set_state(
            leads,
            sa.update(LeadRow)
            .where(LeadRow.state.in_([LeadState.DONE, LeadState.REVIEW]), ~_BARRED)
            .values(
                state=LeadState.READY,
                why="",
                next_at=self.now,
                # What went before counts no more.
                tries=0,
                refusals=0,
                given_back=False,
                agreed_at=None,
                agreed_until=None,
                counted_from=self.now,
            ),
            action="requeued",
            by=by,
            why=why,
        )

    async def _set_state(
        self, leads: Collection[int], update: sa.Update, *, action: str, by: str, why: str
    ) -> set[int]:
        """Change leads and record it, a thousand per transaction; returns those that were changed."""
        changed: set[int] = set()
        wanted = sorted(leads)
        for start in range(0, len(wanted), LEADS_AT_ONCE):
            statement = update.where(LeadRow.id.in_(wanted[start : start + LEADS_AT_ONCE])).returning(LeadRow.id)

            async def work(connection: AsyncConnection, _run: int, statement: Any = statement) -> set[int]:
                found = set((await connection.execute(statement)).scalars())
                if found:
                    await self._keep(connection, found, action, by, why=why)
                return found

            changed |= await self.write(work)
        return changed

    async def leads_for_review(self, campaign: int) -> list[tuple[int, NewLead, str]]:
        """Return the leads that wait for a person's decision: id, lead and why."""
        found = await self.leads(LeadFilter(campaign=campaign, states=[LeadState.REVIEW]))
        return [(one.id, one.lead, one.why) for one in found]

    async def decide(self, lead: int, *, call_again: bool, by: str) -> bool:
        """Decide about a lead in review: ready at once, or done. Returns whether it was in review."""
        state = LeadState.READY if call_again else LeadState.DONE
        changed = await self._set_state(
            [lead],
            sa.update(LeadRow)
            .where(LeadRow.state == LeadState.REVIEW)
            .values(state=state, next_at=self.now, refusals=0),
            action="reviewed",
            by=by,
            why="to be called again" if call_again else "not to be called again",
        )
        return bool(changed)


class _Known:
    """The leads of a campaign that match part of an import, found by number and by reference."""

    def __init__(self, stored: Sequence[Stored]) -> None:
        self._leads: dict[int, Stored] = {}
        self._by_number: dict[str, set[int]] = {}
        self._by_reference: dict[str, set[int]] = {}
        for one in stored:
            self.put(one)

    def put(self, one: Stored) -> None:
        """Add a lead, or replace it with its new state."""
        self._leads[one.id] = one
        self._by_number.setdefault(one.lead.phone, set()).add(one.id)
        if one.lead.reference:
            self._by_reference.setdefault(one.lead.reference, set()).add(one.id)

    def like(self, lead: NewLead) -> list[Stored]:
        """Return the leads with this one's number or reference."""
        ids = self._by_number.get(lead.phone, set()) | self._by_reference.get(lead.reference, set())
        return [self._leads[one] for one in sorted(ids)]


def _told(place: int, verdict: Verdict, refused: str = "") -> Corrected:
    stored = verdict.stored
    return Corrected(
        place=place,
        lead_id=stored.id if stored is not None else None,
        changes=verdict.changes,
        refused=refused or verdict.refused,
    )
