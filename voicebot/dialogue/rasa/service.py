"""Rasa's hosts as services: models are loaded and replaced without a failed question, and asked within a time limit.

Light models share one host. A heavy model (DIET) takes seconds to load and holds Python's lock meanwhile, so each gets
a host of its own, which starts alongside the one that it replaces.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from voicebot import logs, paths
from voicebot.dialogue.rasa import environment
from voicebot.dialogue.rasa.models import Trained
from voicebot.errors import Problem, RefusedError, UnavailableError
from voicebot.services.breaker import CircuitBreaker
from voicebot.services.supervised import SupervisedProcess
from voicebot.services.supervision import Limits

START_SECONDS: Final = 120.0
LOAD_SECONDS: Final = 60.0
_LIMITS: Final = Limits(start_seconds=START_SECONDS, ask_seconds=1.0, frozen_seconds=4.0)
_FAILURES: Final = 2
_OPEN_SECONDS: Final = 2.0

_log = logs.get_logger()


class _Host:
    """One host process, and the file that tells it which models to load when it is started again."""

    def __init__(self, name: str, python: Path, folder: Path, log: Path) -> None:
        self._file = folder / f"{name}.json"
        self.paths: dict[str, str] = {}
        self.process = SupervisedProcess(
            "Rasa",
            [
                python, "-W", "ignore", environment.RUNTIME / "host.py",
                "--lines", environment.LINE_SERVER, "--models", self._file,
            ],
            log=log,
            environment=environment.VARIABLES,
            limits=_LIMITS,
        )  # fmt: skip

    def know(self, key: str, path: str) -> None:
        self.paths[key] = path
        half = self._file.with_suffix(".half")
        half.write_text(json.dumps(self.paths), encoding="utf-8")
        half.replace(self._file)

    async def start(self, model: Trained) -> None:
        self.know(model.script_hash, model.path)
        await self.process.start()
        details = await self.process.ready(START_SECONDS)
        loaded = details.get("models", {}).get(model.script_hash)
        if loaded != model.assistant:
            raise UnavailableError(Problem(f"Rasa could not load {model.path}", "train the script again"))

    async def load(self, model: Trained) -> None:
        await self.process.ready(START_SECONDS)
        request = {"do": "load", "model": model.script_hash, "path": model.path, "assistant": model.assistant}
        await self.process.ask(request, seconds=LOAD_SECONDS)
        self.know(model.script_hash, model.path)


class RasaService:
    """All hosts of one node; used from one event loop, in the main thread.

    Parameters
    ----------
    python
        Of Rasa's environment.
    log
        File for what the hosts print.
    """

    def __init__(self, python: Path, log: Path | None = None) -> None:
        self._python = python
        self._log_file = log or paths.rasa_folder() / "host.log"
        self._folder = tempfile.TemporaryDirectory(prefix="voicebot-rasa-")
        self._shared: _Host | None = None
        self._by_key: dict[str, _Host] = {}
        self._loading = asyncio.Lock()
        self._hosts = 0
        self._breaker = CircuitBreaker(_FAILURES, _OPEN_SECONDS)

    async def load(self, model: Trained) -> None:
        """Load a model; one that decides for the same script now is replaced once the new one is ready.

        Raises
        ------
        UnavailableError
            It cannot be loaded; the one before goes on deciding.
        """
        began = time.monotonic()
        async with self._loading:
            before = self._by_key.get(model.script_hash)
            host = await (self._heavy(model) if model.pipeline == "diet" else self._light(model))
            self._by_key[model.script_hash] = host
            if before is not None and before is not host and before is not self._shared:
                await before.process.close()
        seconds = round(time.monotonic() - began, 2)
        _log.info("Rasa model loaded", script=model.script, pipeline=model.pipeline, seconds=seconds)

    async def ask(self, key: str, request: Mapping[str, Any], *, seconds: float) -> Mapping[str, Any]:
        """Ask the model of a script.

        Raises
        ------
        UnavailableError
            No answer within ``seconds``, or nobody is asked for a while because there was none lately.
        """
        host = self._by_key.get(key)
        if host is None:
            raise UnavailableError(f"no Rasa model is loaded for {key[:12]}")
        if not self._breaker.allows(time.monotonic()):
            raise UnavailableError("Rasa is not being asked for a moment: it has not been answering")
        try:
            reply = await host.process.ask({**request, "model": key}, seconds=seconds)
        except RefusedError:
            self._breaker.succeeded()
            raise
        except UnavailableError:
            self._breaker.failed(time.monotonic())
            raise
        self._breaker.succeeded()
        return reply.fields

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the hosts that run."""
        return tuple(host.process.pid for host in dict.fromkeys(self._by_key.values()) if host.process.pid)

    async def ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until every host answers."""
        for host in dict.fromkeys(self._by_key.values()):
            await host.process.ready(seconds)

    async def close(self) -> None:
        """Stop all hosts; nothing is left running."""
        hosts = dict.fromkeys([*self._by_key.values(), *([self._shared] if self._shared else [])])
        self._by_key.clear()
        for host in hosts:
            await host.process.close()
        self._folder.cleanup()

    async def _light(self, model: Trained) -> _Host:
        if self._shared is not None:
            await self._shared.load(model)
            return self._shared
        self._shared = await self._started(model)
        return self._shared

    async def _heavy(self, model: Trained) -> _Host:
        return await self._started(model)

    async def _started(self, model: Trained) -> _Host:
        self._hosts += 1
        host = _Host(f"host-{self._hosts}", self._python, Path(self._folder.name), self._log_file)
        try:
            await host.start(model)
        except BaseException:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(host.process.close())
            raise
        return host
