"""Dialling nodes: signs of life, and what a dead one leaves behind."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.errors import ConfigurationError
from voicebot.store import rows
from voicebot.store.campaigns import OPEN
from voicebot.store.database import Database
from voicebot.store.records import Attempt, AttemptState, LeadState
from voicebot.store.tables import AttemptRow, LeadRow, NodeRow

DEAD_AFTER_SECONDS: Final = 30.0
"""Without a heartbeat for so long a node counts as dead."""
ORPHAN_SECONDS: Final = 5.0
"""A claim that its own node does not know of after so long never reached it (the commit's answer was lost)."""


def this_process() -> str:
    """Host, process id and the process's start time: no two lives of a node have the same."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_running(process: str) -> bool | None:
    """Whether a process named by ``this_process`` is alive; ``None`` when it belongs to another host."""
    host, pid, started = process.rsplit(":", 2)
    if host != socket.gethostname():
        return None
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """Start time of a process since boot as the kernel counts it; empty when there is no such process."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name in parentheses may hold anything; the state is the first field after it, the start time the 20th.
    fields = status.rpartition(")")[2].split()
    return "" if fields[0] in {"Z", "X"} else fields[19]


class Nodes(Database):
    """The nodes that dial from this database."""

    async def adopt(self, node: str) -> int:
        """Begin a life of ``node`` in this process, and settle what its former life and dead nodes left.

        What was claimed is released, its lead ready again; what was dialling becomes lost and stays open until
        it is finished.

        Returns
        -------
        int
            How many attempts were settled.

        Raises
        ------
        ConfigurationError
            Another process dials under this name.
        """
        process = this_process()

        async def work(connection: AsyncConnection, _run: int) -> int:
            row = (
                await connection.execute(
                    sa.select(NodeRow.process, (self.now - NodeRow.heartbeat_at).label("silent"))
                    .where(NodeRow.name == node)
                    .with_for_update()
                )
            ).one_or_none()
            if row is not None and row.process != process:
                _refuse_second(node, row.process, row.silent)
            life = {"process": process, "started_at": self.now, "heartbeat_at": self.now}
            await connection.execute(
                self.insert(NodeRow)
                .values(name=node, **life)
                .on_conflict_do_update(index_elements=[NodeRow.name], set_=life)
            )
            return await self._settle(connection, AttemptRow.node == node) + await self._settle_dead(connection)

        return await self.write(work)

    async def heartbeat(self, node: str, *, holding: Collection[UUID] | None = None) -> bool:
        """Give a sign of life, and settle what dead nodes left.

        Parameters
        ----------
        node
            Adopted by this process.
        holding
            Attempts that the node knows of: others that it claimed a while ago never reached it and are released.
            ``None`` leaves them alone.

        Returns
        -------
        bool
            ``False`` when another process has taken over this name: stop claiming.
        """

        async def work(connection: AsyncConnection, _run: int) -> bool:
            alive = await connection.execute(
                sa.update(NodeRow)
                .where(NodeRow.name == node, NodeRow.process == this_process())
                .values(heartbeat_at=self.now)
            )
            if alive.rowcount != 1:
                return False
            if holding is not None:
                await self._settle(
                    connection,
                    AttemptRow.node == node,
                    AttemptRow.state == AttemptState.CLAIMED,
                    AttemptRow.claimed_at < self.now - ORPHAN_SECONDS,
                    AttemptRow.id.not_in(holding),
                )
            await self._settle_dead(connection)
            return True

        return await self.write(work)

    async def lost_attempts(self, node: str, *, older_than: float) -> list[Attempt]:
        """Return the lost attempts that ``node`` has to reconcile with its Asterisk.

        Parameters
        ----------
        node
            Its own are returned whatever their age.
        older_than
            Those of other nodes are returned when they were allowed to dial so many seconds ago: the hard limit
            of a call, after which nobody can be on the line.
        """

        async def work(connection: AsyncConnection) -> list[Attempt]:
            found = await connection.execute(
                rows.attempts().where(
                    OPEN,
                    AttemptRow.state == AttemptState.LOST,
                    sa.or_(AttemptRow.node == node, AttemptRow.dialled_at < self.now - older_than),
                )
            )
            return [rows.to_attempt(row) for row in found]

        return await self.read(work)

    async def lose(self, node: str, *, holding: Collection[UUID]) -> int:
        """Mark attempts of ``node`` lost that are dialling though nobody in it makes the call."""

        async def work(connection: AsyncConnection, _run: int) -> int:
            return await self._settle(
                connection,
                AttemptRow.node == node,
                AttemptRow.state == AttemptState.DIALLING,
                AttemptRow.dialled_at < self.now - ORPHAN_SECONDS,
                AttemptRow.id.not_in(holding),
            )

        return await self.write(work)

    async def _settle_dead(self, connection: AsyncConnection) -> int:
        dead = sa.select(NodeRow.name).where(NodeRow.heartbeat_at < self.now - DEAD_AFTER_SECONDS)
        return await self._settle(connection, AttemptRow.node.in_(dead))

    async def _settle(self, connection: AsyncConnection, *conditions: Any) -> int:
        """Release what is claimed and lose what is dialling among the open attempts that meet the conditions."""
        found = (
            await connection.execute(
                sa.select(AttemptRow.id, AttemptRow.lead_id, AttemptRow.state)
                .where(OPEN, AttemptRow.state.in_([AttemptState.CLAIMED, AttemptState.DIALLING]), *conditions)
                .order_by(AttemptRow.id)
                .with_for_update(skip_locked=True)
            )
        ).all()
        claimed = [row for row in found if row.state is AttemptState.CLAIMED]
        dialling = [row for row in found if row.state is AttemptState.DIALLING]
        if claimed:
            await connection.execute(
                sa.update(AttemptRow)
                .where(AttemptRow.id.in_([row.id for row in claimed]))
                .values(
                    state=AttemptState.RELEASED,
                    closed_at=self.now,
                    explanation="the node that claimed it went away before it dialled",
                )
            )
            await connection.execute(
                sa.update(LeadRow)
                .where(LeadRow.id.in_([row.lead_id for row in claimed]), LeadRow.state == LeadState.DIALLING)
                .values(state=LeadState.READY, tries=LeadRow.tries - 1)
            )
        if dialling:
            await connection.execute(
                sa.update(AttemptRow)
                .where(AttemptRow.id.in_([row.id for row in dialling]))
                .values(state=AttemptState.LOST)
            )
        return len(found)


def _refuse_second(node: str, process: str, silent: float) -> None:
    """Raise when the process that last dialled as ``node`` may still do so."""
    host, pid, _ = process.rsplit(":", 2)
    running = is_running(process)
    if running:
        raise ConfigurationError(
            f"another process dials as {node} already (process {pid})",
            cure="stop it, or give this one another name: node in voicebot.toml",
        )
    if running is None and silent < DEAD_AFTER_SECONDS:
        raise ConfigurationError(
            f"{node} was alive {max(0.0, silent):.0f} s ago on another host ({host})",
            cure=f"give this node another name, or stop the other and wait {DEAD_AFTER_SECONDS:.0f} s",
        )
