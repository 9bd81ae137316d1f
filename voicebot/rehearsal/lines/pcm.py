"""Samples of -1 to 1, and the 16-bit PCM that calls carry. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np

from voicebot.rehearsal.lines.rooms import Samples

_CEILING: Final = 0.98


def from_pcm(pcm: bytes) -> Samples:
    """16-bit PCM to samples of -1 to 1."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(32768.0)


def to_pcm(samples: Samples) -> bytes:
    """Samples of -1 to 1 to 16-bit PCM, what is too loud clipped as a telephone would."""
    return np.asarray(np.rint(np.clip(samples, -_CEILING, _CEILING) * 32768.0), dtype="<i2").tobytes()
