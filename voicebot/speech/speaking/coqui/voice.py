"""Coqui behind the ``Voice`` protocol: in its own process, never waited for longer than its limit."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from pathlib import Path
from typing import Final

import numpy as np

from voicebot.config import CoquiSection
from voicebot.errors import RefusedError, UnavailableError
from voicebot.services.launching import temporary_folder
from voicebot.services.lines import Reply
from voicebot.services.supervised import SupervisedProcess
from voicebot.services.supervision import Limits
from voicebot.speech.speaking.coqui.environment import find_environment, surroundings
from voicebot.speech.speaking.coqui.model import find_model
from voicebot.speech.speaking.loudness import FORM, finish
from voicebot.speech.speaking.spoken_text import is_speakable, plain

LOGS: Final = Path("var/logs")
_ATTEMPTS: Final = 3
_SETTLING_SECONDS: Final = 0.2
"""Before another attempt: until the end of a process has been noticed."""
_STUCK_SECONDS: Final = 60.0
"""A sentence takes far less; a request this old is never answered."""


class CoquiVoice:
    """One model of Coqui's in one or several processes.

    Parameters
    ----------
    section
        Configuration.
    language
        BCP 47 tag of what it speaks.
    model
        As in ``section.models``.
    logs
        Folder for what the processes print.

    Raises
    ------
    ConfigurationError
        The model is not there.
    UnavailableError
        Coqui or espeak-ng is not installed.
    """

    def __init__(self, section: CoquiSection, language: str, model: str, *, logs: Path = LOGS) -> None:
        environment = find_environment(section.environment)
        found = find_model(model)
        arguments = ["--seed", str(section.seed), "--device", section.device]
        arguments += ["--speaker", section.speaker] if section.speaker else []
        arguments += ["--language", section.language] if section.language else []
        self._language = language
        self._section = section
        spoken = "-".join(part for part in (section.speaker, section.language) if part)
        self._name = "-".join(
            part for part in ("coqui", environment.version, found.name, spoken, f"s{section.seed}", FORM) if part
        )
        self._bin = temporary_folder("Coqui")
        variables = surroundings(self._bin)
        if found.home is not None:
            variables["TTS_HOME"] = str(found.home)
        limits = Limits(
            start_seconds=section.start_seconds, stuck_seconds=_STUCK_SECONDS, steady_seconds=10.0, rest_seconds=60.0
        )
        self._processes = [
            SupervisedProcess(
                "Coqui",
                environment.command("host", *found.arguments, *arguments),
                log=logs / f"coqui-{language}{f'-{number}' if number else ''}.log",
                environment=variables,
                limits=limits,
            )
            for number in range(section.workers)
        ]
        self._pending = dict.fromkeys(range(section.workers), 0)

    @property
    def name(self) -> str:
        """Identity for the prompt cache."""
        return self._name

    @property
    def language(self) -> str:
        """BCP 47 tag."""
        return self._language

    @property
    def processes(self) -> tuple[SupervisedProcess, ...]:
        """The processes that speak."""
        return tuple(self._processes)

    async def start(self) -> None:
        """Start all processes; returns when one of them can speak.

        Raises
        ------
        UnavailableError
            None can; says why.
        """
        for process in self._processes:
            await process.start()
        await self._one_ready(self._section.start_seconds)

    async def close(self) -> None:
        """End them; nothing is left running."""
        await asyncio.gather(*(process.close() for process in self._processes))
        shutil.rmtree(self._bin, ignore_errors=True)

    async def synthesize(self, text: str, *, speed: float = 1.0, urgent: bool = False) -> bytes:
        """Speak ``text``; see ``Voice.synthesize``.

        An urgent text fails at once where no process is ready. Another one waits for one that is being started, and
        is tried again where a process ends while it is spoken.
        """
        text = plain(text)
        if not is_speakable(text):
            return b""
        until = time.monotonic() + self._section.prepare_seconds
        request = {"do": "speak", "text": text, "speed": min(2.0, max(0.5, speed)), "urgent": urgent}
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                reply = await self._ask(request, until)
                break
            except RefusedError:
                raise
            except UnavailableError:
                if urgent or attempt == _ATTEMPTS or time.monotonic() >= until:
                    raise
                await asyncio.sleep(_SETTLING_SECONDS)
                await self._one_ready(until - time.monotonic())
        samples = np.frombuffer(reply.payload, dtype="<f4")
        pcm = await asyncio.to_thread(finish, samples, int(reply.fields["rate"]))
        if not pcm:
            raise UnavailableError(f"Coqui has no sound for a text of {len(text)} characters")
        return pcm

    async def _ask(self, request: dict[str, object], until: float) -> Reply:
        number = min(self._pending, key=lambda one: (not self._processes[one].is_ready, self._pending[one]))
        self._pending[number] += 1
        try:
            return await self._processes[number].ask(request, seconds=max(0.0, until - time.monotonic()))
        finally:
            self._pending[number] -= 1

    async def _one_ready(self, seconds: float) -> None:
        waiting = {asyncio.ensure_future(process.ready(seconds)) for process in self._processes}
        try:
            error: BaseException | None = None
            for each in asyncio.as_completed(waiting):
                try:
                    await each
                except UnavailableError as fault:
                    error = fault
                    continue
                return
            if error is not None:
                raise error
        finally:
            for one in waiting:
                one.cancel()
            with contextlib.suppress(UnavailableError, asyncio.CancelledError):
                await asyncio.gather(*waiting, return_exceptions=True)
