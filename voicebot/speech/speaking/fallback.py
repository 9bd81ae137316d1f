"""A line is spoken whatever becomes of the voice that should speak it: a light voice takes over within the same line.

Each of the two voices has its own prompt cache, so a clip is always stored under the name of the voice that spoke it,
and the better voice is asked again as soon as that is worthwhile. One voice speaks the whole of a line.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from voicebot.errors import RefusedError, UnavailableError
from voicebot.logs import get_logger
from voicebot.services.breaker import CircuitBreaker
from voicebot.speech.speaking.prompts import Progress, PromptCache
from voicebot.speech.speaking.voice import Voice

FAILURES: Final = 2
"""Failures in a row after which the better voice is not asked for a while."""
OPEN_SECONDS: Final = 10.0
_WARM_UP: Final = "1 2 3"
_MOST_REMEMBERED: Final = 10_000

_log = get_logger(module="voice")


class Serviced(Protocol):
    """A voice whose engine has to be started and stopped."""

    async def start(self) -> None:
        """Start the engine; raises UnavailableError when it cannot be used."""

    async def close(self) -> None:
        """Stop it."""


class FallbackVoice:
    """Prompts of a voice and its fallback; implements ``voicebot.speech.speaking.prompts.Prompts``.

    Parameters
    ----------
    first
        The voice that should speak.
    second
        The voice that speaks when the first fails: light, in process.
    service
        The first voice's engine.
    live_seconds
        How long a call waits for the first voice.
    live, ahead
        Circuit breakers for calls and for rendering ahead. They are separate because rendering waits for an engine
        that is restarting and calls do not: a failure of one says nothing about the other.
    """

    def __init__(
        self,
        first: PromptCache,
        second: PromptCache,
        service: Serviced,
        *,
        live_seconds: float,
        live: CircuitBreaker | None = None,
        ahead: CircuitBreaker | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first, self._second, self._service = first, second, service
        self._live_seconds = live_seconds
        self._live = live or CircuitBreaker(FAILURES, OPEN_SECONDS)
        self._ahead = ahead or CircuitBreaker(FAILURES, OPEN_SECONDS)
        self._clock = clock
        self._fallen_back: OrderedDict[tuple[str, float], None] = OrderedDict()
        """Lines that the second voice speaks until the first one has rendered them."""

    @property
    def voice(self) -> Voice:
        """The voice that should speak."""
        return self._first.voice

    async def start(self) -> None:
        """Start the first voice's engine; when that fails, the second one speaks and an error is logged.

        The second one speaks a few words as well, so that its model is loaded when it is needed.
        """
        await self._second.voice.synthesize(_WARM_UP)
        try:
            await self._service.start()
        except UnavailableError as error:
            for breaker in (self._live, self._ahead):
                breaker.failed(self._clock())
            _log.error("voice does not start; light voice speaks", voice=self._first.voice.name,
                       instead=self._second.voice.name, reason=str(error))  # fmt: skip

    async def close(self) -> None:
        """Stop the engine."""
        await self._service.close()

    async def render(
        self,
        texts: Iterable[str],
        *,
        speed: float = 1.0,
        progress: Progress | None = None,
        templates: Iterable[str] | None = None,
    ) -> None:
        """Make every text ready to play, by one voice or the other; see ``PromptCache.render``."""
        wanted = list(dict.fromkeys(texts))
        templates = None if templates is None else tuple(templates)
        for done, text in enumerate(wanted, start=1):
            if not await self._rendered(text, speed, templates):
                await self._second.render([text], speed=speed, templates=templates)
                self._remember(text, speed)
            if progress:
                progress(done, len(wanted))

    def get(self, text: str, *, speed: float = 1.0) -> bytes | None:
        """PCM of ``text`` if it is ready; the second voice's only where the first one failed."""
        pcm = self._first.get(text, speed=speed)
        return self._second.get(text, speed=speed) if pcm is None and (text, speed) in self._fallen_back else pcm

    def speaker(self, text: str, *, speed: float = 1.0) -> str:
        """Name of the voice whose speech ``get`` returns."""
        first = (text, speed) not in self._fallen_back or self._first.get(text, speed=speed) is not None
        return (self._first if first else self._second).voice.name

    async def speech(self, text: str, *, speed: float = 1.0) -> bytes:
        """PCM of ``text`` within ``live_seconds`` plus the moment that the second voice needs.

        The second voice starts at once, so that its line is ready when it is needed: that costs next to nothing. What
        the first one delivers late is kept for the next time.

        Raises
        ------
        UnavailableError
            Neither could speak it.
        """
        ready = self.get(text, speed=speed)
        if ready is not None:
            return ready
        first = self._begin(self._first, text, speed) if self._live.allows(self._clock()) else None
        second = self._begin(self._second, text, speed)
        if first is not None:
            await asyncio.wait({first}, timeout=self._live_seconds)
            if self._went_well(first, text, speed):
                return first.result()
        try:
            pcm = await second
        except UnavailableError:
            if first is None:
                raise
            return await first
        self._remember(text, speed)
        return pcm

    def _begin(self, prompts: PromptCache, text: str, speed: float) -> asyncio.Task[bytes]:
        task = asyncio.create_task(prompts.speech(text, speed=speed))
        task.add_done_callback(
            lambda done: done.cancelled() or done.exception()
        )  # nobody may be waiting for it any more
        return task

    def _went_well(self, task: asyncio.Task[bytes], text: str, speed: float) -> bool:
        """Update the breaker by whether the first voice delivered the line in time."""
        if not task.done():
            self._failed(self._live, f"not within {self._live_seconds:g} s")
            return False
        error = task.exception()
        if isinstance(error, UnavailableError):
            self._failed(self._live, error)
            return False
        if error is not None:
            raise error
        self._succeeded(self._live, text, speed)
        return True

    async def _rendered(self, text: str, speed: float, templates: Iterable[str] | None) -> bool:
        ready = self._first.get(text, speed=speed) is not None
        if not ready and not self._ahead.allows(self._clock()):
            return False
        try:
            await self._first.render([text], speed=speed, templates=templates)
        except UnavailableError as error:
            self._failed(self._ahead, error)
            return False
        if not ready:
            self._succeeded(self._ahead, text, speed)
        return True

    def _succeeded(self, breaker: CircuitBreaker, text: str, speed: float) -> None:
        if breaker.is_open:
            _log.info("voice speaks again", voice=self._first.voice.name)
        breaker.succeeded()
        self._fallen_back.pop((text, speed), None)

    def _failed(self, breaker: CircuitBreaker, reason: object) -> None:
        # An engine that refuses a text is healthy.
        if not isinstance(reason, RefusedError):
            breaker.failed(self._clock())
        _log.warning("light voice takes over", voice=self._first.voice.name, instead=self._second.voice.name,
                     reason=str(reason))  # fmt: skip

    def _remember(self, text: str, speed: float) -> None:
        self._fallen_back[text, speed] = None
        while len(self._fallen_back) > _MOST_REMEMBERED:
            self._fallen_back.popitem(last=False)
