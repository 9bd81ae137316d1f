"""Tones on the line: what is a beep, and what is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.audio import FRAME_BYTES, SAMPLE_RATE
from voicebot.speech.listening.tones import Tone, ToneDetector


def tone(seconds: float, *lines: float, level: float = 0.2) -> bytes:
    at = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = sum((np.sin(2 * np.pi * line * at) for line in lines), np.zeros(len(at)))
    return (wave * level * 32767).astype("<i2").tobytes()


def hear(pcm: bytes) -> list[Tone]:
    detector = ToneDetector()
    pcm += bytes(SAMPLE_RATE * 2)
    told = [detector.feed(pcm[at : at + FRAME_BYTES]) for at in range(0, len(pcm), FRAME_BYTES)]
    return [one for one in told if one is not None]


GAP = bytes(SAMPLE_RATE)


@pytest.mark.parametrize(
    ("pcm", "told"),
    [
        (GAP + tone(0.4, 1000), [Tone.BEEP]),
        (GAP + tone(0.4, 1000) + GAP * 2 + tone(0.4, 1000), [Tone.BEEP, Tone.BEEP]),
        (GAP + tone(0.1, 1000), []),
        (GAP + tone(0.33, 950) + tone(0.33, 1400) + tone(0.33, 1800), [Tone.SIT]),
        (GAP + tone(0.27, 913.8) + tone(0.27, 1370.6) + tone(0.38, 1776.7), [Tone.SIT]),
        (GAP + tone(0.38, 985.2) + tone(0.38, 1428.5) + tone(0.38, 1776.7), [Tone.SIT]),
        (GAP + tone(0.33, 950), [Tone.BEEP]),
        (GAP + tone(2.0, 440, 480) + GAP * 8 + tone(2.0, 440, 480), [Tone.RINGING, Tone.RINGING]),
        (GAP + tone(0.4, 697, 1209), []),
        (GAP + tone(0.5, 1100) + GAP * 6, [Tone.FAX]),
        (GAP + tone(3.0, 2100), [Tone.FAX]),
        (GAP + tone(0.4, 1000, level=0.002), []),
    ],
)
def test_tones(pcm: bytes, told: list[Tone]) -> None:
    assert hear(pcm) == told


@pytest.mark.parametrize(
    ("cadence", "expected"),
    [(tone(0.5, 480, 620) + GAP, Tone.BUSY), (tone(0.25, 480, 620) + GAP[:4000], Tone.CONGESTION)],
)
def test_busy_and_congestion_are_told_by_their_cadence(cadence: bytes, expected: Tone) -> None:
    told = hear(GAP + cadence * 4)
    assert set(told) == {expected}


@given(st.floats(500, 900) | st.floats(1000, 1080) | st.floats(1150, 2050), st.floats(0.2, 2.0), st.floats(0.02, 0.9))
def test_every_clear_tone_is_one_beep(frequency: float, seconds: float, level: float) -> None:
    assert hear(GAP + tone(seconds, frequency, level=level)) == [Tone.BEEP]


@given(st.lists(st.binary(max_size=400), max_size=30), st.integers(0, 2**32 - 1))
def test_noise_and_broken_frames_are_no_tone(frames: list[bytes], seed: int) -> None:
    detector = ToneDetector()
    for frame in frames:
        detector.feed(frame)
    noise = (np.random.default_rng(seed).standard_normal(2 * SAMPLE_RATE) * 3000).clip(-32768, 32767)
    assert hear(noise.astype("<i2").tobytes()) == []
