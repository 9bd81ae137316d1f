"""Accounts for every attempt of a node: results written or spooled, lost attempts reconciled with Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final
from uuid import UUID

from voicebot import logs
from voicebot.agi.phone import Disposition, Phone
from voicebot.campaign.caller import Caller
from voicebot.campaign.retry import decide
from voicebot.campaign.spool import Spool
from voicebot.config import Config
from voicebot.errors import UnavailableError
from voicebot.outage import Outage
from voicebot.store.records import Attempt, Fate, Result
from voicebot.store.store import Store

LONGEST_RING_SECONDS: Final = 120.0
MARGIN_SECONDS: Final = 60.0

_log = logs.get_logger()


def uncertain(explanation: str) -> Result:
    """The result of an attempt for which it is unknown whether somebody was called."""
    return Result(disposition=Disposition.FAILED.value, explanation=explanation, fate=Fate.UNKNOWN)


class Reconciler:
    """Writes the results of attempts, and settles those whose maker is gone.

    Parameters
    ----------
    held
        Attempts that the dialer has in hand now; read, never changed.
    database
        Told when results cannot be written, and when all of them are.
    """

    def __init__(
        self,
        store: Store,
        phone: Phone,
        caller: Caller,
        config: Config,
        *,
        spool: Spool,
        held: Collection[UUID],
        database: Outage,
    ) -> None:
        self._store, self._phone, self._caller, self._config = store, phone, caller, config
        self._spool, self._held, self._database = spool, held, database
        self._unwritten: dict[UUID, Result | None] = {}
        self._unreleased: dict[UUID, tuple[str, bool]] = {}
        """Why each is given back, and whether its lead goes to review."""
        self._in_memory: set[UUID] = set()
        """Results that neither the database nor the disk accepts."""
        self._unreadable: set[UUID] = set()
        """Results that the disk does not give back for now; the log says so once."""
        self._connection = 0
        self.unsettled = True
        """There are lost attempts, or Asterisk was not asked since it was last connected."""

    @property
    def unwritten(self) -> int:
        """How many results and releases the database has not taken yet."""
        return len(self._unwritten) + len(self._unreleased)

    async def start(self) -> None:
        """Settle what the node's previous run left: spooled results first, which are exact, then adopt and reconcile.

        Raises
        ------
        ConfigurationError
            Another process dials under this node's name.
        UnavailableError
            The database is away.
        """
        for attempt in await asyncio.to_thread(self._spool.waiting):
            self._unwritten[attempt] = None
        await self._write_waiting()
        settled = await self._store.adopt(self._config.node)
        if settled:
            _log.warning("attempts of a previous run settled", count=settled)
        await self.reconcile()

    async def round(self) -> bool:
        """Do the periodic work.

        Returns
        -------
        bool
            ``False`` when another process has taken over this node's name.
        """
        await self._write_waiting()
        holding = {*self._held, *self._unwritten, *self._unreleased}
        alive = await self._store.heartbeat(self._config.node, holding=holding)
        if alive:
            await self._store.lose(self._config.node, holding=holding)
            await self._store.read_clock()
            await self.reconcile()
        return alive

    async def finish(self, attempt: UUID, result: Result) -> None:
        """Write a result, into the database or else to the disk until the database is back."""
        try:
            await self._store.finish(attempt, result, decide)
        except UnavailableError as error:
            self._database.failed("results", error=str(error))
            _log.info("a result is kept until the database is back", attempt=str(attempt))
            self._unwritten[attempt] = result
            await self._to_disk(attempt, result)
        except Exception:
            _log.exception("a result cannot be written", attempt=str(attempt))
            await self._refuse(attempt, result)

    async def release(self, attempt: UUID, why: str, *, review: bool = False) -> None:
        """Give back an attempt for which nothing was sent; done later when the database is away."""
        try:
            await self._store.release(attempt, why, review=review)
        except UnavailableError:
            self._unreleased[attempt] = why, review

    async def reconcile(self) -> None:
        """Settle lost attempts: end what Asterisk still has of them, then write what is known."""
        reconnected = self._phone.connection != self._connection
        lost = [
            attempt
            for attempt in await self._store.lost_attempts(self._config.node, older_than=self._hard_limit())
            if attempt.id not in self._held and attempt.id not in self._unwritten
        ]
        self.unsettled = bool(lost) or reconnected
        if not self.unsettled:
            return
        connection = self._phone.connection
        try:
            channels = await self._phone.open_attempts()
            ended = await self._end_strays(channels, {attempt.id for attempt in lost})
        except UnavailableError as error:
            # That Asterisk is away is said once, by the hold on the trunks.
            _log.info("lost attempts wait for Asterisk", count=len(lost), error=str(error))
            return
        for attempt in lost:
            if attempt.id not in ended:
                await self._settle(attempt)
        self._connection = connection
        self.unsettled = bool(ended)

    # ------------------------------------------------------------------------------------------------

    def _hard_limit(self) -> float:
        return self._config.call.max_seconds + LONGEST_RING_SECONDS + MARGIN_SECONDS

    async def _end_strays(self, channels: Collection[UUID], lost: Collection[UUID]) -> set[UUID]:
        """Hang up the channels of this node's attempts that nobody holds any more; returns which.

        They are settled in a later round, when Asterisk no longer has them.
        """
        ended: set[UUID] = set()
        for channel in channels:
            if channel in self._held:
                continue
            if channel not in lost:
                attempt = await self._store.attempt(channel)
                # The state is read after the channels: what the dialer has taken up meanwhile is not a stray.
                if attempt is None or attempt.node != self._config.node or channel in self._held:
                    continue
            _log.warning("a channel without an owner is hung up", attempt=str(channel))
            await self._phone.end_attempt(channel)
            ended.add(channel)
        return ended

    async def _settle(self, attempt: Attempt) -> None:
        result = None
        if attempt.node == self._config.node:
            try:
                result = await self._caller.recover(attempt.id)
            except Exception:
                _log.exception("a journal cannot be read", attempt=str(attempt.id))
        if result is None:
            result = uncertain("the node stopped in mid-call; it is unknown whether somebody was reached")
        _log.warning("a lost attempt is settled", attempt=str(attempt.id), fate=result.fate.value)
        await self.finish(attempt.id, result)

    async def _write_waiting(self) -> None:
        """Write what the database could not take before; what it still cannot take keeps waiting."""
        for attempt, kept in list(self._unwritten.items()):
            try:
                result = kept or await asyncio.to_thread(self._spool.get, attempt)
            except OSError as error:
                if attempt not in self._unreadable:
                    self._unreadable.add(attempt)
                    _log.error("a spooled result cannot be read yet", attempt=str(attempt), error=str(error))
                continue
            try:
                if result is not None and not await self._store.finish(attempt, result, decide):
                    await self._finished_before(attempt)
            except UnavailableError:
                if kept is not None:
                    await self._to_disk(attempt, kept)
                return
            except Exception:
                _log.exception("a spooled result cannot be written", attempt=str(attempt))
                if result is not None:
                    await self._refuse(attempt, result)
            else:
                await asyncio.to_thread(self._spool.drop, attempt)
            self._unwritten.pop(attempt, None)
            self._in_memory.discard(attempt)
            self._unreadable.discard(attempt)
        for attempt, (why, review) in list(self._unreleased.items()):
            try:
                await self._store.release(attempt, why, review=review)
            except UnavailableError:
                return
            self._unreleased.pop(attempt, None)
        self._database.worked("results")

    async def _finished_before(self, attempt: UUID) -> None:
        """A duplicate result may be deleted; one of another database may not."""
        if await self._store.attempt(attempt) is None:
            _log.error("a spooled result belongs to no attempt of this database", attempt=str(attempt))
            await asyncio.to_thread(self._spool.set_aside, attempt)

    async def _to_disk(self, attempt: UUID, result: Result) -> None:
        try:
            await asyncio.to_thread(self._spool.put, attempt, result)
        except OSError as error:
            if attempt not in self._in_memory:  # it is tried again every round; the log is the last to know the outcome
                self._in_memory.add(attempt)
                _log.error(
                    "a result is kept in memory only", attempt=str(attempt), outcome=result.outcome, error=str(error)
                )
        else:
            self._in_memory.discard(attempt)
            self._unwritten[attempt] = None

    async def _refuse(self, attempt: UUID, result: Result) -> None:
        """Keep a result that the database refuses on the disk, and close the attempt for a person to look at."""
        try:
            await asyncio.to_thread(self._spool.put, attempt, result)
            await asyncio.to_thread(self._spool.set_aside, attempt)
            refused = uncertain("the database refused the result; it is in the spool folder")
            await self._store.finish(attempt, refused, decide)
        except Exception:
            _log.exception("a refused result cannot be kept", attempt=str(attempt))
