"""A real node beside a rehearsal's network, for tests that break things on purpose."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from voicebot.dialogue.script.pinned import pinned_text
from voicebot.dialogue.script.reading.load import load_script
from voicebot.journal.reader import find_journal, journal_path
from voicebot.paths import shipped
from voicebot.rehearsal.network import TRUNK, Network
from voicebot.rehearsal.persona import Persona
from voicebot.store.migrations import upgrade
from voicebot.store.records import Attempt, AttemptState, CampaignState, NewLead
from voicebot.store.store import Store

DAY: Final = date(2026, 11, 23)
PATIENCE: Final = 150.0
"""Longest wait for anything, seconds; a failure, not a measure."""
OPEN: Final = (AttemptState.CLAIMED, AttemptState.DIALLING, AttemptState.LOST)


def lead(phone: str, *, name: str = "Maria Lopez", company: str = "Acme Bank", reference: str = "") -> NewLead:
    """A lead of the reminder script."""
    return NewLead(
        phone=phone,
        name=name,
        company=company,
        amount=Decimal("120.50"),
        currency="USD",
        due_date=date(2026, 12, 1),
        timezone="America/New_York",
        reference=reference or phone,
        rehearsal_day=DAY,
    )


def persona(name: str, says: Mapping[str, Sequence[str]], behaviour: Sequence[str] = ()) -> Persona:
    """Somebody who answers the reminder script."""
    return Persona.model_validate(
        {
            "persona": name,
            "language": "en-US",
            "script": "reminder",
            "lead": {
                "name": "Maria Lopez",
                "company": "Acme Bank",
                "amount": "120.50",
                "currency": "USD",
                "due_date": "2026-12-01",
                "timezone": "America/New_York",
            },
            "today": DAY.isoformat(),
            "line": {"noise": "none", "level": "normal"},
            "behaviour": list(behaviour),
            "says": says,
            "expect": {"outcome": "will_pay_on_time"},
        }
    )


WILL_PAY: Final[Mapping[str, Sequence[str]]] = {
    "identity": ["yes this is Maria"],
    "reminder": ["yes I will pay on time"],
    "confirm": ["yes that's right"],
    "any": ["yes"],
}


@dataclass(slots=True)
class Stage:
    """A network, a store and a campaign, with nodes that can be started and killed."""

    network: Network
    store: Store
    folder: Path
    node: asyncio.subprocess.Process | None = None
    lives: int = 0

    async def campaign(self, leads: Sequence[NewLead], *, name: str = "test", retry: str = "") -> int:
        """Create and start a campaign of the reminder script; ``retry`` is its retry rule."""
        path = shipped("scripts_dialogue") / "en-US" / "reminder.yaml"
        script = load_script(path)
        campaign = await self.store.create_campaign(
            name,
            script="reminder",
            script_hash=script.content_hash,
            script_text=pinned_text(script),
            language=script.language,
            trunk=TRUNK,
            retry=retry,
        )
        await self.store.add_leads(campaign, leads)
        await self.store.set_state(campaign, CampaignState.RUNNING)
        return campaign

    async def start_node(self, log_to: Path | None = None) -> asyncio.subprocess.Process:
        """Start ``voicebot serve --until-done``; its log goes to a file of its own, or to ``log_to``."""
        self.lives += 1
        command = [sys.executable, "-m", "voicebot", "--config", str(self.network.config_file)]
        command += ["--log-level", "INFO", "--log-form", "json", "serve", "--until-done"]
        with (log_to or self.folder / f"node-{self.lives}.log").open("wb") as log:
            self.node = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        return self.node

    def kill_node(self) -> None:
        """``kill -9`` of the node's main process alone; what it leaves behind is part of the test."""
        assert self.node is not None
        self.node.kill()

    async def node_ends(self) -> int:
        """Wait for the node to leave by itself."""
        assert self.node is not None
        async with asyncio.timeout(PATIENCE):
            return await self.node.wait()

    def log(self) -> str:
        """What the last node said."""
        file = self.folder / f"node-{self.lives}.log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else "nothing: its log is elsewhere"

    async def attempts(self) -> list[Attempt]:
        """All attempts that were allowed to dial or may yet be."""
        return [one for one in await self.store.attempts() if one.state is not AttemptState.RELEASED]

    async def until(self, condition: Callable[[], Awaitable[bool]], what: str) -> None:
        """Wait for something to become true."""
        deadline = time.monotonic() + PATIENCE
        while not await condition():
            assert time.monotonic() < deadline, f"waited in vain for {what}\n{self.log()[-3000:]}"
            assert self.node is None or self.node.returncode in (None, 0, -signal.SIGKILL), self.log()[-3000:]
            await asyncio.sleep(0.05)

    def journal(self, attempt: UUID) -> Path:
        """The live journal of an attempt, where it is or will be."""
        folder = self.network.config.call.journals
        return find_journal(folder, attempt) or journal_path(folder, attempt, datetime.now(UTC).date())


@contextlib.asynccontextmanager
async def stage(
    folder: Path, *, max_calls: int = 4, config: Mapping[str, Mapping[str, Any]] | None = None
) -> AsyncIterator[Stage]:
    """A network and an upgraded store; everything ends with the block."""
    network: Network
    held: list[Stage] = []

    async def follow(dialled: str) -> Path | None:
        for _ in range(200):
            for attempt in await held[0].store.attempts():
                if attempt.phone.lstrip("+") == dialled and attempt.state in OPEN:
                    return held[0].journal(attempt.id)
            await asyncio.sleep(0.05)
        return None

    network = Network(folder / "net", config=config, follow=follow, max_calls=max_calls, calls_per_second=4.0)
    async with network:
        await upgrade(network.config.database.url)
        store = await Store.open(network.config.database.url)
        here = Stage(network, store, folder)
        held.append(here)
        try:
            yield here
        finally:
            if here.node is not None:
                if here.node.returncode is None:
                    here.node.kill()
                    await here.node.wait()
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(here.node.pid, signal.SIGKILL)
            await store.close()
