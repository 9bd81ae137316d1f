"""Voices of simulated callers: many people out of one synthesiser, none of them the bot's.

A speaker is hibari played at another rate (which moves pitch and vocal tract together, as a larger or smaller
person would) with the tempo set right again; a few robotic ones of espeak-ng are the hard cases and speak the
languages that hibari does not.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Any, Final, Literal

from voicebot.errors import ConfigurationError, Problem
from voicebot.speech.speaking.espeak_voice import EspeakVoice
from voicebot.speech.speaking.kokoro_voice import KokoroVoice
from voicebot.speech.speaking.loudness import finish
from voicebot.speech.speaking.prompts import PromptCache
from voicebot.speech.speaking.spoken_text import is_speakable, plain


@dataclass(frozen=True, slots=True)
class Speaker:
    """One voice.

    Parameters
    ----------
    name
        As a persona's ``voice`` may name it.
    engine
        ``hibari``, ``kokoro`` or ``espeak``.
    semitones
        Pitch against the engine's own; the bot has 0.
    tempo
        Speed against the engine's own.
    variant
        espeak-ng's voice variant, or which of Kokoro's voices.
    """

    name: str
    engine: Literal["hibari", "kokoro", "espeak"]
    semitones: float = 0.0
    tempo: float = 1.0
    variant: str = ""


SPEAKERS: Final = (
    Speaker("alan", "hibari", -4.4, 0.88),
    Speaker("bruno", "hibari", -4.2, 0.97),
    Speaker("carl", "hibari", -3.8, 0.90),
    Speaker("dmitri", "hibari", -3.4, 1.02),
    Speaker("elias", "hibari", -3.0, 1.10),
    Speaker("frank", "hibari", -2.8, 0.95),
    Speaker("greta", "hibari", -2.3, 1.08),
    Speaker("helen", "hibari", -1.8, 0.90),
    Speaker("irene", "hibari", -1.2, 1.15),
    Speaker("judith", "hibari", 0.8, 0.88),
    Speaker("karen", "hibari", 1.2, 1.20),
    Speaker("lucy", "hibari", 1.6, 1.00),
    Speaker("mina", "hibari", 2.0, 1.12),
    Speaker("nora", "hibari", 2.5, 0.95),
    Speaker("opal", "hibari", 3.0, 1.05),
)
"""Given to personas by their names."""

MANDARIN_SPEAKERS: Final = (
    Speaker("bo", "kokoro", -1.2, 0.95, "zm_yunxi"),
    Speaker("chen", "kokoro", 0.0, 1.0, "zm_yunxi"),
    Speaker("dawei", "kokoro", 0.9, 1.08, "zm_yunxi"),
    Speaker("gang", "kokoro", -0.8, 0.95, "zm_yunjian"),
    Speaker("hao", "kokoro", 0.6, 1.05, "zm_yunjian"),
    Speaker("jun", "kokoro", -0.5, 1.0, "zm_yunyang"),
    Speaker("kai", "kokoro", 0.7, 1.1, "zm_yunxia"),
    Speaker("lan", "kokoro", -0.8, 0.95, "zf_xiaoxiao"),
    Speaker("mei", "kokoro", 0.6, 1.06, "zf_xiaoxiao"),
    Speaker("ning", "kokoro", -0.6, 1.0, "zf_xiaobei"),
    Speaker("qing", "kokoro", 0.8, 1.05, "zf_xiaobei"),
    Speaker("rui", "kokoro", 1.2, 1.0, "zf_xiaoyi"),
)
"""The same for Mandarin; the bot's own voice is shifted far enough to be another person."""

HARD_SPEAKERS: Final = (
    Speaker("robot_man", "espeak", tempo=1.0, variant="m3"),
    Speaker("robot_woman", "espeak", tempo=0.95, variant="f2"),
    Speaker("robot_whisper", "espeak", tempo=0.9, variant="m7"),
)
"""Only for personas that name them, and for languages that nothing better speaks."""


BYSTANDERS: Final = tuple(
    Speaker(f"bystander_{index}", "hibari", semitones, tempo)
    for index, (semitones, tempo) in enumerate(
        [(-4.6, 1.02), (-3.6, 1.1), (-3.1, 0.92), (-2.5, 1.05), (-2.0, 1.16), (-1.5, 0.98), (-0.9, 1.1), (-0.4, 0.94),
         (0.5, 1.08), (1.0, 0.97), (1.5, 1.14), (2.1, 1.0), (2.7, 1.1), (3.3, 0.95)]
    )
)  # fmt: skip
"""On television and in the room behind people; none of them is a caller or the bot."""

CHILDREN: Final = tuple(
    Speaker(f"child_{index}", "hibari", semitones, 1.08) for index, semitones in enumerate((4.6, 5.2, 5.8, 6.4))
)
MANDARIN_CHILDREN: Final = tuple(
    Speaker(f"mandarin_child_{index}", "kokoro", semitones, 1.08, "zf_xiaoyi")
    for index, semitones in enumerate((2.3, 2.6, 2.9, 3.2))
)
_HELD_BYTES: Final = 1_000_000
"""How much of a slow voice's speech its cache holds in memory; ``CallerVoices`` holds what is wanted anyway."""


