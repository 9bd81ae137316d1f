"""A phone line's noise and level: what was asked for, and the same every time."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from voicebot.rehearsal.line import LEVEL_DB, SIGNAL_TO_NOISE_DB, SPEECH_DBFS, Line, beep, from_pcm, make_line, to_pcm
from voicebot.rehearsal.measure import is_loud
from voicebot.rehearsal.persona import PersonaLine
from voicebot.rehearsal.voices import SPEAKERS, CallerVoices
from voicebot.speech.audio import FRAME_BYTES, SILENT_FRAME
from voicebot.speech.speaking.loudness import speech_level

VOICES = CallerVoices()


def dbfs(pcm: bytes) -> float:
    samples = from_pcm(pcm)
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2)))


def frames(line: Line, count: int) -> bytes:
    return b"".join(line.frame() for _ in range(count))


@pytest.mark.parametrize("noise", ["office", "street", "tv"])
@pytest.mark.parametrize("level", ["normal", "quiet", "loud"])
async def test_noise_is_as_loud_as_it_should_be(
    noise: Literal["office", "street", "tv"], level: Literal["normal", "quiet", "loud"]
) -> None:
    line = await make_line(PersonaLine(noise=noise, level=level), "ann", VOICES)
    heard = frames(line, 600)
    assert dbfs(heard) == pytest.approx(SPEECH_DBFS - SIGNAL_TO_NOISE_DB[noise] + LEVEL_DB[level], abs=0.7)


async def test_a_clean_line_is_not_digital_silence_and_not_speech() -> None:
    line = await make_line(PersonaLine(), "ann", VOICES)
    pcm = frames(line, 50)
    assert pcm != bytes(len(pcm))
    assert not any(is_loud(pcm[at : at + FRAME_BYTES]) for at in range(0, len(pcm), FRAME_BYTES))


async def test_speech_keeps_its_level_and_the_line_moves_it() -> None:
    pcm = await VOICES.speak("I can pay on Friday", SPEAKERS[0])
    levels = {}
    for level in ("normal", "quiet", "loud"):
        line = await make_line(PersonaLine(level=level), "ann", VOICES)
        sent = b"".join(line.frame(pcm[at : at + FRAME_BYTES]) for at in range(0, len(pcm), FRAME_BYTES))
        levels[level] = speech_level(sent)
    assert levels["normal"] == pytest.approx(SPEECH_DBFS, abs=0.5)
    assert levels["quiet"] == pytest.approx(SPEECH_DBFS - 12, abs=0.7)
    assert levels["loud"] > SPEECH_DBFS + 7


async def test_the_same_every_time_and_different_for_others() -> None:
    first, again, other = [
        frames(await make_line(PersonaLine(noise="office"), name, CallerVoices()), 100)
        for name in ("ann", "ann", "bob")
    ]
    assert first == again
    assert first != other


async def test_noise_has_no_end() -> None:
    line = await make_line(PersonaLine(noise="street"), "ann", VOICES)
    loudness = [dbfs(line.frame()) for _ in range(1500)]
    assert max(loudness) - min(loudness) < 35
    assert len(line.frame(b"\1\0")) == FRAME_BYTES, "a short last frame is filled up"


def test_too_loud_is_clipped_not_wrapped() -> None:
    assert from_pcm(to_pcm(np.array([2.0, -2.0], dtype=np.float32))).tolist() == pytest.approx([0.98, -0.98], abs=1e-3)


def test_a_beep_is_heard() -> None:
    assert is_loud(beep()[:FRAME_BYTES])
    assert not is_loud(SILENT_FRAME)


async def test_callers_sound_different() -> None:
    spoken = {speaker.name: await VOICES.speak("this is she", speaker) for speaker in SPEAKERS}
    assert len(set(spoken.values())) == len(SPEAKERS)
    assert all(abs(speech_level(pcm) - SPEECH_DBFS) < 0.6 for pcm in spoken.values())
    assert await VOICES.speak(" ", SPEAKERS[0]) == b""
