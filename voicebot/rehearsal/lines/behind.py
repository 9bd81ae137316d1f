"""What is heard behind a person, as one stretch of sound that repeats: rendered before the call, chosen by a seed."""

from __future__ import annotations

from typing import Final

import numpy as np

from voicebot.rehearsal.lines.pcm import from_pcm
from voicebot.rehearsal.lines.rooms import AWAY_METRES, RT60_MS, Samples, in_room, turned_away
from voicebot.rehearsal.lines.spoken import Kind, Spoken, cast, repertoire
from voicebot.rehearsal.voices import CallerVoices, Speaker
from voicebot.speech.audio import SAMPLE_RATE

TRAFFIC_SECONDS: Final = 12
_PAUSE_SECONDS: Final = (0.15, 0.6)
"""Between two speakers of a programme or a conversation."""
_CHILD_PAUSE_SECONDS: Final = (1.5, 4.0)
_ASIDE_PAUSE_SECONDS: Final = (3.0, 8.0)
_ASIDES: Final = 4
_COLLEAGUES: Final = 3
_CHILDREN: Final = 3
_MUSIC_DB: Final = {"bed": -14.0, "jingle": -6.0, "song": -3.0}
"""Music against the speech over it."""
_JINGLE_SECONDS: Final = 2.5


class Surroundings:
    """Renders what is heard behind one person.

    Parameters
    ----------
    voices
        Speak it.
    language
        Of the person and of those around, BCP 47.
    draw
        Which pieces, which voices, what music, which room.
    """

    def __init__(self, voices: CallerVoices, language: str, draw: np.random.Generator) -> None:
        self._voices = voices
        self._language = language
        self._draw = draw

    async def programme(self, name: str = "") -> Samples:
        """Return a television or radio programme as it comes out of the set.

        Parameters
        ----------
        name
            Of the programme; empty: drawn.

        Raises
        ------
        ConfigurationError
            No programme of the language has this name.
        """
        piece = self._chosen("programmes", name)
        speech = await self._spoken(piece, self._cast(piece, "programmes"), _PAUSE_SECONDS)
        if piece.music == "none":
            return speech
        level = _rms(speech) * 10.0 ** (_MUSIC_DB[piece.music] / 20.0)
        if piece.music == "jingle":
            return np.concatenate([_scaled(music(_JINGLE_SECONDS, self._draw), level), speech])
        return speech + _scaled(music(len(speech) / SAMPLE_RATE, self._draw)[: len(speech)], level)

    async def conversation(self) -> Samples:
        """Return two people talking to each other, two drawn conversations long."""
        return await self._same_people("conversations", 2, _PAUSE_SECONDS)

    async def child(self) -> Samples:
        """Return a child who wants something, with pauses."""
        return await self._same_people("children", _CHILDREN, _CHILD_PAUSE_SECONDS)

    async def colleagues(self) -> Samples:
        """Return an office: several talks at once, over a fan."""
        pieces = [self._chosen("colleagues") for _ in range(_COLLEAGUES)]
        talks = [await self._spoken(piece, self._cast(piece, "colleagues"), _PAUSE_SECONDS) for piece in pieces]
        count = max(map(len, talks))
        mixed = np.zeros(count, dtype=np.float32)
        for talk in talks:
            mixed += np.roll(np.resize(talk, count), int(self._draw.integers(count)))
        fan = self._draw.normal(0.0, 0.15 * _rms(mixed), count)
        return np.asarray(mixed + fan, dtype=np.float32)

    async def asides(self, speaker: Speaker) -> Samples:
        """Return what this person says to others in the room, turned away from the phone, a long pause before each."""
        parts: list[Samples] = []
        for _ in range(_ASIDES):
            parts.append(silence(float(self._draw.uniform(*_ASIDE_PAUSE_SECONDS))))
            piece = self._chosen("asides")
            parts.append(await self._spoken(piece, {role: speaker for role, _ in piece.turns}, _PAUSE_SECONDS))
        return turned_away(np.concatenate(parts))

    def _chosen(self, kind: Kind, name: str = "") -> Spoken:
        return repertoire(self._language).choose(kind, self._draw, name)

    def _cast(self, piece: Spoken, kind: Kind) -> dict[str, Speaker]:
        return cast(piece, kind, self._language, self._draw)

    async def _same_people(self, kind: Kind, count: int, pause: tuple[float, float]) -> Samples:
        pieces = [self._chosen(kind) for _ in range(count)]
        people = self._cast(pieces[0], kind)
        return np.concatenate([await self._spoken(piece, people, pause) for piece in pieces])

    async def _spoken(self, piece: Spoken, people: dict[str, Speaker], pause: tuple[float, float]) -> Samples:
        """Return a piece spoken by these people; a role that none of them has goes to the first."""
        first = next(iter(people.values()))
        parts: list[Samples] = []
        for role, text in piece.turns:
            parts.append(from_pcm(await self._voices.speak(text, people.get(role, first), self._language)))
            parts.append(silence(float(self._draw.uniform(*pause))))
        return np.concatenate(parts)