_EVERYBODY: Final = (*SPEAKERS, *MANDARIN_SPEAKERS, *HARD_SPEAKERS)
_SPEAKERS_OF: Final = {"en": SPEAKERS, "zh": MANDARIN_SPEAKERS}
_AROUND: Final = {"en": (BYSTANDERS, CHILDREN), "zh": (MANDARIN_SPEAKERS, MANDARIN_CHILDREN)}
DEFAULT_LANGUAGE: Final = "en-US"


def spoken_around(language: str) -> str:
    """Return the language heard behind people who speak ``language``: English, if nothing is written in theirs."""
    code = language.partition("-")[0]
    return code if code in _AROUND else next(iter(_AROUND))


def bystanders(language: str) -> tuple[Speaker, ...]:
    """Return the voices around people who speak ``language``."""
    return _AROUND[spoken_around(language)][0]


def children(language: str) -> tuple[Speaker, ...]:
    """Return children's voices around people who speak ``language``."""
    return _AROUND[spoken_around(language)][1]


def choose_speaker(persona: str, language: str = "en-US", *, voice: str = "") -> Speaker:
    """Return the voice of a persona, always the same one for the same name.

    Raises
    ------
    ConfigurationError
        ``voice`` names none.
    """
    if voice:
        for speaker in _EVERYBODY:
            if speaker.name == voice:
                return speaker
        known = ", ".join(speaker.name for speaker in _EVERYBODY)
        raise ConfigurationError(Problem(f"persona {persona}: no caller's voice is named {voice!r}", f"known: {known}"))
    group = _SPEAKERS_OF.get(language.partition("-")[0], HARD_SPEAKERS)
    return group[int.from_bytes(hashlib.sha256(persona.encode()).digest()[8:12], "big") % len(group)]


class _Shifted:
    """One of Kokoro's voices as another person; it is slow, so what it says is kept on the disk."""

    def __init__(self, speaker: Speaker) -> None:
        self._ratio = 2.0 ** (speaker.semitones / 12.0)
        self._tempo = speaker.tempo
        self._voice = KokoroVoice(speaker.variant)
        self.name = f"{self._voice.name}-ended-as-{speaker.semitones:g}-{speaker.tempo:g}"
        self.language = self._voice.language

    async def synthesize(self, text: str, *, speed: float = 1.0, urgent: bool = False) -> bytes:
        """Speak ``text``; see ``Voice.synthesize``."""
        speed *= self._tempo / self._ratio
        if text[-1:].isalnum():  # without a mark, Kokoro breaks off in the last syllable of a short answer
            text += "。"
        return await self._voice.synthesize(text, speed=speed, urgent=urgent, pitch=self._ratio)


class CallerVoices:
    """Speaks for all personas; synthesis runs in one thread, never in the event loop."""

    def __init__(self) -> None:
        self._engine: Any = None
        self._espeak: dict[tuple[str, str], EspeakVoice] = {}
        self._kokoro: dict[Speaker, PromptCache] = {}
        self._spoken: dict[tuple[str, str, str], bytes] = {}
        self._turn = asyncio.Lock()

    async def speak(self, text: str, speaker: Speaker, language: str = "en-US") -> bytes:
        """Return ``text`` as 8 kHz PCM at normal level, silence at both ends trimmed; empty where nothing is to say.

        Raises
        ------
        UnavailableError
            The engine behind the voice is not installed.
        """
        key = (speaker.name, language, text)
        if key not in self._spoken:
            async with self._turn:
                if key not in self._spoken:
                    self._spoken[key] = await self._synthesize(plain(text), speaker, language)
        return self._spoken[key]

    async def _synthesize(self, text: str, speaker: Speaker, language: str) -> bytes:
        if not is_speakable(text):
            return b""
        if speaker.engine == "espeak":
            voice = self._espeak.setdefault((language, speaker.variant), EspeakVoice(language, variant=speaker.variant))
            return await voice.synthesize(text, speed=speaker.tempo)
        if speaker.engine == "kokoro":
            if speaker not in self._kokoro:
                self._kokoro[speaker] = PromptCache(_Shifted(speaker), memory_bytes=_HELD_BYTES)
            return await self._kokoro[speaker].speech(text)
        return await asyncio.to_thread(self._hibari, text, speaker)

    def _hibari(self, text: str, speaker: Speaker) -> bytes:
        if self._engine is None:
            from hibari import Hibari  # noqa: PLC0415 – loads onnxruntime

            self._engine = Hibari(threads=1)
        ratio = 2.0 ** (speaker.semitones / 12.0)
        samples = self._engine(text, speed=speaker.tempo / ratio, seed=0)
        # Declaring another rate than the true one is the pitch shift: finish() resamples to 8 kHz.
        return finish(samples, round(self._engine.sample_rate * ratio))
