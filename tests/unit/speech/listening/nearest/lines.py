"""Lines for tests: a person and a programme at given levels, and a listener."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from voicebot.rehearsal.lines.pcm import from_pcm, to_pcm
from voicebot.speech.audio import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_RATE
from voicebot.speech.listening.activity import Activity, VoiceActivity
from voicebot.speech.speaking.hibari_voice import HibariVoice

Samples = np.ndarray[Any, Any]

PROGRAMME_TEXT: Final = "The ferry to the islands leaves at nine, and the market opens early on the quay this week."
ANSWER_TEXT: Final = "Yes, I will."


@functools.cache
def spoken(text: str) -> Samples:
    """Return speech of a text; its louder parts are at about -20 dBFS."""
    return from_pcm(asyncio.run(HibariVoice().synthesize(text)))


def at_db(samples: Samples, decibels: float) -> Samples:
    """Return samples made this much louder."""
    return np.asarray(samples * 10 ** (decibels / 20), np.float32)


def silence(seconds: float) -> Samples:
    """Return what a silent line sends: a little noise."""
    count = int(seconds * SAMPLE_RATE)
    return np.asarray(np.random.default_rng(count).normal(0, 2e-4, count), np.float32)


def programme(seconds: float, decibels: float) -> Samples:
    """Return a programme that does not stop, this much louder than ``spoken``."""
    once = np.concatenate([spoken(PROGRAMME_TEXT), silence(0.25)])
    return at_db(np.resize(once, int(seconds * SAMPLE_RATE)), decibels)


def put(line: Samples, samples: Samples, seconds: float) -> tuple[float, float]:
    """Add samples to a line from a time on; return when they begin and end."""
    begins = int(seconds * SAMPLE_RATE)
    line[begins : begins + len(samples)] += samples
    return seconds, seconds + len(samples) / SAMPLE_RATE


class Listener:
    """Hears a line as a call does; an utterance that overlaps one of the ``answers`` counts as an answer."""

    def __init__(self, *, answers: Sequence[tuple[float, float]] = ()) -> None:
        self.activity = VoiceActivity()
        self.heard: list[Activity] = []
        self.utterances: list[tuple[float, float]] = []
        """Begin and end of each, seconds."""
        self._answers = answers
        self._begins = 0.0
        self._open = False

    @property
    def now(self) -> float:
        """Seconds heard."""
        return len(self.heard) * FRAME_SAMPLES / SAMPLE_RATE

    def hear(self, line: Samples, *, playing: bool = False, sent: Samples | None = None) -> list[Activity]:
        """Hear some more of the line."""
        pcm = to_pcm(line)
        ours = to_pcm(sent) if sent is not None else b""
        before = len(self.heard)
        for at in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES):
            self._take(
                self.activity.feed(
                    pcm[at : at + FRAME_BYTES], playing=playing, sent=ours[at : at + FRAME_BYTES] or None
                )
            )
        return self.heard[before:]

    def _take(self, activity: Activity) -> None:
        self.heard.append(activity)
        if activity.speech_ms >= 60 and (not self._open or activity.anew):
            self._open, self._begins = True, self.now - activity.speech_ms / 1000
        elif self._open and activity.silence_ms >= 400:
            self._open = False
            ends = self.now - activity.silence_ms / 1000
            self.utterances.append((self._begins, ends))
            if any(begin < ends and self._begins < end for begin, end in self._answers):
                self.activity.picture.counted(len(self.utterances))
            else:
                self.activity.picture.dismissed()
            self.activity.picture.over()
