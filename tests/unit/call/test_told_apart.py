"""Answers count only once a person is known to be on the line, and recordings never answer."""

from __future__ import annotations

import numpy as np
import pytest

from voicebot.agi.phone import Disposition, HangUp, Origin
from voicebot.call.hearing import Hearing
from voicebot.call.told_apart import UNKNOWN, Answers, announced, last_word
from voicebot.call.turn_events import Decided, Meaning
from voicebot.dialogue.talk import Utterance
from voicebot.languages.answering import Unreachable
from voicebot.speech.audio import FRAME_BYTES, FRAME_SECONDS
from voicebot.speech.listening.greeting import Verdict

STOP = Decided(2.0, 1, Meaning.ANSWER, urgent=True)
QUIET = np.random.default_rng(3).normal(0.0, 4.0, FRAME_BYTES // 2).astype("<i2").tobytes()


def hearing(*said: str, language: str = "en-US") -> Hearing:
    found = Hearing(language, 0.0)
    for text in said:
        found.words(text, 1.0)
    return found


def waits(ears: Hearing, seconds: float) -> None:
    for tick in range(round(seconds / FRAME_SECONDS)):
        ears.frame(QUIET, tick * FRAME_SECONDS, playing=False)


def test_before_a_person_is_known_an_answer_is_held_and_then_counts() -> None:
    answers, ears = Answers(), hearing()
    held, why = answers.weigh(STOP, Utterance("stop calling me"), ears)
    assert held.held
    assert why == UNKNOWN
    assert answers.released(3.0, ears) == Decided(3.0, 1, Meaning.ANSWER, urgent=True)
    assert answers.released(3.0, ears) is None, "it counts once"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en-US", "press nine to be removed from our calling list"),
        ("en-US", "this call may be recorded, do not call this number with unwanted calls"),
        ("en-US", "please leave a message after the tone and my attorney will call you"),
        ("zh-CN", "本次通话将被录音"),
        ("zh-CN", "如需退订请按九"),
    ],
)
def test_what_sounds_recorded_is_nobodys_answer_after_a_long_silence_either(language: str, said: str) -> None:
    ears = hearing(language=language)
    waits(ears, 13.0)
    assert ears.known is Verdict.SILENCE
    weighed, why = Answers().weigh(STOP, Utterance(said), ears)
    assert weighed.meaning is Meaning.NOTHING
    assert not weighed.urgent
    assert "recorded" in why


def test_what_the_engine_tells_itself_is_not_weighed() -> None:
    decided = Decided(2.0, 1)
    assert Answers().weigh(decided, Utterance(digits="1"), hearing()) == (decided, "")
    assert Answers().weigh(decided, Utterance(silence=True), hearing()) == (decided, "")


def test_the_last_word_of_a_machine_is_not_heard() -> None:
    assert not last_word(Utterance("press nine to be removed"), hearing(), 2.0)
    assert not last_word(Utterance("stop calling"), hearing("thank you for calling", "press one for sales"), 2.0)


@pytest.mark.parametrize(
    ("reason", "disposition"),
    [
        (Unreachable.NOT_IN_SERVICE, Disposition.UNREACHABLE_NUMBER),
        (Unreachable.BUSY, Disposition.BUSY),
        (Unreachable.SWITCHED_OFF, Disposition.NO_ANSWER),
        (Unreachable.BARRED, Disposition.REJECTED),
    ],
)
def test_an_announcement_is_the_networks_answer(reason: Unreachable, disposition: Disposition) -> None:
    told = announced(HangUp(Disposition.ANSWERED), reason, "it said so")
    assert told.disposition is disposition
    assert told.origin is Origin.NETWORK
