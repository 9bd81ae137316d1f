"""Numbers that must not be called, in any campaign."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.store import rows
from voicebot.store.database import Database
from voicebot.store.engine import to_text
from voicebot.store.records import STOP_OUTCOME, LeadState
from voicebot.store.tables import AttemptRow, LeadRow, SuppressionRow

NUMBERS_AT_ONCE: Final = 1000
"""Numbers per transaction."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A number that must not be called.

    Parameters
    ----------
    attempt
        The call in which it was said; ``None`` where somebody barred it by hand.
    since
        Database time.
    by, why
        Who barred it by hand, and why.
    """

    number: str
    since: float
    attempt: UUID | None = None
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Barred:
    """The result of barring numbers: how many are new on the list, and how many leads are dropped for it."""

    new: int
    leads: int


async def write_bars(
    database: Database,
    connection: AsyncConnection,
    numbers: Collection[str],
    *,
    attempt: UUID | None = None,
    by: str = "",
    why: str = "",
) -> Barred:
    """Bar numbers in every campaign, and drop the leads that wait to be called; see ``Bar`` for the parameters."""
    now = (await connection.execute(sa.select(database.now))).scalar_one()
    columns = [
        {"number": one, "attempt_id": attempt, "since": now, "by": to_text(by), "why": to_text(why)} for one in numbers
    ]
    made = await connection.execute(
        database.insert(SuppressionRow).on_conflict_do_nothing().returning(SuppressionRow.number), columns
    )
    new = len(list(made.scalars()))
    stopped = await connection.execute(
        sa.update(LeadRow)
        .where(LeadRow.number.in_(numbers), LeadRow.state.in_([LeadState.READY, LeadState.REVIEW]))
        .values(state=LeadState.DONE, why=STOP_OUTCOME)
    )
    return Barred(new, stopped.rowcount)


class Suppression(Database):
    """The list of numbers that must not be called; authorising an attempt checks it, so it takes effect at once."""

    async def bars(self, number: str = "", *, limit: int | None = None) -> tuple[list[Bar], int]:
        """Return barred numbers, newest first, and how many there are in all.

        Parameters
        ----------
        number
            E.164, or the last digits of it; empty: all.
        limit
            How many are returned at most; ``None``: all.
        """
        conditions = [rows.number_is(SuppressionRow.number, number)] if number else []

        async def work(connection: AsyncConnection) -> tuple[list[Bar], int]:
            found = await connection.execute(
                sa.select(SuppressionRow)
                .where(*conditions)
                .order_by(SuppressionRow.since.desc(), SuppressionRow.number)
                .limit(limit)
            )
            bars = [
                Bar(row["number"], row["since"], row["attempt_id"], row["by"], row["why"]) for row in found.mappings()
            ]
            count = sa.select(sa.func.count()).select_from(SuppressionRow).where(*conditions)
            return bars, (await connection.execute(count)).scalar_one()

        return await self.read(work)

    async def bar(self, numbers: Collection[str], *, by: str, why: str) -> Barred:
        """Bar E.164 numbers in every campaign; ValueError for a number in another form."""
        wanted = sorted({rows.person(number) for number in numbers})
        new = leads = 0
        for start in range(0, len(wanted), NUMBERS_AT_ONCE):
            some = wanted[start : start + NUMBERS_AT_ONCE]

            async def work(connection: AsyncConnection, _run: int, some: Collection[str] = some) -> Barred:
                return await write_bars(self, connection, some, by=by, why=why)

            part = await self.write(work)
            new, leads = new + part.new, leads + part.leads
        return Barred(new, leads)

    async def open_calls(self, numbers: Collection[str]) -> int:
        """How many calls to these numbers are in progress."""
        statement = (
            sa.select(sa.func.count())
            .select_from(AttemptRow)
            .where(AttemptRow.number.in_(numbers), AttemptRow.closed_at.is_(None))
        )

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(statement)).scalar_one()

        return await self.read(work)
