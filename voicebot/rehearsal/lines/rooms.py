"""Rooms: how a voice sounds some way off, in a room that answers. Pure; made anew from a seed.

A room's response is the direct sound, a few early reflections in the first 50 ms and a tail of noise that decays
exponentially by 60 dB in the room's reverberation time (Sabine's RT60; the model of Polack, 1988). The tail stands to
the direct sound as distance over critical distance, squared; air and obstacles take the high tones.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from voicebot.speech.audio import SAMPLE_RATE

Samples = npt.NDArray[np.float32]

RT60_MS: Final = (200, 700)
"""Of rooms that people live and work in."""
AWAY_METRES: Final = (1.5, 4.0)
"""How far off a television or other people are."""
_CRITICAL_METRES: Final = 0.8
"""Where tail and direct sound are equally strong, for an RT60 of 400 ms; grows with the dryness of the room."""
_EARLY_MS: Final = (4.0, 50.0)
_TAIL_FROM_MS: Final = 20.0
_NEAR_HERTZ: Final = 3900.0
_FAR_HERTZ: Final = 2000.0
_FAR_METRES: Final = 5.0


def room_response(rt60_ms: float, metres: float, draw: np.random.Generator) -> Samples:
    """Return the response of a room at 8 kHz, direct sound first, of energy 1.

    Parameters
    ----------
    rt60_ms
        Time in which the sound falls by 60 dB, 50 to 2000.
    metres
        From the mouth (or loudspeaker) to the phone, above 0.
    draw
        Where the walls are.
    """
    count = max(1, round(rt60_ms / 1000.0 * 0.8 * SAMPLE_RATE))
    seconds = np.arange(count) / SAMPLE_RATE
    decay = 10.0 ** (-3.0 * seconds / (rt60_ms / 1000.0))
    tail = draw.normal(0.0, 1.0, count) * decay
    tail[: round(_TAIL_FROM_MS / 1000.0 * SAMPLE_RATE)] = 0.0
    for milliseconds in np.sort(draw.uniform(*_EARLY_MS, 7)):
        place = round(milliseconds / 1000.0 * SAMPLE_RATE)
        if place < count:
            tail[place] += draw.choice((-1.0, 1.0)) * draw.uniform(2.0, 5.0) * decay[place]
    critical = _CRITICAL_METRES * (400.0 / rt60_ms) ** 0.5
    energy = float(np.sum(tail**2))
    response = tail * ((metres / critical) / energy**0.5 if energy else 0.0)
    response[0] += 1.0
    return np.asarray(response / np.sqrt(np.sum(response**2)), dtype=np.float32)


def in_room(samples: Samples, rt60_ms: float, metres: float, draw: np.random.Generator) -> Samples:
    """Return a voice as it arrives at a phone ``metres`` away, of the same energy, its tail at the end.

    Parameters
    ----------
    samples
        The dry voice.
    rt60_ms, metres, draw
        As for ``room_response``.
    """
    if not len(samples):
        return samples
    response = room_response(rt60_ms, metres, draw)
    count = len(samples) + len(response) - 1
    spectrum = np.fft.rfft(samples, count) * np.fft.rfft(response, count) * _far(count, metres)
    wet = np.fft.irfft(spectrum, count)
    energy, before = float(np.sum(wet**2)), float(np.sum(samples.astype(np.float64) ** 2))
    return np.asarray(wet * (before / energy) ** 0.5 if energy else wet, dtype=np.float32)


def turned_away(samples: Samples) -> Samples:
    """Return a voice as it is heard from the side: what a mouth sends forward only, its high tones, is weak."""
    if not len(samples):
        return samples
    hertz = np.fft.rfftfreq(len(samples), 1.0 / SAMPLE_RATE)
    shape = 1.0 / np.sqrt(1.0 + (hertz / 1100.0) ** 4)
    return np.asarray(np.fft.irfft(np.fft.rfft(samples) * shape, len(samples)), dtype=np.float32)


def _far(count: int, metres: float) -> npt.NDArray[np.float64]:
    """Low pass whose corner falls from the telephone's own band near by to 2 kHz across a room."""
    near = max(0.0, 1.0 - metres / _FAR_METRES)
    corner = _FAR_HERTZ + (_NEAR_HERTZ - _FAR_HERTZ) * near
    hertz = np.fft.rfftfreq(count, 1.0 / SAMPLE_RATE)
    return np.asarray(1.0 / np.sqrt(1.0 + (hertz / corner) ** 6))
