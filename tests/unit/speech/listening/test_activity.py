"""Voice activity: when a voice begins and ends, what is none, and what holds whatever comes in."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.audio import FRAME_BYTES, FRAME_MILLISECONDS, SAMPLE_RATE
from voicebot.speech.listening.activity import Activity, VoiceActivity
from voicebot.speech.speaking.hibari_voice import HibariVoice

SECOND = bytes(2 * SAMPLE_RATE)


@pytest.fixture(scope="module")
def voice() -> bytes:
    """A voice without any pause in it."""
    return asyncio.run(HibariVoice().synthesize("Yes, I will."))


def hear(pcm: bytes, *, playing: bool = False) -> list[Activity]:
    vad = VoiceActivity()
    return [vad.feed(pcm[at : at + FRAME_BYTES], playing=playing) for at in range(0, len(pcm), FRAME_BYTES)]


def louder(pcm: bytes, gain: float) -> bytes:
    return (np.frombuffer(pcm, "<i2") * gain).clip(-32768, 32767).astype("<i2").tobytes()


@pytest.mark.parametrize("gain", [0.1, 0.4, 1.0, 2.0])
def test_a_voice_has_a_beginning_and_an_end(voice: bytes, gain: float) -> None:
    heard = hear(SECOND + louder(voice, gain) + SECOND)
    speech = [at for at, activity in enumerate(heard) if activity.speech]
    first, last = speech[0] * FRAME_MILLISECONDS, speech[-1] * FRAME_MILLISECONDS
    length = len(voice) * 1000 // (2 * SAMPLE_RATE)
    assert 1000 <= first <= 1300
    assert 1000 + length - 300 <= last <= 1000 + length + 150
    assert heard[-1].silence_ms >= 800


NOISE = np.random.default_rng(1).standard_normal(3 * SAMPLE_RATE)


@pytest.mark.parametrize(
    "pcm",
    [
        SECOND * 2,
        louder((NOISE * 100).astype("<i2").tobytes(), 1.0),
        louder((NOISE * 2000).astype("<i2").tobytes(), 1.0),
        (np.sin(np.arange(3 * SAMPLE_RATE) * 2 * np.pi * 50 / SAMPLE_RATE) * 3000).astype("<i2").tobytes(),
        (SECOND[:3000] + b"\xff\x7f" * 8) * 10,
    ],
    ids=["silence", "quiet noise", "loud noise", "hum", "clicks"],
)
def test_what_is_no_voice(pcm: bytes) -> None:
    heard = hear(pcm)
    assert not any(activity.speech for activity in heard)
    assert heard[-1].silence_ms == len(heard) * FRAME_MILLISECONDS


@given(
    st.lists(st.tuples(st.binary(max_size=500), st.integers(1, 20), st.booleans()), max_size=12),
)
def test_whatever_comes_in(voice: bytes, stretches: list[tuple[bytes, int, bool]]) -> None:
    vad, again = VoiceActivity(), VoiceActivity()
    before = Activity(speech=False, speech_ms=0, silence_ms=0, level_dbfs=-96.0)
    at = 0
    for odd, frames, playing in stretches:
        spoken = [voice[at + FRAME_BYTES * frame :][:FRAME_BYTES] for frame in range(frames)]
        at += FRAME_BYTES * frames
        for frame in [odd, *spoken]:
            now = vad.feed(frame, playing=playing)
            assert now == again.feed(frame, playing=playing), "the same sound is the same to each"
            assert -96 <= now.level_dbfs <= 0.1
            assert now.speech == (now.speech_ms > 0 and now.silence_ms < FRAME_MILLISECONDS)
            assert now.speech_ms == 0 or now.speech_ms >= before.speech_ms
            assert now.silence_ms < FRAME_MILLISECONDS or now.silence_ms > before.silence_ms
            before = now
