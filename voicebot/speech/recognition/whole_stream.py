"""A call's stream for models that hear an utterance as a whole: it is kept, and run again at each interim result."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Any, ClassVar, Final, Generic, TypeVar

import numpy as np
import soxr

from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.recognition.engine import Heard
from voicebot.speech.recognition.recognizer import Hints
from voicebot.speech.recognition.stretches import quiet_place

Samples = np.ndarray[Any, Any]

MODEL_RATE: Final = 16000
"""Samples a second that these models hear."""
_HEARABLE_RMS: Final = 0.0005
"""Quieter than this (-66 dBFS) is not speech; a model would hallucinate words."""

_Part = TypeVar("_Part")
"""What an engine makes of one stretch of audio."""


class WholeStream(abc.ABC, Generic[_Part]):
    """One call's stream; an engine says what it makes of a stretch, and of all of them together."""

    longest_seconds: ClassVar[float]
    """Longer audio is cut at quiet places."""
    hearable_seconds: ClassVar[float]
    """Less than this is not speech."""

    def __init__(self) -> None:
        self._audio = bytearray()
        self._earlier: list[_Part | None] = []
        """Stretches that were cut off; they are not run again."""
        self._hints = Hints()

    def begin(self, hints: Hints) -> None:
        """Start an utterance."""
        self.end()
        self._hints = hints

    def feed(self, pcm: bytes) -> None:
        """Hear."""
        self._audio += pcm

    def end(self) -> None:
        """Forget the utterance."""
        self._audio.clear()
        self._earlier.clear()
        self._hints = Hints()

    def interim(self) -> Heard:
        """Words so far."""
        longest = int(self.longest_seconds * SAMPLE_RATE) * 2
        while len(self._audio) > longest:
            cut = quiet_place(bytes(self._audio[:longest]))
            self._earlier.append(self._part(bytes(self._audio[:cut])))
            del self._audio[:cut]
        return self._weigh([*self._earlier, self._part(bytes(self._audio))], self._hints.phrases)

    def _part(self, pcm: bytes) -> _Part | None:
        """Decode one stretch; ``None`` where there is nothing to be heard."""
        samples = np.frombuffer(pcm[: len(pcm) - len(pcm) % 2], "<i2").astype(np.float32) / 32768
        if len(samples) < self.hearable_seconds * SAMPLE_RATE or float(np.sqrt(np.mean(samples**2))) < _HEARABLE_RMS:
            return None
        return self._decode(soxr.resample(samples, SAMPLE_RATE, MODEL_RATE, quality="MQ"))

    @abc.abstractmethod
    def _decode(self, samples: Samples) -> _Part:
        """Run the model on one stretch, at ``MODEL_RATE``, -1 to 1."""

    @abc.abstractmethod
    def _weigh(self, parts: Sequence[_Part | None], phrases: tuple[str, ...]) -> Heard:
        """Say what was heard in all stretches, the newest last; there is at least one. ``phrases``: hints."""
