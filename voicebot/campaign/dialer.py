"""The dialing loop: claim, prepare, wait for the slot, authorise, call, finish. It decides nothing itself.

How many and when is ``pacing`` and the store's claim; what is held is ``gate``; what comes after a result is ``retry``;
what is owed after a crash is ``reconciler``. One failing call never stops the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from pathlib import Path
from typing import Final
from uuid import UUID

from structlog.contextvars import bound_contextvars

from voicebot import logs
from voicebot.agi.phone import Phone
from voicebot.campaign.caller import Caller
from voicebot.campaign.gate import rule_of
from voicebot.campaign.health import Health
from voicebot.campaign.pacing import NodeLoad, calls_to_claim
from voicebot.campaign.reconciler import Reconciler, uncertain
from voicebot.campaign.retry import missed
from voicebot.campaign.spool import Spool
from voicebot.config import Config
from voicebot.errors import ConfigurationError, UnavailableError, VoicebotError
from voicebot.outage import Outage
from voicebot.store.records import CampaignState, Result, Ticket
from voicebot.store.slots import needs_another
from voicebot.store.store import Store

LOOK_SECONDS: Final = 0.25
"""How often to look for work."""
ROUND_SECONDS: Final = 5.0
"""Between two heartbeats; see ``voicebot.store.liveness``."""
HURRIED_ROUND_SECONDS: Final = 0.5
"""The same while there are lost attempts or unwritten results."""
AWAY_SECONDS: Final = 1.0
"""Pause after the database was found unavailable."""
GIVEN_BACK_SECONDS: Final = 330.0
"""What was given back to be called within that time is waited for while trunk or node is in trouble, and as long after
a hold: calls that Asterisk's end interrupted are due five minutes later."""
ASTERISK_IS_AWAY: Final = "there is no connection to Asterisk"
PREPARE_SECONDS: Final = 180.0
"""A preparation that takes longer counts as failed; a heavy voice renders a script's first leads for a minute."""

_log = logs.get_logger()


