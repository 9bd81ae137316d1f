"""A phone line sounds as its settings say, as loud as they say, and the same every time."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from voicebot.rehearsal.line import LEVEL_DB, SIGNAL_TO_NOISE_DB, Line, beep, make_line
from voicebot.rehearsal.lines.pcm import from_pcm, to_pcm
from voicebot.rehearsal.measure import is_loud
from voicebot.rehearsal.persona import Level, Noise, PersonaEcho, PersonaLine, PersonaLoss, PersonaRoom
from voicebot.rehearsal.voices import SPEAKERS, CallerVoices
from voicebot.speech.audio import FRAME_BYTES, SILENT_FRAME
from voicebot.speech.speaking.loudness import SPEECH_LEVEL_DBFS, speech_level

VOICES = CallerVoices()
COMES_AND_GOES = {"tv", "chatter", "child", "aside"}


def dbfs(pcm: bytes) -> float:
    samples = from_pcm(pcm)
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2)))


def frames(line: Line, count: int) -> bytes:
    return b"".join(line.frame() for _ in range(count))


def through(line: Line, pcm: bytes) -> bytes:
    return b"".join(line.frame(pcm[at : at + FRAME_BYTES]) for at in range(0, len(pcm), FRAME_BYTES))


def heard_level(line: Line, noise: Noise) -> float:
    """Level of the whole loop of noise, which is at most two minutes long: its mean, or that of its active speech."""
    heard = frames(line, 6000)
    return speech_level(heard) if noise in COMES_AND_GOES else dbfs(heard)


@pytest.mark.parametrize("noise", get_args(Noise))
@pytest.mark.parametrize("level", get_args(Level))
async def test_noise_is_as_loud_as_it_should_be(noise: Noise, level: Level) -> None:
    line = await make_line(PersonaLine(noise=(noise,), level=level), "ann", VOICES)
    wanted = SPEECH_LEVEL_DBFS - SIGNAL_TO_NOISE_DB[noise] + LEVEL_DB[level]
    assert heard_level(line, noise) == pytest.approx(wanted, abs=1.0)


@pytest.mark.parametrize("below", [6.0, 20.0])
@pytest.mark.parametrize("noise", ["tv", "chatter", "street"])
async def test_noise_is_as_far_below_as_was_asked(noise: Noise, below: float) -> None:
    line = await make_line(PersonaLine(noise=(noise,), noise_below_db=below), "bob", VOICES)
    assert heard_level(line, noise) == pytest.approx(SPEECH_LEVEL_DBFS - below, abs=1.0)


async def test_noises_add_up() -> None:
    both = await make_line(PersonaLine(noise=("street", "tv"), noise_below_db=10), "ann", VOICES)
    one = await make_line(PersonaLine(noise=("street",), noise_below_db=10), "ann", VOICES)
    assert dbfs(frames(both, 1000)) > dbfs(frames(one, 1000)) + 1


async def test_a_clean_line_is_not_digital_silence_and_not_speech() -> None:
    line = await make_line(PersonaLine(), "ann", VOICES)
    pcm = frames(line, 50)
    assert pcm != bytes(len(pcm))
    assert not any(is_loud(pcm[at : at + FRAME_BYTES]) for at in range(0, len(pcm), FRAME_BYTES))


async def test_speech_keeps_its_level_and_the_line_moves_it() -> None:
    pcm = await VOICES.speak("I can pay on Friday", SPEAKERS[0])
    levels = {
        level: speech_level(through(await make_line(PersonaLine(level=level), "ann", VOICES), pcm))
        for level in get_args(Level)
    }
    assert levels["normal"] == pytest.approx(SPEECH_LEVEL_DBFS, abs=0.5)
    assert levels["quiet"] == pytest.approx(SPEECH_LEVEL_DBFS - 12, abs=0.7)
    assert levels["loud"] > SPEECH_LEVEL_DBFS + 7


async def test_the_same_every_time_and_different_for_others() -> None:
    first, again, other = [
        frames(await make_line(PersonaLine(noise=("chatter",)), name, CallerVoices()), 100)
        for name in ("ann", "ann", "bob")
    ]
    assert first == again
    assert first != other


async def test_one_part_of_a_line_does_not_change_another() -> None:
    alone = await make_line(PersonaLine(noise=("tv",)), "ann", VOICES)
    with_others = await make_line(PersonaLine(noise=("street", "tv")), "ann", VOICES)
    (_, television), (_, _, again) = alone.tracks, with_others.tracks
    assert np.array_equal(television.samples, again.samples)


async def test_noise_has_no_end() -> None:
    line = await make_line(PersonaLine(noise=("street",)), "ann", VOICES)
    loudness = [dbfs(line.frame()) for _ in range(1500)]
    assert max(loudness) - min(loudness) < 35
    assert len(line.frame(b"\1\0")) == FRAME_BYTES, "a short last frame is filled up"


async def test_nobody_says_an_aside_while_answering() -> None:
    speech = await VOICES.speak("yes, this is she, who is calling please", SPEAKERS[3])
    with_asides = await make_line(PersonaLine(noise=("aside",)), "ann", VOICES)
    without = await make_line(PersonaLine(), "ann", VOICES)
    assert through(with_asides.fresh(), speech * 10) == through(without, speech * 10)
    assert any(is_loud(with_asides.frame()) for _ in range(1000))


async def test_a_room_makes_speech_longer_and_duller_not_softer() -> None:
    speech = await VOICES.speak("I can pay on Friday", SPEAKERS[0])
    line = await make_line(PersonaLine(room=PersonaRoom(rt60_ms=600, distance_m=2.5)), "ann", VOICES)
    far = line.placed(speech)
    assert len(far) > len(speech)
    assert speech_level(far) == pytest.approx(speech_level(speech), abs=1.0)
    assert brightness(far) < brightness(speech) - 3
    assert far == line.placed(speech)
    near = await make_line(PersonaLine(), "ann", VOICES)
    assert near.placed(speech) == speech


async def test_everything_at_once_is_the_same_every_time() -> None:
    settings = PersonaLine(
        noise=("tv", "child", "aside", "street"),
        noise_below_db=12,
        level="loud",
        room=PersonaRoom(),
        codec="gsm",
        loss=PersonaLoss(percent=10, burst_ms=60),
        jitter_ms=40,
        echo=PersonaEcho(),
    )
    speech = await VOICES.speak("I can pay on Friday", SPEAKERS[0])
    line = await make_line(settings, "ann", VOICES)
    heard = []
    for call in (line.fresh(), line.fresh()):
        for _ in range(10):
            call.hear(speech[:FRAME_BYTES])
        heard.append(through(call, call.placed(speech)))
    assert heard[0] == heard[1]
    assert len(heard[0]) % FRAME_BYTES == 0
    jitter, again = line.fresh().jitter(), line.fresh().jitter()
    assert jitter is not None
    assert again is not None
    assert [jitter.arrives(at) for at in range(9)] == [again.arrives(at) for at in range(9)]


async def test_the_bot_comes_back_only_on_a_line_with_echo() -> None:
    speech = await VOICES.speak("this call may be recorded", SPEAKERS[4])
    levels = []
    for echo in (None, PersonaEcho(delay_ms=40, return_loss_db=15)):
        line = await make_line(PersonaLine(echo=echo, level="quiet"), "ann", VOICES)
        back = b""
        for at in range(0, len(speech), FRAME_BYTES):
            line.hear(speech[at : at + FRAME_BYTES])
            back += line.frame()
        levels.append(speech_level(back))
    assert levels[0] < -70
    assert levels[1] == pytest.approx(SPEECH_LEVEL_DBFS - 15, abs=1.0)


async def test_a_lossy_line_has_gaps_and_a_whole_one_none() -> None:
    speech = await VOICES.speak("I can pay on Friday", SPEAKERS[0])
    whole = through(await make_line(PersonaLine(), "ann", VOICES), speech)
    lossy = through(await make_line(PersonaLine(loss=PersonaLoss(percent=20)), "ann", VOICES), speech)
    changed = [whole[at : at + FRAME_BYTES] != lossy[at : at + FRAME_BYTES] for at in range(0, len(whole), FRAME_BYTES)]
    assert 0.1 < np.mean(changed) < 0.6, "lost frames, and the beginnings of those after them"


def brightness(pcm: bytes) -> float:
    """Level above 2.5 kHz relative to the whole, in dB."""
    power = np.abs(np.fft.rfft(from_pcm(pcm))) ** 2
    return float(10 * np.log10(power[round(len(power) * 2.5 / 4) :].sum() / power.sum()))


def test_too_loud_is_clipped_not_wrapped() -> None:
    assert from_pcm(to_pcm(np.array([2.0, -2.0], dtype=np.float32))).tolist() == pytest.approx([0.98, -0.98], abs=1e-3)


def test_a_beep_is_heard() -> None:
    assert is_loud(beep()[:FRAME_BYTES])
    assert not is_loud(SILENT_FRAME)


async def test_callers_sound_different() -> None:
    spoken = {speaker.name: await VOICES.speak("this is she", speaker) for speaker in SPEAKERS}
    assert len(set(spoken.values())) == len(SPEAKERS)
    assert all(abs(speech_level(pcm) - SPEECH_LEVEL_DBFS) < 0.6 for pcm in spoken.values())
    assert await VOICES.speak(" ", SPEAKERS[0]) == b""
