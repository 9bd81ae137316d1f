"""One loudness for all voices, silence off both ends, no peak that a codec would clip."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.speaking.loudness import PEAK_LIMIT, SPEECH_LEVEL_DBFS, finish, silence, speech_level


def _speechlike(seconds: float, rate: int, level: float, seed: int = 0) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Noise bursts of 200 ms with gaps of 100 ms."""
    random = np.random.default_rng(seed)
    count = int(seconds * rate)
    burst = (np.arange(count) % (rate * 3 // 10)) < rate // 5
    return (random.standard_normal(count) * burst * level).astype(np.float32)


@given(st.floats(0.001, 0.5), st.sampled_from([8000, 16000, 22050, 24000]), st.floats(0.3, 3.0))
def test_every_voice_gets_the_same_level(level: float, rate: int, seconds: float) -> None:
    pcm = finish(_speechlike(seconds, rate, level), rate)
    assert speech_level(pcm) == pytest.approx(SPEECH_LEVEL_DBFS, abs=1.0)
    assert np.abs(np.frombuffer(pcm, "<i2")).max() <= math.ceil(PEAK_LIMIT * 32767)


def test_a_peaky_voice_is_limited() -> None:
    samples = _speechlike(1.0, 8000, 0.01)
    samples[::800] = 0.9
    pcm = finish(samples, 8000)
    assert np.abs(np.frombuffer(pcm, "<i2")).max() <= math.ceil(PEAK_LIMIT * 32767)


def test_silence_at_both_ends_goes() -> None:
    speech = _speechlike(1.0, 24000, 0.1)
    quiet = np.zeros(24000, np.float32)
    pcm = finish(np.concatenate([quiet, speech, quiet]), 24000)
    assert 0.9 < len(pcm) / 16000 < 1.2


@pytest.mark.parametrize("samples", [np.zeros(0, np.float32), np.zeros(5000, np.float32), np.full(3, 1e-7, np.float32)])
def test_nothing_to_hear_is_nothing(samples: np.ndarray[tuple[int], np.dtype[np.float32]]) -> None:
    assert finish(samples, 24000) == b""


def test_silence_is_whole_samples() -> None:
    assert silence(0.25) == bytes(4000)
    assert speech_level(silence(1.0)) == -math.inf
