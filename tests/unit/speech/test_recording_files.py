"""Recordings of all formats are read as a call would hear them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from voicebot.errors import ConfigurationError
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.recording_files import read_recording


def tone(rate: int, seconds: float = 1.0, hertz: float = 700.0) -> Any:
    return 0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def heard(path: Path, **how: Any) -> tuple[float, float]:
    """Seconds, and the strongest frequency."""
    samples = np.frombuffer(read_recording(path, **how), "<i2").astype(np.float64)
    strongest = int(np.abs(np.fft.rfft(samples)).argmax()) * SAMPLE_RATE / len(samples)
    return len(samples) / SAMPLE_RATE, strongest


@pytest.mark.parametrize(
    ("name", "rate", "form", "coding"),
    [
        ("plain.wav", 8000, "WAV", "PCM_16"),
        ("wide.wav", 16000, "WAV", "PCM_24"),
        ("studio.wav", 44100, "WAV", "FLOAT"),
        ("mu.wav", 8000, "WAV", "ULAW"),
        ("a.wav", 8000, "WAV", "ALAW"),
        ("mobile.wav", 8000, "WAV", "GSM610"),
        ("small.mp3", 44100, "MP3", "MPEG_LAYER_III"),
        ("no_ending", 22050, "FLAC", "PCM_16"),
    ],
)
def test_every_form_becomes_eight_kilohertz(tmp_path: Path, name: str, rate: int, form: str, coding: str) -> None:
    soundfile.write(str(tmp_path / name), tone(rate), rate, format=form, subtype=coding)
    seconds, hertz = heard(tmp_path / name)
    assert seconds == pytest.approx(1.0, abs=0.12)
    assert hertz == pytest.approx(700.0, abs=4.0)


def test_the_callee_is_on_the_left_or_where_somebody_is(tmp_path: Path) -> None:
    both = np.stack([tone(8000, hertz=500.0), tone(8000, hertz=900.0)], axis=1)
    soundfile.write(str(tmp_path / "both.wav"), both, 8000)
    assert heard(tmp_path / "both.wav")[1] == pytest.approx(500.0)
    assert heard(tmp_path / "both.wav", channel="right")[1] == pytest.approx(900.0)
    soundfile.write(str(tmp_path / "right.wav"), both * [0.0, 1.0], 8000)
    assert heard(tmp_path / "right.wav")[1] == pytest.approx(900.0)


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    soundfile.write(str(tmp_path / "many.wav"), np.zeros((80, 3)), 8000)
    soundfile.write(str(tmp_path / "empty.wav"), np.zeros(0), 8000)
    soundfile.write(str(tmp_path / "long.wav"), np.zeros(700 * 4000, np.int16), 4000, subtype="PCM_U8")
    (tmp_path / "cut.wav").write_bytes((tmp_path / "many.wav").read_bytes()[:20])
    told = {
        "many": "3 channels",
        "empty": "is empty",
        "long": "too long",
        "cut": "no recording",
        "none": "no such file",
    }
    for name, what in told.items():
        with pytest.raises(ConfigurationError, match=what):
            read_recording(tmp_path / f"{name}.wav")
