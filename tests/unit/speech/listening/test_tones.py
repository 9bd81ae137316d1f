"""Tones on the line: what is a beep, and what is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.speech.listening import sounds
from voicebot.speech.audio import FRAME_BYTES, SAMPLE_RATE
from voicebot.speech.listening.tones import Tone, ToneDetector


def tone(seconds: float, *lines: float, level: float = 0.2) -> bytes:
    return sounds.pcm(sounds.tone(seconds, *lines, level=level))


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
        (GAP + tone(0.06, 1000), []),
        (GAP + tone(0.33, 950) + tone(0.33, 1400) + tone(0.33, 1800), [Tone.SIT]),
        (GAP + tone(0.27, 913.8) + tone(0.27, 1370.6) + tone(0.38, 1776.7), [Tone.SIT]),
        (GAP + tone(0.38, 985.2) + tone(0.38, 1428.5) + tone(0.38, 1776.7), [Tone.SIT]),
        (GAP + tone(0.33, 950), [Tone.BEEP]),
        (GAP + tone(2.0, 440, 480) + GAP * 8 + tone(2.0, 440, 480), [Tone.RINGING, Tone.RINGING]),
        (GAP + tone(0.4, 697, 1209), []),
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


@given(st.floats(500, 2050), st.floats(0.2, 2.0), st.floats(0.02, 0.9))
def test_every_clear_tone_is_one_beep(frequency: float, seconds: float, level: float) -> None:
    assert hear(GAP + tone(seconds, frequency, level=level)) == [Tone.BEEP]


@given(st.lists(st.binary(max_size=400), max_size=30), st.integers(0, 2**32 - 1))
def test_noise_and_broken_frames_are_no_tone(frames: list[bytes], seed: int) -> None:
    detector = ToneDetector()
    for frame in frames:
        detector.feed(frame)
    noise = (np.random.default_rng(seed).standard_normal(2 * SAMPLE_RATE) * 3000).clip(-32768, 32767)
    assert hear(noise.astype("<i2").tobytes()) == []


def after_speech(beep: sounds.Samples, seed: int, coding: str = "PCM_16") -> bytes:
    """Somebody speaks, a third of a second later comes the beep, then nothing; a little noise all along."""
    draw = np.random.default_rng(seed)
    parts = [sounds.speech(3.0, draw.uniform(90, 250), draw), sounds.silence(0.35), beep, sounds.silence(1.0)]
    whole = np.concatenate(parts)
    return sounds.pcm(sounds.through(whole + sounds.noise(len(whole) / SAMPLE_RATE, draw, 0.002), coding))


def two_notes(first: float, second: float, gap: float) -> sounds.Samples:
    return np.concatenate([sounds.tone(0.2, first), sounds.silence(gap), sounds.tone(0.25, second)])


@pytest.mark.parametrize("coding", ["ULAW", "GSM610"])
@pytest.mark.parametrize(
    "beep",
    [
        sounds.tone(0.25, 662.0),
        sounds.tone(0.5, 440.0),
        sounds.tone(0.13, 1004.0),
        sounds.tone(0.75, 880.0),
        sounds.tone(2.4, 1400.0),
        sounds.tone(0.4, 1990.0, level=0.9),
        sounds.tone(0.6, 1000.0, decay=0.2),
        sounds.tone(0.4, 1000.0, level=0.05),
        two_notes(800.0, 1067.0, 0.0),
        two_notes(1047.0, 784.0, 0.08),
    ],
)
def test_real_kinds_of_beeps_after_speech(beep: sounds.Samples, coding: str) -> None:
    assert hear(after_speech(beep, len(beep), coding)) == [Tone.BEEP]


def test_two_tones_at_once_are_a_beep_and_a_pressed_key_is_none() -> None:
    assert hear(after_speech(sounds.tone(0.5, 700.0, 900.0, level=0.15), 1, "ULAW")) == [Tone.BEEP]
    for key in ((697.0, 1209.0), (941.0, 1336.0), (852.0, 1477.0)):
        assert hear(after_speech(sounds.tone(0.3, *key, level=0.15), 1)) == []


def test_a_beep_is_told_a_quarter_of_a_second_after_its_end() -> None:
    detector = ToneDetector()
    heard = sounds.pcm(np.concatenate([sounds.silence(1.0), sounds.tone(0.4, 1000.0), sounds.silence(1.0)]))
    frames = [heard[at : at + FRAME_BYTES] for at in range(0, len(heard), FRAME_BYTES)]
    (told,) = [place * 0.02 for place, frame in enumerate(frames) if detector.feed(frame) is not None]
    assert 1.6 <= told <= 1.8


@pytest.mark.parametrize("seed", range(12))
def test_nothing_in_speech_song_music_and_noise_is_a_beep(seed: int) -> None:
    draw = np.random.default_rng(seed)
    pitch = draw.uniform(80, 320)
    heard = {
        "speech": sounds.speech(8.0, pitch, draw),
        "music": sounds.music(8.0, draw),
        "held vowel": np.concatenate(
            [sounds.voice(0.6, 2 * pitch, vowel, draw, vibrato=0.01) for vowel in ("a", "e", "o", "i")]
        ),
        "noise": sounds.noise(4.0, draw, 0.1),
    }
    for name, samples in heard.items():
        assert Tone.BEEP not in hear(sounds.pcm(samples)), name


def test_a_tone_in_the_middle_of_speech_or_of_a_melody_is_no_beep() -> None:
    draw = np.random.default_rng(7)
    said = sounds.speech(2.0, 140.0, draw)
    assert hear(sounds.pcm(np.concatenate([said, sounds.tone(0.3, 900.0), said]))) == []
    notes = [sounds.tone(0.3, 523.0 * 2 ** (step / 12)) for step in (0, 4, 7, 12, 7, 4)]
    assert hear(sounds.pcm(np.concatenate([sounds.silence(1.0), *notes]))) == []
