"""Dialling nodes: signs of life, and what a dead one leaves behind."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from voicebot.errors import ConfigurationError
from voicebot.logs import get_logger
from voicebot.store import rows
from voicebot.store.database import Database
from voicebot.store.liveness import DEAD_AFTER_SECONDS, Liveness, Sign
from voicebot.store.records import Attempt, AttemptState, LeadState
from voicebot.store.rows import OPEN, READY
from voicebot.store.tables import AttemptRow, CampaignRow, LeadRow, NodeRow

ORPHAN_SECONDS: Final = 5.0
"""A claim unknown to its own node after this time never reached it (the commit's answer was lost)."""
WATCH_SECONDS: Final = 2.0
"""Between two checks of a name that another process may still use."""
SET_BACK_SECONDS: Final = 2.0
"""A heartbeat further ahead than this was given before the database's clock was set back."""

_log = get_logger(module="store")


def this_process() -> str:
    """Identify this process of a node: host, boot, process namespace, process id and the process's start time."""
    return ":".join((socket.gethostname(), _boot(), _namespace(), str(os.getpid()), _started(os.getpid())))


def is_running(process: str) -> bool | None:
    """Whether a process named by ``this_process`` is alive.

    Returns
    -------
    bool or None
        ``None`` if that cannot be determined from here. A process id is meaningful only within one boot of one
        machine and one process namespace (``pid_namespaces(7)``): in every container there is a process 1.
    """
    parts = process.rsplit(":", 4)
    if len(parts) != 5 or parts[:3] != [socket.gethostname(), _boot(), _namespace()] or "" in parts:
        return None
    return _started(int(parts[3])) == parts[4]


def _boot() -> str:
    """Id of the running kernel's boot; empty where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _namespace() -> str:
    """Number of this process's namespace of process ids; empty where the system has none."""
    try:
        return str(Path("/proc/self/ns/pid").readlink()).removeprefix("pid:").strip("[]")
    except OSError:
        return ""


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

    def __init__(self, engine: AsyncEngine, name: str, **more: Any) -> None:
        super().__init__(engine, name, **more)
        self._liveness = Liveness()

    async def adopt(self, node: str) -> int:
        """Start ``node`` in this process, and settle what its previous process left.

        What was claimed is released, its lead ready again; what was dialling becomes lost and stays open until
        it is finished. If it cannot be determined at once whether the process that dialled under this name before is
        gone (it ran on another machine or in another container), its heartbeats are watched for up to
        ``DEAD_AFTER_SECONDS``.

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
        first: Sign | None = None
        while True:

            async def work(connection: AsyncConnection, _run: int, first: Sign | None = first) -> int | Sign:
                await self._mend_times(connection)
                row = (
                    await connection.execute(
                        sa.select(NodeRow.process, NodeRow.beats).where(NodeRow.name == node).with_for_update()
                    )
                ).one_or_none()
                if row is not None and row.process not in {"", process}:
                    sign = Sign(row.process, row.beats)
                    if first is not None and sign != first:
                        raise _in_use(node, sign.process, "its heartbeats were seen while this process watched")
                    running = is_running(sign.process)
                    if running:
                        raise _in_use(node, sign.process, "it runs on this machine")
                    if running is None and not self._liveness.is_dead(node, sign):
                        return sign
                life = {"process": process, "started_at": self.now, "heartbeat_at": self.now}
                await connection.execute(
                    self.insert(NodeRow)
                    .values(name=node, beats=1, **life)
                    .on_conflict_do_update(index_elements=[NodeRow.name], set_=life | {"beats": NodeRow.beats + 1})
                )
                return await self._settle(connection, AttemptRow.node == node)

            found = await self.write(work)
            if isinstance(found, int):
                return found
            if first is None:
                first = found
                _log.warning(
                    "another process may still dial under this node's name; watching it before this one starts",
                    node=node,
                    other=_whereabouts(found.process),
                    at_most_seconds=round(DEAD_AFTER_SECONDS),
                )
            self._liveness.look(self._monotonic(), {node: found})
            await self._sleep(WATCH_SECONDS)

    async def leave(self, node: str) -> None:
        """Stop ``node`` in this process, so that the next one can start at once."""

        async def work(connection: AsyncConnection, _run: int) -> None:
            await connection.execute(
                sa.update(NodeRow).where(NodeRow.name == node, NodeRow.process == this_process()).values(process="")
            )

        await self.write(work)

    async def heartbeat(self, node: str, *, holding: Collection[UUID] | None = None) -> bool:
        """Give a sign of life, and settle what dead nodes left.

        Parameters
        ----------
        node
            Adopted by this process.
        holding
            Attempts that the node knows: others that it claimed a while ago never reached it and are released.
            ``None`` leaves them alone.

        Returns
        -------
        bool
            ``False`` when another process has taken over this name: stop claiming.
        """

        async def work(connection: AsyncConnection, _run: int) -> bool:
            await self._mend_times(connection)
            alive = await connection.execute(
                sa.update(NodeRow)
                .where(NodeRow.name == node, NodeRow.process == this_process())
                .values(heartbeat_at=self.now, beats=NodeRow.beats + 1)
            )
            if alive.rowcount != 1:
                return False
            if holding is not None:
                await self._settle(
                    connection,
                    AttemptRow.node == node,
                    AttemptRow.state == AttemptState.CLAIMED,
                    self._is_old(AttemptRow.claimed_at, ORPHAN_SECONDS),
                    AttemptRow.id.not_in(holding),
                )
            dead = self._liveness.look(self._monotonic(), await self._signs(connection, but=node))
            if dead:
                await self._settle(connection, AttemptRow.node.in_(dead))
            return True

        return await self.write(work)

    async def lost_attempts(self, node: str, *, older_than: float) -> list[Attempt]:
        """Return the lost attempts that ``node`` has to reconcile with its Asterisk.

        Parameters
        ----------
        node
            Its own are returned whatever their age.
        older_than
            Those of other nodes are returned if they were authorised this many seconds ago: the hard limit
            of a call, after which nobody can be on the line.
        """

        async def work(connection: AsyncConnection) -> list[Attempt]:
            found = await connection.execute(
                rows.attempts().where(
                    OPEN,
                    AttemptRow.state == AttemptState.LOST,
                    sa.or_(AttemptRow.node == node, self._is_old(AttemptRow.dialled_at, older_than)),
                )
            )
            return [rows.to_attempt(row) for row in found]

        return await self.read(work)

    async def lose(self, node: str, *, holding: Collection[UUID]) -> int:
        """Mark attempts of ``node`` lost that are dialling although it has no call for them."""

        async def work(connection: AsyncConnection, _run: int) -> int:
            return await self._settle(
                connection,
                AttemptRow.node == node,
                AttemptRow.state == AttemptState.DIALLING,
                self._is_old(AttemptRow.dialled_at, ORPHAN_SECONDS),
                AttemptRow.id.not_in(holding),
            )

        return await self.write(work)

    def _is_old(self, column: Any, seconds: float) -> sa.ColumnElement[bool]:
        """Whether a time passed this many seconds ago; one in the future was taken before the clock was set back."""
        return sa.or_(column < self.now - seconds, column > self.now + SET_BACK_SECONDS)

    async def _signs(self, connection: AsyncConnection, *, but: str) -> dict[str, Sign]:
        found = await connection.execute(
            sa.select(NodeRow.name, NodeRow.process, NodeRow.beats).where(NodeRow.name != but)
        )
        return {row.name: Sign(row.process, row.beats) for row in found}

    async def _mend_times(self, connection: AsyncConnection) -> None:
        """After the clock was set back: what was due before is still due, and no campaign waits for its turn.

        That is for leads that were never called, which are due from their import on, and for those that are being
        called, which were due. When else to call a lead again was decided by what came of its calls, and may have
        been agreed with somebody: it stays.
        """
        latest = (await connection.execute(sa.select(sa.func.max(NodeRow.heartbeat_at) - self.now))).scalar_one()
        if latest is None or latest <= SET_BACK_SECONDS:
            return
        await connection.execute(
            sa.update(NodeRow).where(NodeRow.heartbeat_at > self.now).values(heartbeat_at=self.now)
        )
        await connection.execute(
            sa.update(CampaignRow).where(CampaignRow.served_at > self.now).values(served_at=self.now)
        )
        leads = await connection.execute(
            sa.update(LeadRow)
            .where(
                LeadRow.next_at > self.now,
                sa.or_(sa.and_(READY, LeadRow.tries == 0), LeadRow.state == LeadState.DIALLING),
            )
            .values(next_at=self.now)
        )
        _log.warning(
            "the database's clock was set back since a node last gave a sign of life",
            seconds=round(latest),
            leads_due_again=leads.rowcount,
            cure="keep the machine's time with NTP",
        )

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
                    explanation="the node that claimed it stopped before dialling",
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


def _whereabouts(process: str) -> str:
    """For people: host and process id."""
    parts = process.rsplit(":", 4)
    if len(parts) != 5:  # written by an earlier version
        return process
    host, _, _, pid, _ = parts
    return f"{host}, process {pid}" + ("" if parts[1:3] == [_boot(), _namespace()] else " in another container or boot")


def _in_use(node: str, process: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"another process dials as {node} already ({_whereabouts(process)}): {why}",
        cure="stop it, or give this node another name: node in voicebot.toml",
    )
