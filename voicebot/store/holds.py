"""Breakers of trunks and campaigns, stored where every node and command sees them. Their rules are elsewhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.breaker import CLOSED, BreakerState
from voicebot.store.database import Database
from voicebot.store.records import Hold, HoldKey, HoldKind
from voicebot.store.rows import OPEN
from voicebot.store.tables import AttemptRow, HoldRow, NodeRow, TrunkRow

_STATE: Final = tuple(field.name for field in dataclasses.fields(BreakerState))


async def lock_trunk(database: Database, connection: AsyncConnection, trunk: str) -> sa.Row[Any]:
    """Lock the trunk's row, creating it if it is missing, and count its open attempts."""
    lock = sa.select(TrunkRow.next_slot, database.now.label("now")).where(TrunkRow.name == trunk).with_for_update()
    if (await connection.execute(lock)).one_or_none() is None:
        await connection.execute(database.insert(TrunkRow).values(name=trunk).on_conflict_do_nothing())
        await connection.execute(lock)
    # A statement of its own: it has to see what the former holder of the lock has committed.
    open_calls = (
        sa.select(sa.func.count()).select_from(AttemptRow).where(AttemptRow.trunk == trunk, OPEN).scalar_subquery()
    )
    return (
        await connection.execute(
            sa.select(TrunkRow.next_slot, database.now.label("now"), open_calls.label("open_calls")).where(
                TrunkRow.name == trunk
            )
        )
    ).one()


async def read_holds(connection: AsyncConnection, *conditions: Any) -> dict[HoldKey, BreakerState]:
    """Return the breakers that have faults, by name."""
    found = await connection.execute(sa.select(HoldRow).where(*conditions))
    return {
        HoldKey(row["kind"], row["name"], row["node"]): BreakerState(**{name: row[name] for name in _STATE})
        for row in found.mappings()
    }


async def open_holds(connection: AsyncConnection, *, trunk: str, campaign: str) -> tuple[Hold, ...]:
    """Return the open breakers that keep a campaign's leads from being called, except those of nodes not running."""
    alive = sa.select(NodeRow.name).where(NodeRow.process != "")
    held = await read_holds(
        connection,
        HoldRow.opened_at.is_not(None),
        sa.or_(
            sa.and_(HoldRow.kind == HoldKind.TRUNK, HoldRow.name == trunk),
            sa.and_(HoldRow.kind == HoldKind.CAMPAIGN, HoldRow.name == campaign),
        ),
        sa.or_(HoldRow.node == "", HoldRow.node.in_(alive)),
    )
    return tuple(Hold(key, state) for key, state in held.items())


async def write_hold(database: Database, connection: AsyncConnection, key: HoldKey, state: BreakerState) -> None:
    """Store a breaker; one that is closed and has no faults needs no row."""
    named = dataclasses.asdict(key)
    if state == CLOSED:
        await connection.execute(sa.delete(HoldRow).filter_by(**named))
        return
    values = {name: getattr(state, name) for name in _STATE}
    await connection.execute(
        database.insert(HoldRow)
        .values(**named, **values)
        .on_conflict_do_update(index_elements=[HoldRow.kind, HoldRow.name, HoldRow.node], set_=values)
    )


class Holds(Database):
    """Breakers with faults."""

    async def change_hold(
        self, key: HoldKey, trunk: str, change: Callable[[BreakerState, float], BreakerState]
    ) -> tuple[BreakerState, BreakerState]:
        """Change one breaker; several nodes that do so take turns.

        Parameters
        ----------
        key
            Which.
        trunk
            Whose lock guards it: its own, or that of its campaign.
        change
            From the state and the database's time to the next state; pure, because it may be run again.

        Returns
        -------
        tuple
            The state before and after.
        """

        async def work(connection: AsyncConnection, _run: int) -> tuple[BreakerState, BreakerState]:
            now = (await lock_trunk(self, connection, trunk)).now
            held = await read_holds(
                connection, HoldRow.kind == key.kind, HoldRow.name == key.name, HoldRow.node == key.node
            )
            before = held.get(key, CLOSED)
            after = change(before, now)
            if after != before:
                await write_hold(self, connection, key, after)
            return before, after

        return await self.write(work)

    async def holds(self) -> dict[HoldKey, BreakerState]:
        """Return all breakers that have faults."""
        return await self.read(read_holds)
