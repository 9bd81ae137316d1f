"""Reports to the breakers of trunks and campaigns how calls went, and logs once when a hold begins and when it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from voicebot import logs
from voicebot.breaker import BreakerState
from voicebot.campaign.gate import about, key_of_fault, rule_of, trunk_keys
from voicebot.errors import UnavailableError
from voicebot.store.records import Fate, HoldKey, HoldKind, Result, Ticket
from voicebot.store.store import Store

_log = logs.get_logger()

_NAMES: Final = {HoldKind.TRUNK: "trunk", HoldKind.CAMPAIGN: "campaign"}


class Health:
    """What one node knows of the breakers, and its reports to them.

    Parameters
    ----------
    node
        Its name.
    """

    def __init__(self, store: Store, node: str) -> None:
        self._store, self._node = store, node
        self._seen: dict[HoldKey, BreakerState] = {}
        self._held_at: float | None = None

    @property
    def troubled(self) -> bool:
        """A breaker knows of faults."""
        return bool(self._seen)

    def held_within(self, seconds: float) -> bool:
        """Something was held in the last so many seconds."""
        return self._held_at is not None and self._store.time() - self._held_at < seconds

    def saw(self, trunk: str, holds: Mapping[HoldKey, BreakerState]) -> None:
        """Take the breakers that a claim through ``trunk`` saw; the others have no faults."""
        of_trunk = set(trunk_keys(trunk, self._node))
        gone = {key for key in self._seen if key in of_trunk or key.kind is HoldKind.CAMPAIGN} - holds.keys()
        for key in gone:
            del self._seen[key]
        self._seen.update(holds)
        self._note_holds()

    async def ended(self, ticket: Ticket, result: Result, begun_at: float) -> bool:
        """Report how a call ended.

        Returns
        -------
        bool
            Whether its trunk is held now.
        """
        keys = trunk_keys(ticket.trunk, self._node)
        if result.fate is Fate.NOT_ASKED:
            key = key_of_fault(result.origin, ticket.trunk, self._node, [key for key in keys if self._is_open(key)])
            who = about(result.origin, ticket.lead_id)
            state = await self._change(
                key,
                ticket.trunk,
                lambda state, now: rule_of(key).failed(state, now, result.explanation, about=who),
            )
            return state is not None and state.is_open
        if result.fate is Fate.KNOWN:
            await self.reached(ticket, begun_at)
        else:
            await self.undecided(ticket)
        return any(self._is_open(key) for key in keys)

    async def reached(self, ticket: Ticket, begun_at: float) -> None:
        """The network carried a call that was begun at ``begun_at`` (database time): its trunk works."""
        await self._each(
            trunk_keys(ticket.trunk, self._node),
            ticket.trunk,
            lambda key: lambda state, _now: rule_of(key).succeeded(state, begun_at),
        )

    async def undecided(self, ticket: Ticket) -> None:
        """A ticket was given back before dialling, without a fault: if it was a trial, it decided nothing."""
        campaign = HoldKey(HoldKind.CAMPAIGN, ticket.campaign_name, self._node)
        await self._each(
            (*trunk_keys(ticket.trunk, self._node), campaign), ticket.trunk, lambda key: rule_of(key).undecided
        )

    async def unprepared(self, ticket: Ticket, why: str) -> None:
        """A campaign's call could not be prepared here."""
        key = HoldKey(HoldKind.CAMPAIGN, ticket.campaign_name, self._node)
        await self._change(key, ticket.trunk, lambda state, now: rule_of(key).failed(state, now, why))
        await self._each(trunk_keys(ticket.trunk, self._node), ticket.trunk, lambda key: rule_of(key).undecided)

    async def prepared(self, ticket: Ticket) -> None:
        """A campaign's call could be prepared here."""
        key = HoldKey(HoldKind.CAMPAIGN, ticket.campaign_name, self._node)
        await self._each((key,), ticket.trunk, lambda key: lambda state, now: rule_of(key).succeeded(state, now))

    async def away(self, trunk: str, why: str) -> None:
        """Nothing can be dialled from here at all: hold without waiting for faults."""
        key = trunk_keys(trunk, self._node)[1]
        if not self._is_open(key):
            await self._change(key, trunk, lambda state, now: rule_of(key).opened(state, now, why))

    # ------------------------------------------------------------------------------------------------

    def _is_open(self, key: HoldKey) -> bool:
        state = self._seen.get(key)
        return state is not None and state.is_open

    def _note_holds(self) -> None:
        if any(state.is_open for state in self._seen.values()):
            self._held_at = self._store.time()

    async def _each(
        self,
        keys: Iterable[HoldKey],
        trunk: str,
        change: Callable[[HoldKey], Callable[[BreakerState, float], BreakerState]],
    ) -> None:
        """Change the breakers known to have faults; most calls find none and write nothing."""
        for key in keys:
            if key in self._seen:
                await self._change(key, trunk, change(key))

    async def _change(
        self, key: HoldKey, trunk: str, change: Callable[[BreakerState, float], BreakerState]
    ) -> BreakerState | None:
        try:
            before, after = await self._store.change_hold(key, trunk, change)
        except UnavailableError as error:
            _log.info("a breaker could not be updated", error=str(error))
            return self._seen.get(key)
        if after == BreakerState():
            self._seen.pop(key, None)
        else:
            self._seen[key] = after
        self._note_holds()
        self._say(key, before, after)
        return after

    def _say(self, key: HoldKey, before: BreakerState, after: BreakerState) -> None:
        named = {_NAMES[key.kind]: key.name} | ({"node": key.node} if key.node else {})
        now = self._store.time()
        if after.is_open and not before.is_open:
            retry_in = round(after.retry_at - now)
            _log.warning(
                "held: nobody is called until a trial call succeeds", why=after.why, retry_in=retry_in, **named
            )
        elif before.is_open and not after.is_open:
            _log.warning("works again: calls continue", held_seconds=round(now - (before.opened_at or now)), **named)
        elif after.is_open and after.trials > before.trials:
            retry_in = round(after.retry_at - now)
            _log.info("still held: a trial call failed", why=after.why, retry_in=retry_in, trials=after.trials, **named)
