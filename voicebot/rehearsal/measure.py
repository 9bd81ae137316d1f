"""What a call was like for the callee: reply gaps and interruptions, from what was sent and heard. Pure.

Definitions, all on the callee's own clock, so that the path through both Asterisks is in them twice:

reply gap
    from sending the 20 ms frame that holds the last sample of the callee's speech (last 10 ms within 35 dB of the
    loudest) to receiving the first frame of the bot's that is not silence (RMS over 100 of 32768). Only for answers
    after which the bot replied, and only where the bot was silent in the 60 ms before the answer's end: a bot
    that was still speaking (or spoke too early) left no gap to be measured.
stop
    from sending the first frame of speech over the bot's to receiving the bot's last frame before 200 ms of silence;
    none where the bot did not stop before the callee had finished.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicebot.speech.audio import FRAME_SECONDS, SAMPLE_RATE

LOUD_RMS: Final = 100.0
"""A frame above this is speech; of 32768."""
SPEECH_RANGE_DB: Final = 35.0
STILL_SPEAKING_SECONDS: Final = 0.06
STOPPED_SECONDS: Final = 0.2
_WINDOW: Final = SAMPLE_RATE // 100


@dataclass(frozen=True, slots=True)
class Spoken:
    """One thing that the callee said.

    Parameters
    ----------
    text
        What was said.
    start, end
        When the first frame, and the frame with the last sample of speech, were sent; seconds.
    answer
        A reply is due after it; the first half of an answer and an "uh-huh" are none.
    """

    text: str
    start: float
    end: float
    answer: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """What the bot did when the callee spoke over it.

    Parameters
    ----------
    text
        What was said over the bot.
    milliseconds
        How long the bot went on, or ``None`` where it did not stop for it.
    answer
        Whether it was a real interruption; for an "uh-huh" a stop is a fault.
    """

    text: str
    milliseconds: float | None
    answer: bool


def is_loud(pcm: bytes) -> bool:
    """Return whether a frame is more than silence on a telephone line."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    return bool(len(samples)) and float(np.dot(samples, samples)) > len(samples) * LOUD_RMS**2


def speech_end(pcm: bytes) -> int:
    """Return the number of samples up to the end of speech in ``pcm``: what follows is silence or an echo's tail."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    windows = samples[: len(samples) // _WINDOW * _WINDOW].reshape(-1, _WINDOW)
    if not len(windows):
        return len(samples)
    level = np.sqrt(np.mean(windows**2, axis=1))
    heard = np.flatnonzero(level > level.max() * 10.0 ** (-SPEECH_RANGE_DB / 20.0))
    return (int(heard[-1]) + 1) * _WINDOW if len(heard) else len(samples)


def reply_gaps(spoken: Sequence[Spoken], loud: Sequence[float]) -> list[float]:
    """Return the reply gaps in milliseconds.

    Parameters
    ----------
    spoken
        In order.
    loud
        Arrival times of the bot's loud frames, in order.
    """
    gaps = []
    for number, words in enumerate(spoken):
        if not words.answer:
            continue
        until = spoken[number + 1].start if number + 1 < len(spoken) else float("inf")
        first = bisect_right(loud, words.end)
        before = loud[first - 1] if first else float("-inf")
        if words.end - before < STILL_SPEAKING_SECONDS or first == len(loud) or loud[first] > until:
            continue
        gaps.append(round((loud[first] - words.end) * 1000.0, 1))
    return gaps


def stops(spoken: Sequence[Spoken], loud: Sequence[float]) -> list[Stop]:
    """Return, for everything said over the bot's voice, when the bot stopped."""
    found = []
    for words in spoken:
        after = bisect_left(loud, words.start)
        before = loud[after - 1] if after else float("-inf")
        if words.start - before > STILL_SPEAKING_SECONDS:
            continue
        last = words.start
        for at in loud[after:]:
            if at - last > STOPPED_SECONDS:
                break
            last = at
        stopped = last < words.end
        milliseconds = round((last + FRAME_SECONDS - words.start) * 1000.0, 1) if stopped else None
        found.append(Stop(words.text, milliseconds, words.answer))
    return found


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Return a percentile of ``values`` (linear between ranks), ``None`` where there are none."""
    return round(float(np.percentile(values, percent)), 1) if values else None
