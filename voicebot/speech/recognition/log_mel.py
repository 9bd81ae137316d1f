"""The features that Whisper hears: 80 mel bands, 100 frames a second, in plain numpy. Pure.

Formula: Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision" (2022), with Slaney's mel scale.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

Array = np.ndarray[Any, Any]

RATE: Final = 16000
"""Samples a second."""
BANDS: Final = 80
_WINDOW: Final = 400
_HOP: Final = 160
_LOUD_DECADES: Final = 8.0
"""Everything more than this far below the loudest place counts as silence."""


def log_mel(samples: Array, frames: int) -> Array:
    """Return the features of an utterance.

    Parameters
    ----------
    samples
        At 16 kHz, -1 to 1.
    frames
        How many frames of 10 ms are wanted; shorter audio is filled up with silence, longer audio is cut.

    Returns
    -------
    ndarray
        float32 of shape (80, ``frames``).
    """
    wanted = frames * _HOP
    audio = np.asarray(samples, np.float32)[:wanted]
    audio = np.pad(audio, (0, wanted - len(audio)))
    audio = np.pad(audio, (_WINDOW // 2, _WINDOW // 2), mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(audio, _WINDOW)[::_HOP][:frames]
    power = np.abs(np.fft.rfft(windows * _HANN, axis=1)) ** 2
    mel = np.log10(np.maximum(_FILTERS @ power.T.astype(np.float32), 1e-10))
    mel = np.maximum(mel, mel.max() - _LOUD_DECADES)
    return np.asarray((mel + 4) / 4, np.float32)


def _to_mel(hertz: Array) -> Array:
    return np.where(hertz < 1000, hertz * 3 / 200, 15 + np.log(np.maximum(hertz, 1e-9) / 1000) / (np.log(6.4) / 27))


def _to_hertz(mel: Array) -> Array:
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


def _filters() -> Array:
    centres = np.linspace(0, RATE / 2, _WINDOW // 2 + 1)
    edges = _to_hertz(np.linspace(_to_mel(np.array(0.0)), _to_mel(np.array(RATE / 2)), BANDS + 2))
    widths = np.diff(edges)
    slopes = edges[:, None] - centres[None]
    triangles = np.maximum(0, np.minimum(-slopes[:-2] / widths[:-1, None], slopes[2:] / widths[1:, None]))
    return (triangles * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


_FILTERS: Final = _filters()
_HANN: Final = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
