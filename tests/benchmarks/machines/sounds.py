"""What picks up, as it is heard on the line: voices, pauses, beeps, music, rooms, coding and loss, drawn by a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tests.benchmarks.machines.grammar import Kind, Text, grammar_of
from voicebot.rehearsal.line import make_line
from voicebot.rehearsal.lines.behind import music
from voicebot.rehearsal.lines.pcm import from_pcm, to_pcm
from voicebot.rehearsal.persona import Codec, Level, Noise, PersonaLine, PersonaLoss, PersonaRoom
from voicebot.rehearsal.voices import BYSTANDERS, HARD_SPEAKERS, MANDARIN_SPEAKERS, SPEAKERS, CallerVoices, Speaker
from voicebot.speech.audio import FRAME_BYTES, SAMPLE_RATE

Draw = np.random.Generator
Samples = np.ndarray[Any, Any]

_SILENT_SECONDS: Final = 16.0
"""Of a line on which nobody speaks."""
_AFTER_SECONDS: Final = 4.0
_RINGING_SECONDS: Final = 14.0
_MUSIC_SECONDS: Final = 20.0
_NOISES: Final[tuple[Noise, ...]] = ("tv", "chatter", "child", "office", "street")
_LEVELS: Final[tuple[Level, ...]] = ("normal", "normal", "quiet", "loud")
_CODECS: Final[tuple[Codec, ...]] = ("none", "none", "none", "gsm", "g729")
_SIT: Final = ((985.2, 0.38), (1428.5, 0.27), (1776.7, 0.38))
"""ITU-T Q.35: intercept's frequencies and lengths."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One recording.

    Parameters
    ----------
    pcm
        8 kHz, the callee's side from the answer on.
    decided
        Seconds at which the deciding sentence is over.
    over
        Seconds at which the last word is over.
    beeped
        Seconds at which a beep is over; ``None`` where there is none.
    line
        What it is heard over, for people.
    """

    pcm: bytes
    decided: float
    over: float
    beeped: float | None
    line: str


async def sound(text: Text, language: str, voices: CallerVoices, draw: Draw, seed: str) -> Sound:
    """Return a text as it is heard.

    Parameters
    ----------
    seed
        Of the line: which programme, which room, what is lost.
    """
    kind = grammar_of(language).kinds[text.kind]
    speaker = _speaker(kind, language, draw)
    settings = _line(kind, draw)
    line = await make_line(settings, seed, voices, language=language, speaker=speaker)
    parts: list[Samples] = [_silence(draw.uniform(*(kind.wait or (0.3, 1.3))))]
    if kind.before == "sit" and draw.random() < 0.4:
        parts += [*(_tone(hertz, seconds, draw) for hertz, seconds in _SIT), _silence(draw.uniform(0.2, 0.8))]
    decided = over = _seconds(parts)
    for place, sentence in enumerate(text.sentences):
        if place:
            parts.append(_silence(draw.uniform(2.0, 3.5) if place in text.waits else draw.uniform(0.15, 0.65)))
        parts.append(from_pcm(line.placed(await voices.speak(sentence, speaker, language))))
        over = _seconds(parts)
        decided = over if place == text.decides else decided
    beeped = None
    if kind.after == "beep":
        parts += [_silence(draw.uniform(0.25, 1.4)), beep(draw)]
        beeped = _seconds(parts)
    elif kind.after == "ringing":
        parts += [_silence(draw.uniform(0.3, 1.0)), _ringing(language)]
    elif kind.after == "music":
        parts.append(_silence(draw.uniform(0.2, 1.0)))
        played = music(_MUSIC_SECONDS, draw)
        parts.append(np.asarray(played * (draw.uniform(0.03, 0.12) / max(1e-9, float(np.std(played)))), np.float32))
    parts.append(_silence(_SILENT_SECONDS if kind.truth == "silence" else _AFTER_SECONDS))
    dry = to_pcm(np.concatenate(parts))
    frames = (line.frame(dry[at : at + FRAME_BYTES]) for at in range(0, len(dry), FRAME_BYTES))
    return Sound(b"".join(frames), decided, over, beeped, _told(settings, speaker))


def beep(draw: Draw) -> Samples:
    """Return a machine's beep: of any pitch and length, mostly one tone, some not quite pure, some dying away."""
    seconds, hertz = draw.uniform(0.15, 1.2), draw.uniform(420.0, 1900.0)
    count = round(seconds * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    wave = np.sin(2 * np.pi * hertz * time)
    sort = draw.random()
    if sort < 0.15:
        wave = (wave + np.sin(2 * np.pi * hertz * draw.uniform(1.2, 1.6) * time)) / 2
    elif sort < 0.35:
        wave += draw.uniform(0.02, 0.12) * np.sin(4 * np.pi * hertz * time)
    if draw.random() < 0.2:
        wave *= np.exp(-time / seconds)
    edge = min(count // 4, 40)
    wave[:edge] *= np.linspace(0, 1, edge)
    wave[-edge:] *= np.linspace(1, 0, edge)
    return np.asarray(wave * draw.uniform(0.08, 0.5), np.float32)


def _speaker(kind: Kind, language: str, draw: Draw) -> Speaker:
    if language.startswith("zh"):
        group: tuple[Speaker, ...] = MANDARIN_SPEAKERS
    elif kind.voice == "machine":
        group = (*SPEAKERS, *BYSTANDERS, *HARD_SPEAKERS[:2])
    else:
        group = SPEAKERS
    return group[int(draw.integers(len(group)))]


def _line(kind: Kind, draw: Draw) -> PersonaLine:
    """Draw what it is heard over: people have rooms and noise, all have levels, coding and loss."""
    settings: dict[str, Any] = {
        "level": _LEVELS[int(draw.integers(len(_LEVELS)))],
        "codec": _CODECS[int(draw.integers(len(_CODECS)))],
    }
    if draw.random() < 0.2:
        settings["loss"] = PersonaLoss(percent=float(draw.uniform(0.5, 3.0)), burst_ms=40)
    if kind.voice == "person":
        if draw.random() < 0.3:
            settings["room"] = PersonaRoom(
                rt60_ms=float(draw.uniform(200, 600)), distance_m=float(draw.uniform(0.2, 1))
            )
        alive = kind.truth in ("person", "silence")
        if kind.room or draw.random() < (0.35 if alive else 0.15):
            settings["noise"] = (_NOISES[int(draw.integers(len(_NOISES)))] if alive else "street",)
            settings["noise_below_db"] = float(draw.uniform(9, 16) if kind.room else draw.uniform(15, 24))
            if kind.truth == "silence":  # somebody else who talks is no silence
                settings["noise"] = ("street",)
    return PersonaLine(**settings)


def _told(line: PersonaLine, speaker: Speaker) -> str:
    loss = f"{line.loss.percent:.1f} % lost" if line.loss else ""
    below = f" {line.noise_below_db:.0f} dB below" if line.noise_below_db is not None else ""
    parts = (speaker.name, line.level, line.codec, " and ".join(line.noise) + below, loss, "room" if line.room else "")
    return ", ".join(part for part in parts if part and part != "none")


def _tone(hertz: float, seconds: float, draw: Draw) -> Samples:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.asarray(0.2 * np.sin(2 * np.pi * hertz * time + draw.uniform(0, 6)), np.float32)


def _ringing(language: str) -> Samples:
    """Return ringing as an exchange of the language's largest country gives it."""
    lines, on, off = ((450.0,), 1.0, 4.0) if language.startswith("zh") else ((440.0, 480.0), 2.0, 4.0)
    time = np.arange(round(_RINGING_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    wave = sum(np.sin(2 * np.pi * line * time) for line in lines) / len(lines)
    return np.asarray(0.15 * wave * (time % (on + off) < on), np.float32)


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def _seconds(parts: list[Samples]) -> float:
    return sum(map(len, parts)) / SAMPLE_RATE
