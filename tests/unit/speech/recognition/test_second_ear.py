"""The second recogniser is never waited for long, and takes no more than it can hear in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.unit.call.carried import Pool, Recognizer, Silent
from voicebot.call.trying.told_time import told
from voicebot.speech.recognition.recognizer import Recognition
from voicebot.speech.recognition.second_ear import LOOK_SECONDS, MOST_LOOKS, SecondEar

SOUND = b"\x00\x10" * 8000


class Ears(Pool):
    """Gives everybody the same recogniser."""

    def open(self, call: str, on_words: Callable[[Recognition], None]) -> Recognizer:
        del call
        self._recognizer.tell = on_words
        return self._recognizer


def test_words_come_and_its_place_is_given_back() -> None:
    async def story() -> None:
        ear = Recognizer()
        ear.words = ["yes", "no"]
        listens = SecondEar(Ears(ear))
        found = await listens.look("a call", SOUND)
        assert found is not None
        assert found.best.text == "yes"
        assert (ear.fed, ear.closed) == (len(SOUND), True)

    told(story())


def test_one_that_says_nothing_is_given_up_and_who_comes_too_many_is_sent_away_at_once() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        listens, begun = SecondEar(Ears(Silent())), loop.time()

        async def look() -> float:
            assert await listens.look("a call", SOUND) is None
            return round(loop.time() - begun, 3)

        waits = await asyncio.gather(*(look() for _ in range(MOST_LOOKS + 2)))
        assert sorted(waits) == [0.0] * 2 + [LOOK_SECONDS] * MOST_LOOKS
        assert await listens.look("a call", b"") is None
        assert await listens.look("a call", bytes(10 * 16000)) is None
        assert round(loop.time() - begun, 3) == LOOK_SECONDS, "silence and long speeches are not listened to"

    told(story())
