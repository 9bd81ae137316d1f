"""A dialling node in a process of its own; tells each start and end of a call on a pipe.

Arguments: database URL, folder, node, pipe's file descriptor, calls at a time, calls a second, longest call in
seconds, seed.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

from tests.integration.campaign.stand_ins import StandInCaller, StandInPhone, config
from voicebot.campaign.dialer import Dialer
from voicebot.store.records import Result, Ticket
from voicebot.store.store import Store


async def main() -> None:
    """Dial until nothing is left."""
    url, folder, node, pipe, max_calls, per_second, longest, seed = sys.argv[1:]
    chance = random.Random(int(seed))

    def tell(event: str, ticket: Ticket) -> None:
        os.write(int(pipe), f"{event} {node}/{seed} {ticket.attempt} {ticket.lead.phone}\n".encode())

    async def call(ticket: Ticket) -> Result:
        tell("S", ticket)
        await asyncio.sleep(chance.uniform(0, float(longest)))  # the call itself
        tell("E", ticket)
        return Result("answered", outcome="promise_to_pay")

    store = await Store.open(url)
    settings = config(url, Path(folder), node=node, max_calls=int(max_calls), per_second=float(per_second))
    await Dialer(store, StandInPhone(), StandInCaller(call), settings).run(until_done=True)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main())
