"""Codecs: the speech that went in comes out, only coarser."""

from __future__ import annotations

import numpy as np
import pytest

from voicebot.rehearsal.lines.codecs import make_coding
from voicebot.rehearsal.persona import Codec
from voicebot.rehearsal.voices import SPEAKERS, CallerVoices
from voicebot.speech.audio import FRAME_BYTES, FRAME_SAMPLES, SILENT_FRAME
from voicebot.speech.speaking.loudness import speech_level

VOICES = CallerVoices()
CODECS: tuple[Codec, ...] = ("gsm", "g729")


async def spoken() -> bytes:
    pcm = await VOICES.speak("I can pay one hundred and twenty dollars on Friday", SPEAKERS[2])
    return pcm[: len(pcm) // FRAME_BYTES * FRAME_BYTES]


def coded(codec: Codec, pcm: bytes) -> bytes:
    coding = make_coding(codec)
    assert coding is not None
    return b"".join(coding(pcm[at : at + FRAME_BYTES]) for at in range(0, len(pcm), FRAME_BYTES))


def segmental_snr(pcm: bytes, out: bytes, delay: int) -> float:
    before, after = (np.frombuffer(side, dtype="<i2").astype(np.float64) for side in (pcm, out))
    before, after = before[: len(before) - delay], after[delay:]
    whole = len(before) // FRAME_SAMPLES * FRAME_SAMPLES
    signal = before[:whole].reshape(-1, FRAME_SAMPLES)
    error = signal - after[:whole].reshape(-1, FRAME_SAMPLES)
    active = (signal**2).mean(axis=1) > 300**2
    ratio = (signal[active] ** 2).sum(axis=1) / ((error[active] ** 2).sum(axis=1) + 1.0)
    return float(np.mean(10 * np.log10(ratio)))


@pytest.mark.parametrize(("codec", "delay"), [("gsm", FRAME_SAMPLES), ("g729", 0)])
async def test_speech_comes_through_coarser(codec: Codec, delay: int) -> None:
    pcm = await spoken()
    out = coded(codec, pcm)
    assert len(out) == len(pcm)
    assert speech_level(out) == pytest.approx(speech_level(pcm), abs=1.0)
    assert 6 < segmental_snr(pcm, out, delay) < 20, "as these codecs have it; a clean line has far more"


@pytest.mark.parametrize("codec", CODECS)
async def test_each_call_has_a_codec_of_its_own(codec: Codec) -> None:
    pcm = await spoken()
    assert coded(codec, pcm) == coded(codec, pcm)


@pytest.mark.parametrize("codec", CODECS)
def test_extremes_stay_bounded(codec: Codec) -> None:
    draw = np.random.default_rng(1)
    loud = draw.choice(np.array([-32768, 32767], dtype="<i2"), 50 * FRAME_SAMPLES).tobytes()
    out = np.frombuffer(coded(codec, loud + SILENT_FRAME * 100), dtype="<i2").astype(np.float64)
    assert np.sqrt(np.mean(out[-10 * FRAME_SAMPLES :] ** 2)) < 60, "silence after it comes to rest"


def test_no_codec_is_none() -> None:
    assert make_coding("none") is None
