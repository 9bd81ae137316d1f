"""What a phone line adds to a voice: noise behind it and its level. Made anew from a seed, the same every time."""

from __future__ import annotations

import hashlib
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from voicebot.rehearsal.persona import PersonaLine
from voicebot.rehearsal.voices import CallerVoices, Speaker
from voicebot.speech.audio import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_RATE

Samples = npt.NDArray[np.float32]

SPEECH_DBFS: Final = -20.0
"""Active level of a caller's speech before the line's own level."""
NOISE_SECONDS: Final = 12
SIGNAL_TO_NOISE_DB: Final = {"office": 20.0, "street": 17.0, "tv": 18.0}
"""Active speech over mean noise. The line's level moves both."""
LEVEL_DB: Final = {"normal": 0.0, "quiet": -12.0, "loud": 9.0}
COMFORT_NOISE: Final = 6.0
"""RMS of a clean line, of 32768: about -75 dBFS, so that silence is not digital silence."""
_CEILING: Final = 0.98

_BABBLE: Final = (
    Speaker("background_1", "hibari", -4.2, 1.0),
    Speaker("background_2", "hibari", 1.4, 1.1),
    Speaker("background_3", "hibari", -2.0, 0.95),
    Speaker("background_4", "hibari", 2.6, 1.05),
)
_OFFICE_TALK: Final = (
    "So the numbers for the third quarter are in the folder, could you look at page nine before lunch?",
    "No, I told them the printer on the second floor has been out of paper since Monday morning.",
    "Thanks for holding, let me see whether somebody in shipping knows where that package went.",
    "We should move the meeting, half of the team is still on the train and the room is taken.",
)
_TELEVISION: Final = (
    "And now to the weather. Rain is moving in from the coast tonight, with strong wind over the hills by morning.",
    "Do you want whiter teeth in only ten days? Call now, and the second tube is absolutely free!",
)


async def make_line(line: PersonaLine, seed: str, voices: CallerVoices) -> Line:
    """Prepare a persona's line.

    Parameters
    ----------
    line
        Noise and level.
    seed
        The persona's name: where in its noise the call begins, and the noise itself.
    voices
        Speak the talk behind the caller.
    """
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big")
    draw = np.random.default_rng(number)
    if line.noise == "none":
        noise = draw.normal(0.0, COMFORT_NOISE / 32768.0, NOISE_SECONDS * SAMPLE_RATE).astype(np.float32)
        return Line(noise, line.level)
    if line.noise == "street":
        noise = street(draw)
    else:
        texts = _OFFICE_TALK if line.noise == "office" else _TELEVISION
        talk = [
            from_pcm(await voices.speak(text, speaker))
            for text, speaker in zip(texts, _BABBLE[: len(texts)], strict=True)
        ]
        noise = babble(talk, draw) if line.noise == "office" else television(talk, draw)
    wanted = 10.0 ** ((SPEECH_DBFS - SIGNAL_TO_NOISE_DB[line.noise]) / 20.0)
    noise *= wanted / max(1e-9, float(np.sqrt(np.mean(noise**2))))
    return Line(np.roll(noise, -int(draw.integers(len(noise)))), line.level)


class Line:
    """A line under way: hands out 20 ms frames of noise, or of speech with the noise behind it."""

    def __init__(self, noise: Samples, level: Literal["normal", "quiet", "loud"] = "normal") -> None:
        self._noise = noise
        self._level = level
        self._gain = 10.0 ** (LEVEL_DB[level] / 20.0)
        self._place = 0

    def fresh(self) -> Line:
        """Return the same line from its beginning, for another call."""
        return Line(self._noise, self._level)

    def frame(self, pcm: bytes = b"") -> bytes:
        """Return the next frame to send.

        Parameters
        ----------
        pcm
            At most 20 ms of speech; shorter is filled up with silence.
        """
        place = self._place
        self._place = (place + FRAME_SAMPLES) % (len(self._noise) - FRAME_SAMPLES)
        mixed = self._noise[place : place + FRAME_SAMPLES]
        if pcm:
            mixed = mixed + from_pcm(pcm.ljust(FRAME_BYTES, b"\0")[:FRAME_BYTES])
        return to_pcm(np.asarray(mixed * self._gain, dtype=np.float32))


def street(draw: np.random.Generator) -> Samples:
    """Traffic: noise that falls with frequency, swelling as cars pass."""
    count = NOISE_SECONDS * SAMPLE_RATE
    spectrum = np.fft.rfft(draw.normal(0.0, 1.0, count))
    hertz = np.fft.rfftfreq(count, 1.0 / SAMPLE_RATE)
    spectrum /= np.maximum(hertz, 80.0) ** 0.75
    noise = np.fft.irfft(spectrum, count)
    seconds = np.arange(count) / SAMPLE_RATE
    swell = np.full(count, 0.6)
    for middle in draw.uniform(0.0, NOISE_SECONDS, 4):
        # Passing cars wrap round the loop, so that it has no seam.
        away = np.minimum(np.abs(seconds - middle), NOISE_SECONDS - np.abs(seconds - middle))
        swell += 0.8 * np.exp(-((away / 0.8) ** 2))
    return np.asarray(noise * swell, dtype=np.float32)


def babble(talk: list[Samples], draw: np.random.Generator) -> Samples:
    """Several people talking at once, some way off (dull), over a fan."""
    count = NOISE_SECONDS * SAMPLE_RATE
    mix = np.zeros(count, dtype=np.float32)
    for voice in talk * 2:
        looped = np.resize(np.concatenate([voice, np.zeros(SAMPLE_RATE // 2, dtype=np.float32)]), count)
        mix += np.roll(looped, int(draw.integers(count)))
    far = np.convolve(mix, np.hanning(7) / np.hanning(7).sum(), mode="same")
    fan = draw.normal(0.0, 0.15 * float(np.sqrt(np.mean(far**2))), count)
    return np.asarray(far + fan, dtype=np.float32)


def television(talk: list[Samples], draw: np.random.Generator) -> Samples:
    """One voice after the other, with a chord under them."""
    count = NOISE_SECONDS * SAMPLE_RATE
    pause = np.zeros(SAMPLE_RATE // 3, dtype=np.float32)
    voice = np.resize(np.concatenate([part for text in talk for part in (text, pause)]), count)
    seconds = np.arange(count) / SAMPLE_RATE
    music = sum(np.sin(2 * np.pi * hertz * seconds + draw.uniform(0, 6)) for hertz in (220.0, 277.0, 330.0))
    loud = float(np.sqrt(np.mean(voice**2)))
    return np.asarray(voice + 0.2 * loud * music, dtype=np.float32)


def beep(seconds: float = 0.4, hertz: float = 1000.0) -> bytes:
    """Return the tone of an answering machine as PCM."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return to_pcm(np.asarray(0.35 * np.sin(2 * np.pi * hertz * time), dtype=np.float32))


def from_pcm(pcm: bytes) -> Samples:
    """16-bit PCM to samples of -1 to 1."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(32768.0)


def to_pcm(samples: Samples) -> bytes:
    """Samples of -1 to 1 to 16-bit PCM, what is too loud clipped as a telephone would."""
    return np.asarray(np.clip(samples, -_CEILING, _CEILING) * 32767.0, dtype="<i2").tobytes()
