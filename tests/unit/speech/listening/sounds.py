"""Sounds made for tests: beeps, sung and spoken voices, music, noise, and what telephone codecs make of them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import soundfile

from voicebot.speech.audio import SAMPLE_RATE

Samples = Any
VOWELS = {
    "a": ((730, 90), (1090, 110), (2440, 170)),
    "e": ((530, 80), (1840, 120), (2480, 170)),
    "i": ((270, 60), (2290, 130), (3010, 180)),
    "o": ((570, 80), (840, 100), (2410, 170)),
    "u": ((300, 60), (870, 100), (2240, 170)),
    "m": ((250, 60), (1200, 400), (2200, 500)),
}
"""Formants and their widths in Hz (Peterson and Barney's men; "m" is a hum)."""


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE))


def tone(seconds: float, *lines: float, level: float = 0.2, decay: float = 0.0) -> Samples:
    """Sines; ``decay``: seconds in which they fall to a third."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = sum((np.sin(2 * np.pi * line * at) for line in lines), np.zeros(len(at)))
    ramp = np.minimum(1.0, np.minimum(at, at[::-1]) / 0.005)
    return wave * level * ramp * (np.exp(-at / decay) if decay else 1.0)


def noise(seconds: float, draw: np.random.Generator, level: float = 0.01) -> Samples:
    return draw.normal(0.0, level, round(seconds * SAMPLE_RATE))


def voice(
    seconds: float, pitch: float, vowel: str, draw: np.random.Generator, *, glide: float = 0.0, vibrato: float = 0.0
) -> Samples:
    """One vowel: harmonics of ``pitch`` under its formants; ``glide`` in semitones a second, ``vibrato`` as a share."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    hertz = pitch * 2.0 ** (glide * at / 12.0) * (1.0 + vibrato * np.sin(2 * np.pi * 5.5 * at))
    phase = 2 * np.pi * np.cumsum(hertz) / SAMPLE_RATE
    wave = np.zeros(len(at))
    for number in range(1, int(3600 / pitch) + 1):
        frequency = number * pitch
        gain = sum(1.0 / (1.0 + ((frequency - middle) / width) ** 2) for middle, width in VOWELS[vowel])
        wave += gain / number * np.sin(number * phase + draw.uniform(0, 6.28))
    ramp = np.minimum(1.0, np.minimum(at, at[::-1]) / 0.03)
    return 0.2 * ramp * wave / max(1e-9, float(np.abs(wave).max())) + noise(seconds, draw, 0.0008)


def speech(seconds: float, pitch: float, draw: np.random.Generator) -> Samples:
    """Syllables with gaps, hisses and moving pitch."""
    parts: list[Samples] = []
    while sum(map(len, parts)) < seconds * SAMPLE_RATE:
        vowel = draw.choice(list(VOWELS))
        parts.append(noise(draw.uniform(0.02, 0.1), draw, 0.02) if draw.random() < 0.6 else silence(0.03))
        parts.append(
            voice(draw.uniform(0.08, 0.3), pitch * draw.uniform(0.85, 1.2), vowel, draw, glide=draw.uniform(-20, 20))
        )
        if draw.random() < 0.25:
            parts.append(silence(draw.uniform(0.06, 0.7)))
    return np.concatenate(parts)[: round(seconds * SAMPLE_RATE)]


def song(seconds: float, draw: np.random.Generator) -> Samples:
    """Somebody sings or hums: held vowels on notes of a scale, with vibrato, breath between them."""
    parts: list[Samples] = []
    base = draw.uniform(150, 400)
    while sum(map(len, parts)) < seconds * SAMPLE_RATE:
        pitch = base * 2.0 ** (int(draw.choice([0, 2, 4, 5, 7, 9, 12])) / 12)
        vowel = draw.choice(list(VOWELS))
        parts.append(voice(draw.uniform(0.25, 1.2), pitch, vowel, draw, vibrato=draw.uniform(0.004, 0.03)))
        parts.append(silence(draw.choice([0.0, 0.05, 0.15])))
    return np.concatenate(parts)[: round(seconds * SAMPLE_RATE)]


def music(seconds: float, draw: np.random.Generator) -> Samples:
    """A melody of decaying notes over held chords."""
    count = round(seconds * SAMPLE_RATE)
    wave = np.zeros(count + 3 * SAMPLE_RATE)
    step = draw.uniform(0.2, 0.5)
    for place in np.arange(0.0, seconds, step):
        note = 220.0 * 2.0 ** (int(draw.choice([0, 2, 4, 5, 7, 9, 11, 12, 16, 19])) / 12)
        held = tone(step * 1.8, note, 2 * note, level=0.12, decay=0.3)
        start = round(place * SAMPLE_RATE)
        wave[start : start + len(held)] += held
    for place in np.arange(0.0, seconds, 4 * step):
        root = 110.0 * 2.0 ** (int(draw.choice([0, 5, 7])) / 12)
        held = sum(tone(4 * step, root * ratio, level=0.04) for ratio in (1.0, 1.25, 1.5, 2.0))
        start = round(place * SAMPLE_RATE)
        wave[start : start + len(held)] += held
    return wave[:count]


def through(samples: Samples, coding: str) -> Samples:
    """What a codec makes of it: ``ULAW``, ``ALAW``, ``GSM610`` or ``PCM_16``."""
    held = io.BytesIO()
    soundfile.write(held, np.clip(samples, -1, 1), SAMPLE_RATE, format="WAV", subtype=coding)
    held.seek(0)
    return soundfile.read(held)[0]


def pcm(samples: Samples) -> bytes:
    return np.asarray(np.round(np.clip(samples, -1, 1) * 32767), "<i2").tobytes()
