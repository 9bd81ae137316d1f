"""Rooms: sound dies away in the time asked for, and distance can be heard."""

from __future__ import annotations

import numpy as np
import pytest

from voicebot.rehearsal.lines.rooms import in_room, room_response, turned_away
from voicebot.speech.audio import SAMPLE_RATE


@pytest.mark.parametrize("rt60_ms", [200.0, 400.0, 700.0])
def test_a_room_dies_away_in_its_time(rt60_ms: float) -> None:
    responses = [room_response(rt60_ms, 2.0, np.random.default_rng(seed)) for seed in range(8)]
    power = np.mean([response.astype(np.float64) ** 2 for response in responses], axis=0)
    left = 10 * np.log10(np.cumsum(power[::-1])[::-1])  # Schroeder's backward integration
    start, end = round(0.06 * SAMPLE_RATE), round(0.5 * rt60_ms / 1000 * SAMPLE_RATE)
    slope = (left[end] - left[start]) / ((end - start) / SAMPLE_RATE)
    assert -60 / slope * 1000 == pytest.approx(rt60_ms, rel=0.15)


def test_farther_is_more_room_and_less_voice() -> None:
    near, far = (room_response(400, metres, np.random.default_rng(1)) for metres in (0.2, 3.0))
    assert near[0] ** 2 > 0.9
    assert far[0] ** 2 < 0.2
    assert [np.sum(near**2), np.sum(far**2)] == pytest.approx([1.0, 1.0], abs=1e-3)


def test_energy_is_kept_and_nothing_stays_nothing() -> None:
    draw = np.random.default_rng(2)
    voice = draw.normal(0.0, 0.1, SAMPLE_RATE).astype(np.float32)
    wet = in_room(voice, 500, 2.0, draw)
    assert np.sum(wet**2) == pytest.approx(np.sum(voice**2), rel=1e-3)
    assert len(wet) > len(voice)
    assert len(in_room(voice[:0], 500, 2.0, draw)) == len(turned_away(voice[:0])) == 0


def test_turned_away_is_dull() -> None:
    draw = np.random.default_rng(3)
    noise = draw.normal(0.0, 0.1, SAMPLE_RATE).astype(np.float32)
    power = np.abs(np.fft.rfft(turned_away(noise))) ** 2
    assert power[3000:3800].mean() < 0.05 * power[100:900].mean()
