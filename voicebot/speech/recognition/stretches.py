"""Where a long utterance is cut for models that hear an utterance as a whole. Pure."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from voicebot.speech.audio import SAMPLE_RATE

_SEARCH_SECONDS: Final = 4.0


def quiet_place(pcm: bytes) -> int:
    """Return where to cut (in bytes): the quietest 100 ms of the last seconds of 8 kHz 16-bit PCM."""
    samples: np.ndarray[Any, Any] = np.frombuffer(pcm[: len(pcm) - len(pcm) % 2], "<i2")
    window = SAMPLE_RATE // 10
    first = max(0, len(samples) - int(_SEARCH_SECONDS * SAMPLE_RATE))
    blocks = samples[first:][: (len(samples) - first) // window * window].astype(np.float32).reshape(-1, window)
    return 2 * (first + int((blocks**2).mean(1).argmin()) * window + window // 2)
