"""A stream for models that hear an utterance as a whole: when they run again, where it is cut, what is skipped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.recognition.engine import NOTHING, Heard
from voicebot.speech.recognition.recognizer import Hints, Hypothesis
from voicebot.speech.recognition.whole_stream import MODEL_RATE, Samples, WholeStream


class Lengths(WholeStream[float]):
    """Hears how long each stretch is."""

    longest_seconds = 6.0
    hearable_seconds = 0.1

    def __init__(self) -> None:
        super().__init__()
        self.decoded = 0
        self.phrases: tuple[str, ...] = ()

    def _decode(self, samples: Samples) -> float:
        self.decoded += 1
        return len(samples) / MODEL_RATE

    def _weigh(self, parts: Sequence[float | None], phrases: tuple[str, ...]) -> Heard:
        self.phrases = phrases
        text = " ".join("-" if part is None else f"{part:.1f}" for part in parts)
        return Heard(Hypothesis(text, 1.0) if text != "-" else NOTHING)


def sound(seconds: float, level: float = 0.1) -> bytes:
    samples = level * np.sin(np.arange(round(seconds * SAMPLE_RATE)))
    return np.asarray(samples * 32767, "<i2").tobytes()


@pytest.mark.parametrize("pcm", [b"", b"\0", sound(0.05), bytes(2 * SAMPLE_RATE), sound(1, 0.0001)])
def test_nothing_is_decoded_where_nothing_can_be_heard(pcm: bytes) -> None:
    stream = Lengths()
    stream.begin(Hints())
    stream.feed(pcm)
    assert stream.interim() == Heard(NOTHING)
    assert stream.decoded == 0


def test_a_short_utterance_is_heard_as_a_whole_each_time() -> None:
    stream = Lengths()
    stream.begin(Hints(("yes",)))
    for expected in ("1.0", "2.0"):
        stream.feed(sound(1))
        assert stream.interim().best.text == expected
    assert stream.phrases == ("yes",)


def test_a_long_utterance_is_cut_where_it_is_quiet_and_a_cut_stretch_is_decoded_once() -> None:
    stream = Lengths()
    stream.begin(Hints())
    stream.feed(sound(4) + bytes(2 * SAMPLE_RATE // 5) + sound(3.8))
    first, rest = stream.interim().best.text.split()
    assert float(first) == pytest.approx(4.1, abs=0.2)
    assert float(first) + float(rest) == pytest.approx(8.0, abs=0.1)
    assert stream.decoded == 2
    stream.interim()
    assert stream.decoded == 3


def test_the_next_utterance_knows_nothing_of_the_last_one() -> None:
    stream = Lengths()
    stream.begin(Hints(("yes",)))
    stream.feed(sound(8))
    stream.interim()
    stream.begin(Hints())
    stream.feed(sound(1))
    assert stream.interim().best.text == "1.0"
    assert stream.phrases == ()
