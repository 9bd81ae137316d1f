"""Echo of the bot's own line, as it comes back from the person's side: from the earpiece, or from a hybrid. Pure."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from voicebot.rehearsal.lines.rooms import Samples
from voicebot.speech.audio import FRAME_SAMPLES, SAMPLE_RATE

_PATHS: Final = 3
_SPREAD_MS: Final = (1.0, 8.0)
_LATER_DB: Final = -20.0
_MOST_WAITING: Final = 3
"""Frames that may wait to be echoed; what comes in bursts beyond that is dropped, so that the delay stays."""


class Echo:
    """One call's echo.

    Parameters
    ----------
    delay_ms
        From hearing the bot to its echo, 0 to 500.
    return_loss_db
        How far below the bot's speech its echo is.
    draw
        The paths by which it comes back.
    """

    def __init__(self, delay_ms: float, return_loss_db: float, draw: np.random.Generator) -> None:
        path = np.zeros(round(_SPREAD_MS[1] / 1000.0 * SAMPLE_RATE) + 1)
        path[0] = 1.0
        for milliseconds in draw.uniform(*_SPREAD_MS, _PATHS):
            path[round(milliseconds / 1000.0 * SAMPLE_RATE)] += draw.choice((-1.0, 1.0)) * 10.0 ** (_LATER_DB / 20.0)
        gain = 10.0 ** (-return_loss_db / 20.0) / np.sqrt(np.sum(path**2))
        self._path = np.asarray(path * gain, dtype=np.float32)
        self._waiting: deque[Samples] = deque(maxlen=_MOST_WAITING)
        self._delayed = np.zeros(round(delay_ms / 1000.0 * SAMPLE_RATE), dtype=np.float32)
        self._tail = np.zeros(len(path) - 1, dtype=np.float32)

    def hear(self, frame: Samples) -> None:
        """Take 20 ms of the bot."""
        self._waiting.append(frame)

    def next(self) -> Samples:
        """Return the 20 ms of echo that are due; to be called once a frame."""
        heard = self._waiting.popleft() if self._waiting else np.zeros(FRAME_SAMPLES, dtype=np.float32)
        returned = np.convolve(heard[:FRAME_SAMPLES], self._path)
        returned[: len(self._tail)] += self._tail
        self._tail = returned[FRAME_SAMPLES:]
        self._delayed = np.concatenate([self._delayed, returned[:FRAME_SAMPLES]])
        due, self._delayed = self._delayed[:FRAME_SAMPLES], self._delayed[FRAME_SAMPLES:]
        return due
