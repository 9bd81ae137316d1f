"""A second recogniser, which calls ask to listen once more to a single utterance. Shared, and never waited for long."""

from __future__ import annotations

import asyncio
from typing import Final

from voicebot.logs import get_logger
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.recognition.recognizer import EngineInfo, Hints, Recognition, RecognizerPool

LOOK_SECONDS: Final = 0.7
"""Longest wait for a second look: what a person takes for thinking, and a tenth of being asked the same again."""
MOST_LOOKS: Final = 2
"""How many looks a worker may have pending: the result of one more would come too late."""
_LONGEST_BYTES: Final = 9 * SAMPLE_RATE * 2
"""Longer utterances are seldom doubted as a whole, and take too long."""

_log = get_logger(part="second ear")


class SecondEar:
    """Another recogniser.

    Parameters
    ----------
    pool
        Its worker processes.
    workers
        How many these are.
    """

    def __init__(self, pool: RecognizerPool, workers: int = 1) -> None:
        self._pool = pool
        self._most = workers * MOST_LOOKS
        self._under_way = 0

    @property
    def info(self) -> EngineInfo:
        """Which engine this is and why."""
        return self._pool.info

    async def start(self) -> None:
        """Load the model. Raises UnavailableError."""
        await self._pool.start()

    async def close(self) -> None:
        """End its workers."""
        await self._pool.close()

    async def look(self, call: str, pcm: bytes) -> Recognition | None:
        """Listen to an utterance.

        Parameters
        ----------
        call
            Which call asks, for logs.
        pcm
            The utterance so far, 8 kHz 16-bit.

        Returns
        -------
        Recognition
            What it heard, open vocabulary; ``best`` is empty where it heard no words.
        None
            It has no time for this, or did not answer in time.
        """
        if self._under_way >= self._most or not 0 < len(pcm) <= _LONGEST_BYTES:
            return None
        told: asyncio.Future[Recognition] = asyncio.get_running_loop().create_future()

        def words(recognition: Recognition) -> None:
            if not told.done():
                told.set_result(recognition)

        self._under_way += 1
        session = self._pool.open(call, words)
        try:
            session.begin(1, Hints())
            session.feed(pcm)
            session.interim(1)
            async with asyncio.timeout(LOOK_SECONDS):
                found = await told
        except TimeoutError:
            _log.info("second look not in time", call=call, seconds=round(len(pcm) / 2 / SAMPLE_RATE, 1))
            return None
        finally:
            self._under_way -= 1
            session.close()
        return None if found.failed else found
