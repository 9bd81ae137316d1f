"""Campaigns and their leads."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.errors import ConfigurationError
from voicebot.store import rows
from voicebot.store.database import Database
from voicebot.store.engine import to_text
from voicebot.store.holds import open_holds
from voicebot.store.records import (
    Campaign,
    CampaignState,
    CampaignStatus,
    LeadState,
    ScriptVersion,
)
from voicebot.store.rows import OPEN, READY
from voicebot.store.tables import (
    AttemptRow,
    CampaignPinRow,
    CampaignRow,
    LeadRow,
    OutcomeRow,
    ScriptVersionRow,
)
from voicebot.suggestions import meant


class Campaigns(Database):
    """Campaigns, their leads and their progress."""

    async def create_campaign(
        self,
        name: str,
        *,
        script: str,
        script_hash: str,
        script_text: str,
        language: str,
        trunk: str,
        by: str = "",
        retry: str = "",
    ) -> int:
        """Create a draft campaign with its script pinned.

        Parameters
        ----------
        name
            Unique.
        script
            Name or path of the script, for people.
        script_hash, script_text
            The whole text and the SHA-256 of it in UTF-8, in hexadecimal.
        language
            BCP 47 tag.
        trunk
            Name of a configured trunk.
        by
            Who creates it.
        retry
            Text of its retry rule; empty: the shipped one, whatever that is.

        Returns
        -------
        int
            Its id.

        Raises
        ------
        ConfigurationError
            The name is taken, or hash and text do not belong together.
        """
        if hashlib.sha256(script_text.encode()).hexdigest() != script_hash:
            raise ConfigurationError(f"script {script}: its hash is not that of its text")

        async def work(connection: AsyncConnection, _run: int) -> int:
            await connection.execute(
                self.insert(ScriptVersionRow)
                .values(hash=script_hash, name=script, language=language, text=script_text, created_at=self.now)
                .on_conflict_do_nothing()
            )
            made = await connection.execute(
                self.insert(CampaignRow)
                .values(
                    name=to_text(name),
                    state=CampaignState.DRAFT,
                    script_hash=script_hash,
                    script=script,
                    trunk=trunk,
                    created_at=self.now,
                    retry=retry,
                )
                .on_conflict_do_nothing()
                .returning(CampaignRow.id)
            )
            campaign: int | None = made.scalar_one_or_none()
            if campaign is None:
                raise ConfigurationError(f"there is already a campaign {name}", cure="choose another name")
            await connection.execute(
                self.insert(CampaignPinRow).values(
                    key=uuid.uuid4(),
                    campaign_id=campaign,
                    hash=script_hash,
                    at=self.now,
                    by=to_text(by),
                    why="the campaign was made",
                )
            )
            return campaign

        return await self.write(work)

    async def script(self, script_hash: str) -> ScriptVersion | None:
        """Return a pinned script by its hash."""

        async def work(connection: AsyncConnection) -> ScriptVersion | None:
            row = (
                await connection.execute(
                    sa.select(
                        ScriptVersionRow.hash, ScriptVersionRow.name, ScriptVersionRow.language, ScriptVersionRow.text
                    ).where(ScriptVersionRow.hash == script_hash)
                )
            ).one_or_none()
            return None if row is None else ScriptVersion(row.hash, row.name, row.language, row.text)

        return await self.read(work)

    async def campaigns(self) -> list[Campaign]:
        """Return all campaigns, oldest first."""

        async def work(connection: AsyncConnection) -> list[Campaign]:
            found = await connection.execute(rows.campaigns().order_by(CampaignRow.id))
            return [rows.to_campaign(row) for row in found]

        return await self.read(work)

    async def campaign_named(self, name: str) -> Campaign:
        """Return a campaign by its name; raises ConfigurationError, with similar names, if there is none."""

        async def work(connection: AsyncConnection) -> Campaign | None:
            row = (await connection.execute(rows.campaigns().where(CampaignRow.name == name))).one_or_none()
            return None if row is None else rows.to_campaign(row)

        campaign = await self.read(work)
        if campaign is None:
            known = [one.name for one in await self.campaigns()]
            cure = meant(name, known, most=3, otherwise="see: voicebot campaign status")
            raise ConfigurationError(f"there is no campaign {name}", cure=cure)
        return campaign

    async def set_state(self, campaign: int, state: CampaignState, *, why: str = "") -> None:
        """Let a campaign's leads be dialled, or not; no attempt is authorised once this has returned.

        Raises
        ------
        ConfigurationError
            There is no such campaign.
        """

        async def work(connection: AsyncConnection, _run: int) -> int:
            done = await connection.execute(
                sa.update(CampaignRow).where(CampaignRow.id == campaign).values(state=state, why=to_text(why))
            )
            return done.rowcount

        if not await self.write(work):
            raise ConfigurationError(f"there is no campaign {campaign}")

    async def close_finished(self, trunks: Collection[str]) -> list[int]:
        """Set running campaigns of these trunks to done if no lead is ready or dialling; returns which."""
        some = sa.exists().where(LeadRow.campaign_id == CampaignRow.id)
        # Ready leads have an index, and while there are any the others need not be read.
        ready = some.where(READY)
        dialling = some.where(LeadRow.state == LeadState.DIALLING)

        async def work(connection: AsyncConnection, _run: int) -> list[int]:
            done = await connection.execute(
                sa.update(CampaignRow)
                .where(
                    CampaignRow.trunk.in_(trunks), CampaignRow.state == CampaignState.RUNNING, some, ~ready, ~dialling
                )
                .values(state=CampaignState.DONE)
                .returning(CampaignRow.id)
            )
            return list(done.scalars())

        return await self.write(work)

    async def campaign_status(self, campaign: int) -> CampaignStatus:
        """Count a campaign's leads by state and its attempts by result.

        Raises
        ------
        ConfigurationError
            There is no such campaign.
        """

        async def work(connection: AsyncConnection) -> CampaignStatus | None:
            row = (await connection.execute(rows.campaigns().where(CampaignRow.id == campaign))).one_or_none()
            if row is None:
                return None

            async def counts(column: Any, *conditions: Any) -> Mapping[Any, int]:
                statement = sa.select(column, sa.func.count()).where(*conditions).group_by(column)
                return {key: count for key, count in await connection.execute(statement)}  # noqa: C416 - typed rows

            leads = await counts(LeadRow.state, LeadRow.campaign_id == campaign)
            dispositions = await counts(
                AttemptRow.disposition, AttemptRow.campaign_id == campaign, AttemptRow.disposition != ""
            )
            outcomes = await counts(OutcomeRow.outcome, OutcomeRow.campaign_id == campaign)
            open_attempts = (
                await connection.execute(
                    sa.select(sa.func.count()).select_from(AttemptRow).where(AttemptRow.campaign_id == campaign, OPEN)
                )
            ).scalar_one()
            return CampaignStatus(
                campaign=rows.to_campaign(row),
                leads={state: leads.get(state, 0) for state in LeadState},
                dispositions=dispositions,
                outcomes=outcomes,
                open_attempts=open_attempts,
                next_ready_at=(
                    await connection.execute(
                        sa.select(sa.func.min(LeadRow.next_at)).where(LeadRow.campaign_id == campaign, READY)
                    )
                ).scalar_one(),
                holds=await open_holds(connection, trunk=row.trunk, campaign=row.name),
            )

        status = await self.read(work)
        if status is None:
            raise ConfigurationError(f"there is no campaign {campaign}")
        return status

    async def ready_count(self, trunks: Collection[str] | None = None) -> int:
        """How many leads of running campaigns (of ``trunks``) may be called now."""
        count: int = await self._of_running(sa.func.count(), trunks, LeadRow.next_at <= self.now)
        return count

    async def given_back_count(self, trunks: Collection[str], *, within: float) -> int:
        """How many leads of running campaigns of ``trunks`` were given back and are due within this many seconds."""
        count: int = await self._of_running(
            sa.func.count(), trunks, LeadRow.given_back, LeadRow.next_at <= self.now + within
        )
        return count

    async def next_ready_at(self, trunks: Collection[str] | None = None) -> float | None:
        """When the next lead of a running campaign (of ``trunks``) may be called, in database time."""
        earliest: float | None = await self._of_running(sa.func.min(LeadRow.next_at), trunks)
        return earliest

    async def _of_running(self, what: Any, trunks: Collection[str] | None, *conditions: Any) -> Any:
        statement = (
            sa.select(what)
            .select_from(LeadRow)
            .join(CampaignRow, CampaignRow.id == LeadRow.campaign_id)
            .where(CampaignRow.state == CampaignState.RUNNING, READY, *conditions)
        )
        if trunks is not None:
            statement = statement.where(CampaignRow.trunk.in_(trunks))

        async def work(connection: AsyncConnection) -> Any:
            return (await connection.execute(statement)).scalar_one()

        return await self.read(work)