def across_the_room(samples: Samples, draw: np.random.Generator) -> Samples:
    """Return sound as it arrives from elsewhere in a drawn room, its tail running into its beginning."""
    wet = in_room(samples, draw.uniform(*RT60_MS), draw.uniform(*AWAY_METRES), draw)
    looped = wet[: len(samples)].copy()
    tail = wet[len(samples) :]
    looped[: len(tail)] += tail[: len(looped)]
    return looped


def street(draw: np.random.Generator) -> Samples:
    """Return traffic: noise that falls with frequency, swelling as cars pass."""
    count = TRAFFIC_SECONDS * SAMPLE_RATE
    spectrum = np.fft.rfft(draw.normal(0.0, 1.0, count))
    hertz = np.fft.rfftfreq(count, 1.0 / SAMPLE_RATE)
    spectrum /= np.maximum(hertz, 80.0) ** 0.75
    noise = np.fft.irfft(spectrum, count)
    seconds = np.arange(count) / SAMPLE_RATE
    swell = np.full(count, 0.6)
    for middle in draw.uniform(0.0, TRAFFIC_SECONDS, 4):
        # Passing cars wrap round the loop, so that it has no seam.
        away = np.minimum(np.abs(seconds - middle), TRAFFIC_SECONDS - np.abs(seconds - middle))
        swell += 0.8 * np.exp(-((away / 0.8) ** 2))
    return np.asarray(noise * swell, dtype=np.float32)


def music(seconds: float, draw: np.random.Generator) -> Samples:
    """Return music: chords of a key that change each bar, a bass, and a melody that is plucked over them.

    Parameters
    ----------
    seconds
        How much, above 0.
    draw
        Key, tempo, chords and melody.
    """
    count = round(seconds * SAMPLE_RATE)
    beat = round(60.0 / draw.uniform(80.0, 140.0) * SAMPLE_RATE)
    key = 130.8 * 2.0 ** (int(draw.integers(12)) / 12.0)
    scale = (0, 2, 4, 5, 7, 9, 11) if draw.uniform() < 0.6 else (0, 2, 3, 5, 7, 8, 10)
    sound = np.zeros(count + 4 * beat, dtype=np.float64)
    for bar in range(0, count, 4 * beat):
        root = int(draw.choice((0, 3, 4, 5)))
        for step in (0, 2, 4):
            _add(sound, bar, _tone(_pitch(key, scale, root + step), 4 * beat, 1.5), 0.3)
        _add(sound, bar, _tone(_pitch(key, scale, root) / 2.0, 2 * beat, 3.0), 0.5)
        for quarter in range(4):
            if draw.uniform() < 0.75:
                note = _tone(_pitch(key, scale, int(draw.integers(7, 15))), beat, 6.0)
                _add(sound, bar + quarter * beat, note, 0.4)
    return np.asarray(sound[:count], dtype=np.float32)


def silence(seconds: float) -> Samples:
    """Return silence."""
    return np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)


def _pitch(key: float, scale: tuple[int, ...], step: int) -> float:
    octave, degree = divmod(step, len(scale))
    return float(key * 2.0 ** (octave + scale[degree] / 12.0))


def _tone(hertz: float, count: int, decay: float) -> Samples:
    seconds = np.arange(count) / SAMPLE_RATE
    partials = sum(np.sin(2 * np.pi * hertz * n * seconds) / n**1.5 for n in (1, 2, 3, 4) if hertz * n < 3800)
    return np.asarray(partials * np.exp(-decay * seconds), dtype=np.float32)


def _add(sound: np.ndarray[tuple[int], np.dtype[np.float64]], at: int, tone: Samples, gain: float) -> None:
    room = max(0, min(len(tone), len(sound) - at))
    sound[at : at + room] += gain * tone[:room]


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) if len(samples) else 0.0


def _scaled(samples: Samples, level: float) -> Samples:
    return np.asarray(samples * (level / max(1e-9, _rms(samples))), dtype=np.float32)
