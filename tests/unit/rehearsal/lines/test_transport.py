"""Lost packets: the rate and the burst length that were asked for, and concealment close to what is missing."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.rehearsal.lines.transport import Concealment, Jitter, Loss
from voicebot.speech.audio import FRAME_SAMPLES, SAMPLE_RATE


def pattern(percent: float, burst_ms: float, seed: int, count: int = 60_000) -> list[bool]:
    loss = Loss(percent, burst_ms, np.random.default_rng(seed))
    return [loss.lost() for _ in range(count)]


@pytest.mark.parametrize("percent", [1.0, 5.0, 20.0])
@pytest.mark.parametrize("burst_ms", [20.0, 80.0])
def test_as_many_are_lost_as_was_asked(percent: float, burst_ms: float) -> None:
    lost = pattern(percent, burst_ms, 1)
    assert 100 * np.mean(lost) == pytest.approx(percent, rel=0.15)
    bursts = [len(list(group)) for is_lost, group in groupby(lost) if is_lost]
    by_chance = 1 / (1 - percent / 100)
    assert np.mean(bursts) == pytest.approx(max(burst_ms / 20, by_chance), rel=0.12)


def test_a_seed_draws_the_losses() -> None:
    assert pattern(5, 40, 1, 500) == pattern(5, 40, 1, 500) != pattern(5, 40, 2, 500)
    assert not any(pattern(0, 20, 1, 500))


def test_a_lost_frame_of_a_vowel_is_nearly_right() -> None:
    seconds = np.arange(20 * FRAME_SAMPLES) / SAMPLE_RATE
    vowel = sum(0.2 / n * np.sin(2 * np.pi * 125.0 * n * seconds) for n in range(1, 8))
    frames = np.asarray(vowel, dtype=np.float32).reshape(-1, FRAME_SAMPLES)
    concealment = Concealment()
    for frame in frames[:10]:
        assert np.array_equal(concealment.received(frame), frame)
    filled = concealment.lost()
    assert np.corrcoef(filled, frames[10])[0, 1] > 0.95
    assert np.abs(concealment.received(frames[11]) - frames[11]).max() < 0.2
    assert np.array_equal(concealment.received(frames[12]), frames[12])


def test_a_long_loss_fades_to_silence() -> None:
    concealment = Concealment()
    draw = np.random.default_rng(1)
    for _ in range(5):
        concealment.received(draw.normal(0.0, 0.1, FRAME_SAMPLES).astype(np.float32))
    levels = [float(np.abs(concealment.lost()).max()) for _ in range(5)]
    assert levels[0] > levels[1] > levels[2] > 0
    assert levels[3:] == [0.0, 0.0]


@given(st.floats(1, 300), st.integers(0, 2**32 - 1))
def test_late_frames_keep_their_order(most_ms: float, seed: int) -> None:
    jitter = Jitter(most_ms, np.random.default_rng(seed))
    left = [0.02 * step for step in range(200)]
    arrived = [jitter.arrives(at) for at in left]
    assert arrived == sorted(arrived)
    assert all(0 <= there - at <= most_ms / 1000 + 1e-9 for at, there in zip(left, arrived, strict=True))
