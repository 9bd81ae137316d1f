"""The recogniser in the calling thread: it tells what the pool would tell."""

from __future__ import annotations

import asyncio

import pytest

from voicebot.call.trying.in_process import InProcessPool
from voicebot.call.trying.told_time import told
from voicebot.speech.recognition.engine import Heard, Stream
from voicebot.speech.recognition.recognizer import EngineInfo, Hints, Hypothesis, Recognition


class Counting:
    """An engine, and its stream, that hears how much it was fed."""

    def __init__(self) -> None:
        self.details: dict[str, str] = {}
        self._fed = 0

    def stream(self) -> Stream:
        return self

    def begin(self, hints: Hints) -> None:
        del hints

    def feed(self, pcm: bytes) -> None:
        self._fed += len(pcm)

    def interim(self) -> Heard:
        return Heard(Hypothesis(f"{self._fed} bytes", 1.0))

    def end(self) -> None:
        self._fed = 0


@pytest.mark.parametrize(
    ("then", "come"),
    [
        ("", ["320 bytes"]),
        ("ask", ["320 bytes", "320 bytes"]),
        ("end", []),
        ("begin", []),
        ("begin again", []),
        ("close", []),
    ],
)
def test_words_come_later_unless_the_utterance_is_over(then: str, come: list[str]) -> None:
    async def story() -> list[str]:
        words: list[Recognition] = []
        pool = InProcessPool(Counting(), EngineInfo("vosk", "model", "en-US", "told"), 0.15)
        session = pool.open("call", words.append)
        session.begin(1, Hints())
        session.feed(bytes(320))
        session.interim(1)
        await asyncio.sleep(0.1)
        assert not words
        match then:
            case "end":
                session.end()
            case "begin":
                session.begin(2, Hints())
            case "begin again":
                session.begin(1, Hints())
            case "close":
                session.close()
            case "ask":
                session.interim(2)
        await asyncio.sleep(0.2)
        return [one.best.text for one in words]

    assert told(story()) == come
