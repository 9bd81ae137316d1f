"""The local policy in a process of its own: no script that is made ready, and no decision, holds up a call's audio."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from voicebot import paths
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.pinned import pinned_text
from voicebot.dialogue.talk import Question, Understanding
from voicebot.dialogue.understanding.host import packed
from voicebot.dialogue.understanding.local import Compared
from voicebot.dialogue.understanding.policy import engine_answer
from voicebot.errors import RefusedError, UnavailableError
from voicebot.services.launching import ONE_THREAD
from voicebot.services.supervised import SupervisedProcess
from voicebot.services.supervision import Limits

START_SECONDS: Final = 60.0
LOAD_SECONDS: Final = 120.0
"""Longest time for making a script ready; seconds where it was never seen on this machine before."""
ANSWER_SECONDS: Final = 1.8
"""Longest time for one answer, a new start of the process included."""
_RETRY_SECONDS: Final = 0.05
_LIMITS: Final = Limits(start_seconds=START_SECONDS, first_pause_seconds=0.05, stuck_seconds=LOAD_SECONDS)


class UnderstandingService:
    """The process; used from one event loop, in the main thread.

    Parameters
    ----------
    log
        File that gets what it prints.
    """

    def __init__(self, log: Path | None = None) -> None:
        self.process = SupervisedProcess(
            "understanding",
            [sys.executable, "-m", "voicebot.dialogue.understanding.host"],
            log=log or paths.cache_folder() / "understanding.log",
            environment={**ONE_THREAD, **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}},
            limits=_LIMITS,
        )
        self._texts: dict[str, str] = {}
        self._start = asyncio.Lock()

    async def load(self, script: Script) -> HostedPolicy:
        """Make a script ready.

        Raises
        ------
        UnavailableError
            The process does not come up, or it cannot make the script ready.
        """
        key = script.content_hash
        self._texts[key] = await asyncio.to_thread(pinned_text, script)
        async with self._start:
            await self.process.start()
            await self.process.ready(START_SECONDS)
        await self._load(key, LOAD_SECONDS)
        return HostedPolicy(script, self)

    async def ask(self, script: str, do: str, *arguments: Any) -> Any:
        """Ask for what ``LocalPolicy`` answers.

        Raises
        ------
        UnavailableError
            There is no answer in time.
        """
        request = {"do": do, "script": script, "arguments": packed(arguments)}
        until = time.monotonic() + ANSWER_SECONDS
        while True:
            try:
                return pickle.loads(await self._asked(request, until))  # noqa: S301 - from a process of our own
            except RefusedError:
                raise  # it is running, and would fail at this again: asking on would only keep other calls waiting
            except UnavailableError:
                if time.monotonic() + _RETRY_SECONDS >= until:
                    raise
            await asyncio.sleep(_RETRY_SECONDS)  # it is being started again

    async def _asked(self, request: Mapping[str, Any], until: float) -> bytes:
        await self.process.ready(until - time.monotonic())
        try:
            reply = await self.process.ask(request, seconds=until - time.monotonic())
        except RefusedError:  # it was started again, and does not know the script yet
            await self._load(request["script"], until - time.monotonic())
            reply = await self.process.ask(request, seconds=until - time.monotonic())
        return reply.payload

    async def close(self) -> None:
        """End the process."""
        await self.process.close()

    async def _load(self, script: str, seconds: float) -> None:
        await self.process.ask({"do": "load", "script": script, "text": self._texts[script]}, seconds=seconds)


class HostedPolicy:
    """Understands utterances for one script; made by ``UnderstandingService.load``."""

    def __init__(self, script: Script, service: UnderstandingService) -> None:
        self._script, self._service = script, service

    @property
    def name(self) -> str:
        """``local``."""
        return "local"

    async def understand(self, question: Question) -> Understanding:
        """Understand what was heard; see ``Policy``. Raises UnavailableError where there is no answer in time."""
        settled = engine_answer(self._script, question)
        if settled is not None:
            return settled
        answer = await self._ask("understand", question)
        assert isinstance(answer, Understanding)  # noqa: S101 - what LocalPolicy gives
        return answer

    async def compared(self, question: Question) -> Compared:
        """Answer, and tell what was compared; see ``Local``."""
        answer = await self._ask("compared", question)
        assert isinstance(answer, Compared)  # noqa: S101
        return answer

    async def informed(self, question: Question, probabilities: Mapping[str, Mapping[str, float]]) -> Understanding:
        """Answer by other probabilities; see ``Local``."""
        answer = await self._ask("informed", question, probabilities)
        assert isinstance(answer, Understanding)  # noqa: S101
        return answer

    async def _ask(self, do: str, *arguments: Any) -> Any:
        return await self._service.ask(self._script.content_hash, do, *arguments)
