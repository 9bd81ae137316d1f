"""A telephone without a network and a caller without a talk, for tests of what lies above them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from uuid import UUID

from voicebot.agi.phone import CallRequest, PhoneCall, PhoneEvents
from voicebot.config import CallSection, Config, DatabaseSection, TrunkSection
from voicebot.errors import UnavailableError
from voicebot.store.records import Result, Ticket


class StandInPhone:
    """An Asterisk that has the channels that a test gives it."""

    def __init__(self) -> None:
        self._connection = 1
        self.looks = 0
        self.channels: set[UUID] = set()
        self.ended: list[UUID] = []
        self.asked = 0

    @property
    def connection(self) -> int:
        """Number of the connection; counts how often it was looked at."""
        self.looks += 1
        return self._connection

    @connection.setter
    def connection(self, number: int) -> None:
        self._connection = number

    async def start(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""

    async def call(self, request: CallRequest, events: PhoneEvents, variables: Mapping[str, str] = {}) -> PhoneCall:
        raise NotImplementedError

    async def open_attempts(self) -> frozenset[UUID]:
        self.asked += 1
        if not self.connection:
            raise UnavailableError("no connection")
        return frozenset(self.channels)

    async def end_attempt(self, attempt: UUID) -> None:
        self.ended.append(attempt)
        self.channels.discard(attempt)


class StandInCaller:
    """Calls by a function; counts what was asked of it."""

    def __init__(
        self,
        call: Callable[[Ticket], Awaitable[Result]] | None = None,
        prepare: Callable[[Ticket], Awaitable[None]] | None = None,
    ) -> None:
        self._call, self._prepare = call, prepare
        self.prepared: list[Ticket] = []
        self.called: list[Ticket] = []
        self.left: dict[UUID, Result] = {}
        self.begun = asyncio.Event()

    async def prepare(self, ticket: Ticket) -> None:
        self.prepared.append(ticket)
        if self._prepare is not None:
            await self._prepare(ticket)

    async def call(self, ticket: Ticket, reached: Callable[[], None]) -> Result:
        self.called.append(ticket)
        self.begun.set()
        if self._call is not None:
            return await self._call(ticket)
        reached()
        return Result("answered", outcome="promise_to_pay")

    async def recover(self, attempt: UUID) -> Result | None:
        return self.left.get(attempt)


def config(url: str, folder: Path, *, node: str = "node-1", max_calls: int = 10, per_second: float = 1000.0) -> Config:
    """Return a node's configuration with one trunk."""
    return Config(
        node=node,
        database=DatabaseSection(url=url),
        call=CallSection(journals=folder / "journals"),
        trunks={"trunk": TrunkSection(endpoint="trunk", max_calls=max_calls, calls_per_second=per_second)},
    )
