"""From an engine's output to what a call plays: 8 kHz, one loudness for all voices, no silence at the ends."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import soxr

from voicebot.speech.audio import SAMPLE_RATE

SPEECH_LEVEL_DBFS: Final = -20.0
"""Level of the active speech; about what a telephone network expects (ITU-T G.115: −20 ± 4 dBm0 region)."""
PEAK_LIMIT: Final = 0.89
"""Highest sample, of 1.0: −1 dBFS, so that no codec on the way clips."""
FORM: Final = "8k-1"
"""Names this chain in the identity of a voice; change it when the sound of ``finish`` changes."""

_FRAME: Final = SAMPLE_RATE // 100
_ACTIVE_RANGE_DB: Final = 25.0  # frames this far below the loudest still count as speech
_TRIM_RANGE_DB: Final = 40.0  # weak fricatives at both ends are audible down to about here
_LEAD_FRAMES: Final = 3
_TAIL_FRAMES: Final = 8
_FADE_SAMPLES: Final = SAMPLE_RATE // 200
_SILENCE_DBFS: Final = -75.0

Samples = npt.NDArray[np.float32]


def finish(samples: Samples, rate: int) -> bytes:
    """Turn an engine's output into playable speech.

    Parameters
    ----------
    samples
        Mono, −1 to 1.
    rate
        Samples a second.

    Returns
    -------
    bytes
        16-bit little-endian PCM at 8 kHz; empty when there is nothing to be heard.
    """
    if not len(samples):
        return b""
    audio = np.asarray(soxr.resample(samples, rate, SAMPLE_RATE), dtype=np.float32)
    levels = _levels(audio)
    if not len(levels) or levels.max() < _SILENCE_DBFS:
        return b""
    audio = _trim(audio, levels)
    audio = _limit(audio * _gain(_levels(audio)))
    ramp = np.linspace(0.0, 1.0, _FADE_SAMPLES, dtype=np.float32)
    audio[:_FADE_SAMPLES] *= ramp
    audio[-_FADE_SAMPLES:] *= ramp[::-1]
    return np.asarray(np.round(audio * 32767.0), dtype="<i2").tobytes()


def speech_level(pcm: bytes) -> float:
    """Active speech level of 8 kHz PCM in dBFS; −inf for silence."""
    audio = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0
    levels = _levels(audio)
    if not len(levels) or levels.max() < _SILENCE_DBFS:
        return -float("inf")
    return _active_level(levels)


def silence(seconds: float) -> bytes:
    """Digital silence, 8 kHz PCM."""
    return bytes(2 * round(seconds * SAMPLE_RATE))


def _levels(audio: Samples) -> Samples:
    """RMS of each 10 ms in dBFS; a last part shorter than that is padded."""
    padded = np.pad(audio, (0, -len(audio) % _FRAME))
    power = (padded.reshape(-1, _FRAME) ** 2).mean(axis=1)
    return np.asarray(10.0 * np.log10(power + 1e-10), dtype=np.float32)


def _active_level(levels: Samples) -> float:
    active = levels[levels > levels.max() - _ACTIVE_RANGE_DB]
    return float(10.0 * np.log10(np.mean(10.0 ** (active / 10.0))))


def _gain(levels: Samples) -> np.float32:
    return np.float32(10.0 ** ((SPEECH_LEVEL_DBFS - _active_level(levels)) / 20.0))


def _trim(audio: Samples, levels: Samples) -> Samples:
    heard = np.flatnonzero(levels > levels.max() - _TRIM_RANGE_DB)
    first = max(0, int(heard[0]) - _LEAD_FRAMES)
    last = int(heard[-1]) + 1 + _TAIL_FRAMES
    return audio[first * _FRAME : last * _FRAME].copy()


def _limit(audio: Samples) -> Samples:
    """Hold peaks under the limit by a gain that moves slowly enough not to be heard as distortion."""
    loud = np.abs(audio)
    if loud.max() <= PEAK_LIMIT:
        return audio
    half = _FRAME // 2
    gain = np.minimum(1.0, PEAK_LIMIT / np.maximum(loud, 1e-6))
    held = np.lib.stride_tricks.sliding_window_view(np.pad(gain, 2 * half, mode="edge"), 2 * half + 1).min(axis=1)
    smooth = np.lib.stride_tricks.sliding_window_view(held, 2 * half + 1).mean(axis=1)
    return np.asarray(audio * smooth, dtype=np.float32)
