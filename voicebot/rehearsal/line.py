"""A person's phone line: what is behind the person, room, level, echo, coding and loss. Made anew from a seed.

Everything slow (speech behind, rooms, music) is rendered before the call; during it a frame costs a few additions.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicebot.rehearsal.lines import behind
from voicebot.rehearsal.lines.codecs import make_coding
from voicebot.rehearsal.lines.echo import Echo
from voicebot.rehearsal.lines.pcm import from_pcm, to_pcm
from voicebot.rehearsal.lines.rooms import Samples, in_room
from voicebot.rehearsal.lines.transport import Concealment, Jitter, Loss
from voicebot.rehearsal.persona import Level, Noise, PersonaLine
from voicebot.rehearsal.voices import DEFAULT_LANGUAGE, CallerVoices, Speaker, choose_speaker
from voicebot.speech.audio import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_RATE
from voicebot.speech.speaking.loudness import SPEECH_LEVEL_DBFS, speech_level

SIGNAL_TO_NOISE_DB: Final[dict[Noise, float]] = {
    "office": 20.0,
    "street": 17.0,
    "tv": 18.0,
    "chatter": 16.0,
    "child": 14.0,
    "aside": 8.0,
}
"""The person's active speech over what is behind, where the persona does not say. The line's level moves both."""
LEVEL_DB: Final[dict[Level, float]] = {"normal": 0.0, "quiet": -12.0, "loud": 9.0}
COMFORT_NOISE: Final = 6.0
"""RMS of a clean line, of 32768: about -75 dBFS, so that silence is not digital silence."""
COMFORT_SECONDS: Final = 12


async def make_line(
    line: PersonaLine,
    seed: str,
    voices: CallerVoices,
    *,
    language: str = DEFAULT_LANGUAGE,
    speaker: Speaker | None = None,
) -> Line:
    """Prepare a persona's line.

    Parameters
    ----------
    line
        What the persona's file says of it.
    seed
        The persona's name: which programme, which voices, which room, and where in it the call begins.
    voices
        Speak what is heard behind the person.
    language
        Of the person and of those around, BCP 47.
    speaker
        The person's own voice, for asides; ``None``: the one that the name gets.

    Raises
    ------
    ConfigurationError
        The programme that is named does not exist.
    UnavailableError
        The engine behind a voice is not installed.
    """
    hiss = _draw(seed, "hiss").normal(0.0, COMFORT_NOISE / 32768.0, COMFORT_SECONDS * SAMPLE_RATE)
    tracks = [Track(np.asarray(hiss, dtype=np.float32))]
    for noise in line.noise:
        draw = _draw(seed, noise)
        around = behind.Surroundings(voices, language, draw)
        sound = await _behind(noise, line.programme, around, speaker or choose_speaker(seed, language), draw)
        below = SIGNAL_TO_NOISE_DB[noise] if line.noise_below_db is None else line.noise_below_db
        levelled = sound * 10.0 ** ((SPEECH_LEVEL_DBFS - below - _level(sound, noise)) / 20.0)
        own_mouth = noise == "aside"
        start = 0 if own_mouth else int(draw.integers(len(levelled)))
        tracks.append(Track(np.asarray(np.roll(levelled, -start), dtype=np.float32), own_mouth))
    return Line(tuple(tracks), line, seed)


async def _behind(
    noise: Noise, programme: str, around: behind.Surroundings, speaker: Speaker, draw: np.random.Generator
) -> Samples:
    match noise:
        case "street":
            return behind.street(draw)
        case "aside":
            return await around.asides(speaker)
        case "office":
            sound = await around.colleagues()
        case "tv":
            sound = await around.programme(programme)
        case "chatter":
            sound = await around.conversation()
        case "child":
            sound = await around.child()
    return behind.across_the_room(sound, draw)


@dataclass(frozen=True, slots=True)
class Track:
    """A sound that repeats.

    Parameters
    ----------
    samples
        At 8 kHz, at the level at which it is mixed in.
    own_mouth
        It is the person's own voice: it waits while the person speaks into the phone.
    """

    samples: Samples
    own_mouth: bool = False

    def __post_init__(self) -> None:
        # Whole frames, so that none has a seam in it.
        whole = max(FRAME_SAMPLES, len(self.samples) // FRAME_SAMPLES * FRAME_SAMPLES)
        object.__setattr__(self, "samples", np.resize(self.samples, whole))


class Line:
    """A line under way: hands out 20 ms frames of what is behind, or of speech with that behind it.

    A frame is the person's speech and what is behind, at the line's level; then come echo of the bot, coding and loss.

    Parameters
    ----------
    tracks
        What is heard behind the person.
    settings
        What the persona's file says of the line.
    seed
        Of the room, of what is lost or late, and of the echo's paths.
    """

    def __init__(self, tracks: tuple[Track, ...], settings: PersonaLine | None = None, seed: str = "") -> None:
        self.tracks = tracks
        self._settings = line = settings or PersonaLine()
        self._seed = seed
        self._gain = 10.0 ** (LEVEL_DB[line.level] / 20.0)
        self._places = [0] * len(tracks)
        self._coding = make_coding(line.codec)
        self._loss = Loss(line.loss.percent, line.loss.burst_ms, _draw(seed, "loss")) if line.loss else None
        self._concealment = Concealment()
        self._echo = Echo(line.echo.delay_ms, line.echo.return_loss_db, _draw(seed, "echo")) if line.echo else None

    def fresh(self) -> Line:
        """Return the same line from its beginning, for another call."""
        return Line(self.tracks, self._settings, self._seed)

    def jitter(self) -> Jitter | None:
        """Return when the frames of one call arrive; ``None``: on time."""
        most = self._settings.jitter_ms
        return Jitter(most, _draw(self._seed, "jitter")) if most else None

    def placed(self, pcm: bytes) -> bytes:
        """Return speech as the phone in this room hears it; for before the call.

        Parameters
        ----------
        pcm
            What the person says, dry.
        """
        room = self._settings.room
        if room is None or not pcm:
            return pcm
        wet = in_room(from_pcm(pcm), room.rt60_ms, room.distance_m, _draw(self._seed, "room"))
        return to_pcm(wet * np.float32(10.0 ** ((SPEECH_LEVEL_DBFS - speech_level(to_pcm(wet))) / 20.0)))

    def hear(self, pcm: bytes) -> None:
        """Take 20 ms of the bot, for the echo."""
        if self._echo is not None:
            self._echo.hear(from_pcm(pcm))

    def frame(self, pcm: bytes = b"") -> bytes:
        """Return the next frame to send.

        Parameters
        ----------
        pcm
            At most 20 ms of speech; shorter is filled up with silence.
        """
        mixed = np.zeros(FRAME_SAMPLES, dtype=np.float32)
        for index, track in enumerate(self.tracks):
            if pcm and track.own_mouth:
                continue
            place = self._places[index]
            mixed += track.samples[place : place + FRAME_SAMPLES]
            self._places[index] = (place + FRAME_SAMPLES) % len(track.samples)
        if pcm:
            mixed += from_pcm(pcm.ljust(FRAME_BYTES, b"\0")[:FRAME_BYTES])
        mixed *= self._gain
        if self._echo is not None:
            mixed += self._echo.next()
        sent = to_pcm(mixed)
        if self._coding is not None:
            sent = self._coding(sent)
        if self._loss is not None:
            arrived = self._concealment.lost() if self._loss.lost() else self._concealment.received(from_pcm(sent))
            sent = to_pcm(arrived)
        return sent


def beep(seconds: float = 0.4, hertz: float = 1000.0) -> bytes:
    """Return the tone of an answering machine as PCM."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return to_pcm(np.asarray(0.35 * np.sin(2 * np.pi * hertz * time), dtype=np.float32))


def _level(sound: Samples, noise: Noise) -> float:
    """Return what is behind in dBFS: the mean of traffic and offices, the active level of what comes and goes."""
    if noise in {"street", "office"}:
        return float(10.0 * np.log10(np.mean(sound.astype(np.float64) ** 2) + 1e-12))
    return speech_level(to_pcm(sound))


def _draw(seed: str, part: str) -> np.random.Generator:
    """Return the generator of one part of a line, so that no part's draws move another's."""
    digest = hashlib.sha256(f"{seed}/{part}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))