class Dialer:
    """Calls the leads of running campaigns on the configured trunks.

    Parameters
    ----------
    store, phone, caller
        Open and started.
    config
        Of the node: its name, its trunks and their limits.
    spool
        Folder for results while the database is away; by default ``spool`` beside the journals.
    most_calls
        How many attempts the node may hold at once; ``None``: as many as its trunks allow.
    """

    def __init__(
        self,
        store: Store,
        phone: Phone,
        caller: Caller,
        config: Config,
        *,
        spool: Path | None = None,
        most_calls: int | None = None,
    ) -> None:
        self._store, self._phone, self._caller, self._config = store, phone, caller, config
        self._most_calls = most_calls
        self._held: dict[UUID, Ticket] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._reports: set[asyncio.Task[None]] = set()
        self._health = Health(store, config.node)
        self._stopping = asyncio.Event()
        self._wake = asyncio.Event()
        self._round_due = asyncio.Event()
        self._connection = 0
        self._database = Outage(
            "the database is unavailable: no new calls, results are kept on disk", "the database is back"
        )
        self._reconciler = Reconciler(
            store,
            phone,
            caller,
            config,
            spool=Spool(spool or config.call.journals.parent / "spool"),
            held=self._held.keys(),
            database=self._database,
        )

    def stop(self) -> None:
        """Claim no more leads; ``run`` returns when the calls in progress have ended."""
        self._stopping.set()
        self._wake.set()

    async def run(self, *, until_done: bool = False) -> None:
        """Dial until stopped. Cancelling it abandons the calls under way; they are settled at the next start.

        Parameters
        ----------
        until_done
            Return when there is nothing to do now: no lead of a running campaign may be called at this time, and no
            attempt is open. Leads to be retried later don't count, except those that were given back
            because trunk or node was in trouble.

        Raises
        ------
        ConfigurationError
            Another process dials under this node's name.
        UnavailableError
            The database was away at the start.
        """
        await self._reconciler.start()
        self._connection = self._phone.connection
        keeping = asyncio.create_task(self._keep(), name="keep")
        try:
            while not self._stopping.is_set():
                claimed = await self._look()
                if until_done and not claimed and await self._is_done():
                    break
                self._wake.clear()
                await _wait(self._wake, LOOK_SECONDS)
            while self._tasks:
                await asyncio.wait(self._tasks)
            await self._last_round()
        finally:
            for task in (*self._tasks, keeping):
                task.cancel()
            await asyncio.gather(*self._tasks, *self._reports, keeping, return_exceptions=True)

    # ------------------------------------------------------------------------------------------------

    async def _look(self) -> int:
        """Claim leads that may be called now and start their calls; returns how many were claimed."""
        if self._phone.connection != self._connection:
            self._connection = self._phone.connection
            self._round_due.set()
            if not self._connection:
                for name in self._config.trunks:
                    await self._health.away(name, ASTERISK_IS_AWAY)
        claimed = 0
        for name, trunk in self._config.trunks.items():
            under_way = sum(ticket.trunk == name for ticket in self._held.values())
            load = NodeLoad(
                connected=self._phone.connection > 0,
                stopping=self._stopping.is_set(),
                under_way=len(self._held),
                most=self._most_calls,
                unwritten=self._reconciler.unwritten,
            )
            at_most = calls_to_claim(load, trunk_under_way=under_way, trunk_max_calls=trunk.max_calls)
            if not at_most:
                continue
            try:
                found = await self._store.claim(
                    self._config.node,
                    name,
                    max_calls=trunk.max_calls,
                    calls_per_second=trunk.calls_per_second,
                    at_most=at_most,
                    rule_of=rule_of,
                    missed=missed,
                )
            except UnavailableError as error:
                self._database.failed("claims", error=str(error))
                await _wait(self._stopping, AWAY_SECONDS)
                continue
            except Exception:
                _log.exception("nothing can be claimed")
                await _wait(self._stopping, AWAY_SECONDS)
                continue
            self._database.worked("claims")
            self._health.saw(name, found.holds)
            for ticket in found.tickets:
                self._begin(ticket)
            claimed += len(found.tickets)
        return claimed

    def _begin(self, ticket: Ticket) -> None:
        self._held[ticket.attempt] = ticket
        task = asyncio.create_task(self._attempt(ticket), name=f"attempt {ticket.attempt}")
        self._tasks.add(task)

        def ended(_: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            self._held.pop(ticket.attempt, None)
            self._wake.set()

        task.add_done_callback(ended)

    async def _attempt(self, ticket: Ticket) -> None:
        """Take one ticket from claim to finish."""
        with bound_contextvars(attempt=str(ticket.attempt), campaign=ticket.campaign_name):
            try:
                if not await self._prepared(ticket) or not await self._authorised(ticket):
                    return
                begun_at = self._store.time()
                await self._finish(ticket, await self._call(ticket, begun_at), begun_at)
            except Exception:
                # Nothing that this node can still do: the attempt stays open and its lead untouched.
                _log.exception("an attempt failed unexpectedly")

    async def _prepared(self, ticket: Ticket) -> bool:
        """Prepare; if that fails, give the attempt back in the way that fits the reason."""
        why = ""
        try:
            async with asyncio.timeout(PREPARE_SECONDS):
                await self._caller.prepare(ticket)
        except ConfigurationError as error:
            _log.error("the campaign is paused: it cannot be called", error=str(error))
            with contextlib.suppress(UnavailableError):
                await self._store.set_state(ticket.campaign, CampaignState.PAUSED, why=str(error))
            await self._release(ticket, str(error))
        except (UnavailableError, TimeoutError) as error:
            why = str(error) or "the preparation took too long"
        except VoicebotError as error:
            _log.warning("a lead cannot be called", error=str(error))
            await self._release(ticket, str(error), review=True)
        except Exception as error:
            _log.exception("a call could not be prepared")
            why = f"internal error: {error}"
        else:
            await self._health.prepared(ticket)
            return True
        if why:
            _log.info("a call could not be prepared", error=why)
            await self._health.unprepared(ticket, why)
            await self._reconciler.release(ticket.attempt, why)
        return False

    async def _release(self, ticket: Ticket, why: str, *, review: bool = False) -> None:
        """Give back what was not dialled, for no fault of trunk or node."""
        await self._reconciler.release(ticket.attempt, why, review=review)
        await self._health.undecided(ticket)

    async def _authorised(self, ticket: Ticket) -> bool:
        """Wait for the slot and have the attempt authorised; gives it back if that is refused."""
        slot: float | None = ticket.slot
        try:
            trunk = self._config.trunks[ticket.trunk]
            rate, calls = trunk.calls_per_second, trunk.max_calls
            if needs_another(self._store.until(ticket.slot), calls_per_second=rate, max_calls=calls):
                slot = await self._store.postpone(ticket.attempt, calls_per_second=rate, max_calls=calls)
            if slot is None:
                await self._health.undecided(ticket)
                return False
            await _wait(self._stopping, self._store.until(slot))
            if self._stopping.is_set() or not self._phone.connection:
                await self._release(ticket, "the node stops" if self._stopping.is_set() else ASTERISK_IS_AWAY)
                return False
            if await self._store.authorise(ticket.attempt):
                return True
        except UnavailableError as error:
            await self._release(ticket, str(error))
            return False
        await self._release(ticket, "the campaign is not running, or the slot has passed")
        return False

    async def _call(self, ticket: Ticket, begun_at: float) -> Result:
        def reached() -> None:
            if self._health.troubled:
                task = asyncio.create_task(self._health.reached(ticket, begun_at), name=f"reached {ticket.attempt}")
                self._reports.add(task)
                task.add_done_callback(self._reports.discard)

        try:
            return await self._caller.call(ticket, reached)
        except Exception as error:
            _log.exception("a call failed")
            return uncertain(f"internal error: {error}")

    async def _finish(self, ticket: Ticket, result: Result, begun_at: float) -> None:
        """Write the result; a cancelled dialer still writes it."""

        async def write() -> None:
            held = await self._health.ended(ticket, result, begun_at)
            await self._reconciler.finish(ticket.attempt, dataclasses.replace(result, held=held))

        writing = asyncio.create_task(write())
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await writing
            raise
        _log.info("attempt finished", disposition=result.disposition, outcome=result.outcome, fate=result.fate.value)

    async def _keep(self) -> None:
        """Send heartbeats and do the periodic work, for as long as the dialer runs."""
        while True:
            hurried = self._reconciler.unsettled or self._reconciler.unwritten
            await _wait(self._round_due, HURRIED_ROUND_SECONDS if hurried else ROUND_SECONDS)
            self._round_due.clear()
            try:
                if not await self._reconciler.round():
                    _log.error("another process dials under this node's name; this one stops", node=self._config.node)
                    self.stop()
                    return
                done = await self._store.close_finished(list(self._config.trunks))
                self._database.worked("heartbeat")
                if done:
                    _log.info("campaigns are done", count=len(done))
            except UnavailableError as error:
                self._database.failed("heartbeat", error=str(error))
            except Exception:
                _log.exception("no heartbeat")

    async def _is_done(self) -> bool:
        if self._tasks or self._reconciler.unwritten:
            return False
        trunks = list(self._config.trunks)
        try:
            if await self._store.open_count(trunks) or await self._store.ready_count(trunks):
                return False
            waits = self._health.troubled or self._health.held_within(GIVEN_BACK_SECONDS)
            within = GIVEN_BACK_SECONDS if waits else 0.0
            return not await self._store.given_back_count(trunks, within=within)
        except UnavailableError:
            return False

    async def _last_round(self) -> None:
        with contextlib.suppress(UnavailableError):
            await self._reconciler.round()
            await self._store.close_finished(list(self._config.trunks))
            await self._store.leave(self._config.node)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, at most this many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
