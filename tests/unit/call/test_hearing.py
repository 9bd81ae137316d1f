"""What is heard by time: gaps that are silence, gaps that are jitter, and detectors that need no frames."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.call.hearing import MISSING_SECONDS, Hearing
from voicebot.call.silence import Silence
from voicebot.rehearsal.line import beep
from voicebot.speech.audio import FRAME_BYTES, FRAME_SECONDS, SILENT_FRAME
from voicebot.speech.listening.greeting import Verdict
from voicebot.speech.speaking.hibari_voice import HibariVoice


@pytest.fixture(scope="module")
def hello() -> list[bytes]:
    pcm = asyncio.run(HibariVoice().synthesize("Hello, who is this?"))
    return [pcm[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0") for at in range(0, len(pcm), FRAME_BYTES)]


def told(hearing: Hearing, until: float) -> list[Verdict]:
    """Send nothing, wake as asked; return what became known."""
    found: list[Verdict] = []
    while (now := hearing.wake_at()) < until:
        found += [sound.verdict for sound in hearing.silence(now, playing=False) if sound.verdict is not None]
    return found


def test_a_person_who_waits_is_told_without_a_frame_of_silence(hello: list[bytes]) -> None:
    hearing, now = Hearing("en-US", 0.0), 0.0
    for pcm in hello:
        now += FRAME_SECONDS
        hearing.frame(pcm, now, playing=False)
    assert told(hearing, now + 1.2) == []
    assert told(hearing, now + 2.0) == [Verdict.PERSON]


def test_a_beep_ends_where_nothing_follows_it() -> None:
    hearing, now, pcm = Hearing("en-US", 0.0), 0.0, beep()
    for at in range(0, len(pcm), FRAME_BYTES):
        now += FRAME_SECONDS
        assert not hearing.frame(pcm[at : at + FRAME_BYTES], now, playing=False).beep
    heard = [sound.beep for sound in hearing.silence(now + 0.5, playing=False)]
    assert heard.count(True) == 1


def test_words_tell_once_and_again_after_a_screener() -> None:
    hearing = Hearing("en-US", 0.0)
    asked = "this line is protected from unwanted calls, to be connected press five"
    assert hearing.words(asked, 3.0) is Verdict.SCREENER
    assert hearing.key == "5"
    assert hearing.words("hello", 5.0) is None
    assert hearing.words(asked, 8.0) is Verdict.SCREENER, "it repeats itself"
    assert hearing.words("leave a message after the tone", 12.0) is Verdict.VOICEMAIL
    assert hearing.words("leave a message after the tone", 13.0) is None


def room_of(hearing: Hearing) -> float | None:
    return hearing.line.room


def test_nothing_that_a_screener_says_is_taken_for_the_room_behind_who_comes_after_it(hello: list[bytes]) -> None:
    hearing, now = Hearing("en-US", 0.0), 0.0
    for pcm in hello:
        now += FRAME_SECONDS
        hearing.frame(pcm, now, playing=False)
    hearing.dismissed(1)
    assert room_of(hearing) is not None
    assert hearing.words("please state your name and why you are calling", now, utterance=2) is Verdict.SCREENER
    assert room_of(hearing) is None
    for pcm in hello:
        now += FRAME_SECONDS
        hearing.frame(pcm, now, playing=False)
    hearing.dismissed(2)
    assert room_of(hearing) is None, "it had not finished"
    assert hearing.line.suspected < -90.0


@given(st.lists(st.floats(0.0, 0.4), min_size=1, max_size=60))
def test_silence_keeps_pace_with_the_clock(gaps: list[float]) -> None:
    """However frames come, no more is ever heard as silence than time has passed, and no less is after a wake-up."""
    hearing, now, silent = Hearing("en-US", 0.0), 0.0, 0
    for gap in gaps:
        now += gap
        while hearing.wake_at() <= now:
            silent += sum(1 for _ in hearing.silence(hearing.wake_at(), playing=False))
        hearing.frame(SILENT_FRAME, now, playing=False)
        assert silent * FRAME_SECONDS <= now + 1e-6
    assert not list(hearing.silence(now + MISSING_SECONDS - 0.001, playing=False)), "jitter is no silence"
    late = list(hearing.silence(now + 10.0, playing=False))
    assert len(late) == round(10.0 / FRAME_SECONDS)
    assert late[-1].activity.silence_ms >= 10_000


def test_silence_is_counted_from_the_last_speech() -> None:
    silence = Silence()
    silence.begin(100.0)
    assert silence.follow(101.0, 0) == 1000, "nothing had come for a second"
    assert silence.since == 101.0
    silence.follow(101.12, 20)
    assert silence.since == 101.0, "frames of silence that did not come are counted"
    silence.follow(101.14, 60)
    assert silence.since == 101.0
    silence.follow(101.2, 10)
    assert silence.since == pytest.approx(101.19), "half a frame of speech begins it anew"
