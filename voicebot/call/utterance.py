"""What the recogniser gets: each utterance from shortly before it was noticed, and nothing else."""

from __future__ import annotations

from collections import deque
from typing import Final

from voicebot.call.asking import PREROLL_SECONDS
from voicebot.speech.audio import FRAME_SECONDS
from voicebot.speech.recognition.recognizer import Hints, RecognizerSession

_ONSET_FRAMES: Final = 10
"""Frames that pass before speech is noticed."""


class Utterances:
    """The callee's utterances, one after the other.

    Parameters
    ----------
    recognizer
        The call's place in a recogniser.
    """

    def __init__(self, recognizer: RecognizerSession) -> None:
        self._recognizer = recognizer
        self._before: deque[bytes] = deque(maxlen=round(PREROLL_SECONDS / FRAME_SECONDS) + _ONSET_FRAMES)
        self.number = 0
        """Of the open utterance; 0 when there is none."""
        self.seconds = 0.0
        """How much of it has been heard since it was noticed."""
        self.begun_at = 0.0
        """When the first sample that the recogniser was given of it was heard."""

    def hear(self, pcm: bytes) -> None:
        """Take 20 ms of the line."""
        if self.number:
            self.seconds += FRAME_SECONDS
            self._recognizer.feed(pcm)
        else:
            self._before.append(pcm)

    def open(self, number: int, hints: Hints, at: float) -> None:
        """Begin an utterance with what was heard just before ``at``."""
        self.number, self.seconds = number, 0.0
        self.begun_at = at - len(self._before) * FRAME_SECONDS
        self._recognizer.begin(number, hints)
        for pcm in self._before:
            self._recognizer.feed(pcm)
        self._before.clear()

    def ask(self, query: int) -> None:
        """Ask for the words so far."""
        self._recognizer.interim(query)

    def end(self) -> None:
        """Forget the open utterance."""
        self.number = 0
        self._recognizer.end()

    def close(self) -> None:
        """Leave the recogniser."""
        self._recognizer.close()
