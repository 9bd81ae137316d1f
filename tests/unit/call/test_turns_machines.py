"""The turn machine when voicemail or a call screener has picked up: rules 7 and 12 of ``turn_table.py``."""

from __future__ import annotations

import pytest

from tests.unit.call.turning import Line, kinds
from voicebot.call.turn_events import (
    Beep,
    Begin,
    Close,
    Commit,
    Decided,
    DecideMachine,
    Digit,
    Drop,
    Finish,
    Machine,
    Play,
    Turn,
)


def test_what_is_held_counts_once_a_person_is_known_to_be_there() -> None:
    """Said before it is known who picked up, "stop calling" keeps the floor and waits."""
    for person in (True, False):
        line = Line(opens=True)
        line.speech(900)
        line.silence(100)
        line.decide(urgent=True, held=True)
        assert line.silence(1200) == []
        if person:
            assert Commit in kinds(line.decide(urgent=True))
        else:
            line.do(Machine(line.at, "screener"))
            assert DecideMachine in kinds(line.silence(600))


def test_what_is_held_is_no_answer_to_a_question() -> None:
    line = Line()
    line.played()
    line.speech(900)
    line.silence(100)
    line.decide(held=True)
    assert line.silence(3000) == []
    assert Commit in kinds(line.decide())


@pytest.mark.parametrize("goes_on", [True, False])
def test_without_a_beep_that_nothing_follows_no_message_is_left(goes_on: bool) -> None:
    line = Line(opens=True)
    line.speech(3000)
    (ask,) = line.do(Machine(line.at, "voicemail"))
    assert isinstance(ask, DecideMachine)
    line.do(Decided(line.at, ask.query))
    line.do(Begin(line.at, Turn((False,), ends=True, after_beep=True)))
    if goes_on:
        line.do(Beep(line.at))
        line.speech(1000)
    done = kinds(line.silence(9000))
    assert Play not in done
    assert Finish in done


def test_answering_machine_is_left_a_message_after_its_beep() -> None:
    line = Line(opens=True)
    line.speech(3000)
    (ask,) = line.do(Machine(line.at, "voicemail"))
    assert isinstance(ask, DecideMachine)
    assert Commit(ask.query) in line.do(Decided(line.at, ask.query))
    line.do(Begin(line.at, Turn((False,), ends=True, after_beep=True)))
    assert Play not in kinds(line.speech(2000))
    line.do(Beep(line.at))
    assert Play(0) in line.silence(40)
    assert kinds(line.played()) == [Finish]


def test_words_of_a_machine_are_no_answer() -> None:
    line = Line()
    line.played()
    line.speech(900)
    assert line.do(Machine(line.at, "screener")) == []
    for _ in range(2):
        line.silence(100)
        line.decide(urgent=True)
        assert kinds(line.silence(300)) == [Close]
        assert line.do(Digit(line.at, "1")) == []
        line.speech_ms = 0
        line.speech(600)
    line.silence(100)
    line.decide()
    (ask,) = line.silence(1500)
    assert isinstance(ask, DecideMachine), "it has finished"
    assert kinds(line.do(Decided(line.at, ask.query))) == [Close, Commit]


def test_a_line_over_which_a_screener_speaks_is_dropped() -> None:
    line = Line()
    line.speech(100)
    assert line.do(Machine(line.at, "screener")) == [Drop()]
    mandatory = Line(True, False)
    mandatory.speech(100)
    assert mandatory.do(Machine(mandatory.at, "screener")) == []
    mandatory.silence(400)
    assert mandatory.played(0) == [], "the rest of the turn is not said"
    assert DecideMachine in kinds(mandatory.silence(1600))


def test_a_machine_hears_what_must_be_said_in_full_and_no_more() -> None:
    line = Line(True, False)
    (ask,) = line.do(Machine(line.at, "voicemail"))
    assert isinstance(ask, DecideMachine)
    assert line.do(Decided(line.at, ask.query)) == []
    assert line.played(0) == [Commit(ask.query)]
