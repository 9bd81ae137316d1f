"""Which policy decides for a script: the local one, or Rasa with the local one beside it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from voicebot import logs
from voicebot.config import DialogueSection, RasaSection
from voicebot.dialogue.rasa import environment, models
from voicebot.dialogue.rasa.policy import RasaPolicy
from voicebot.dialogue.rasa.service import RasaService
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.understanding.hosted import HostedPolicy, UnderstandingService
from voicebot.dialogue.understanding.local import LocalPolicy
from voicebot.dialogue.understanding.policy import Policy
from voicebot.errors import UnavailableError

LOOK_SECONDS: Final = 10.0
"""How often to check whether a script was trained again, or whether one that failed to load can be loaded now."""
WAIT_SECONDS: Final = 20.0
"""How long calls wait for another model when Rasa worked before; after that the local policy decides for now."""

_log = logs.get_logger()


class Policies:
    """Makes policies, and runs what they need.

    Parameters
    ----------
    dialogue
        Which policy decides.
    rasa
        Where Rasa is and what is expected of it.
    apart
        The local policy runs in a process of its own, so that nothing it does holds up this one.
    """

    def __init__(self, dialogue: DialogueSection, rasa: RasaSection, *, apart: bool = False) -> None:
        self._wanted = dialogue.policy
        self._understanding = UnderstandingService() if apart else None
        self._rasa = rasa
        self._service: RasaService | None = None
        self._loaded: dict[str, tuple[Script, models.Trained | None]] = {}
        self._lock = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None

    @property
    def service(self) -> RasaService | None:
        """Rasa's hosts, once a policy needed them."""
        return self._service

    def check(self, script: Script, called: str = "") -> None:
        """Check that there is a policy for a script.

        Parameters
        ----------
        called
            Name or file by which people know the script, for the cure.

        Raises
        ------
        ConfigurationError
            There is no Rasa model of this very content.
        UnavailableError
            Rasa is not set up.
        """
        if self._wanted == "rasa":
            environment.find_python(self._rasa.environment)
            models.require(script, self._rasa.pipeline, called)

    async def of(self, script: Script) -> Policy:
        """Return the policy for a script, ready to decide.

        Raises
        ------
        ConfigurationError, UnavailableError
            As ``check``; or Rasa does not come up at all. Once it has, a model that is slow to load does not hold
            calls up: the local policy decides until it is there.
        """
        local: HostedPolicy | LocalPolicy
        if self._understanding is not None:
            local = await self._understanding.load(script)
        else:
            local = await asyncio.to_thread(LocalPolicy, script)
        if self._wanted == "local":
            return local
        model = models.require(script, self._rasa.pipeline)
        async with self._lock:
            if self._service is None:
                self._service = RasaService(environment.find_python(self._rasa.environment))
            if self._loaded:
                self._loaded[script.content_hash] = (script, await self._soon(self._service, model))
            else:
                await self._service.load(model)
                self._loaded[script.content_hash] = (script, model)
            if self._looking is None:
                self._looking = asyncio.create_task(self._look())
        return RasaPolicy(script, model, self._service, local, limit_seconds=self._rasa.limit_ms / 1000)

    async def refresh(self) -> None:
        """Load what was trained again; the previous models stay in use until it is ready, or if it cannot be."""
        for key, (script, before) in list(self._loaded.items()):
            model = models.active(script, self._rasa.pipeline)
            if model is None or self._service is None or (before is not None and model.sha256 == before.sha256):
                continue
            try:
                await self._service.load(model)
            except UnavailableError as error:
                _log.error("a Rasa model cannot be loaded; the previous one stays in use", why=str(error))
                continue
            self._loaded[key] = (script, model)

    async def close(self) -> None:
        """Stop what was started."""
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
        if self._service is not None:
            await self._service.close()
        if self._understanding is not None:
            await self._understanding.close()

    async def _soon(self, service: RasaService, model: models.Trained) -> models.Trained | None:
        """Load a model within the time that calls can wait; ``None``: it has to be tried again."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await service.load(model)
        except (TimeoutError, UnavailableError) as error:
            _log.error(
                "a Rasa model is not loaded yet; the local policy decides for now", script=model.script, why=str(error)
            )
            return None
        return model

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.refresh()
            except Exception:
                _log.exception("looking for newer Rasa models failed")
