"""What the dialer needs from the part that makes the calls (``voicebot.call.maker`` in a node)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from voicebot.store.records import Result, Ticket


class Caller(Protocol):
    """Makes calls of tickets."""

    async def prepare(self, ticket: Ticket) -> None:
        """Do everything that can be done before dialling.

        Raises
        ------
        LeadError
            This lead cannot be called: it waits for a person, the campaign goes on.
        ConfigurationError
            No lead of this campaign can be called (its script is broken): the campaign is paused.
        UnavailableError
            Something is unavailable (a voice, a recogniser): the campaign is held for a while.
        """

    async def call(self, ticket: Ticket, reached: Callable[[], None]) -> Result:
        """Dial and talk; returns when it is over. Never raises anything but CancelledError.

        Parameters
        ----------
        reached
            Called when the phone rings or is answered: the trunk works, long before the call is over.
        """

    async def recover(self, attempt: UUID) -> Result | None:
        """Return what is left of a call that a crash cut off, ``None`` when nothing is known of it."""
