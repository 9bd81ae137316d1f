"""The person is distinguished from the room by their levels relative to each other, however loud the whole line is."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.speech.listening.nearest.lines import (
    ANSWER_TEXT,
    Listener,
    Samples,
    at_db,
    programme,
    put,
    silence,
    spoken,
)
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.listening.nearest.picture import Who

BELOW_DB = -15.0


def acquainted(decibels: float = 0.0, *, room: float | None = BELOW_DB) -> Listener:
    """Return a listener that has heard the room behind our first line, and the person's first answer."""
    line = silence(3.0) if room is None else programme(3.0, decibels + room)
    answers = [put(later := tail(2.0, decibels, room), at_db(spoken(ANSWER_TEXT), decibels), 0.4)]
    listener = Listener(answers=[(3.0 + begin, 3.0 + end) for begin, end in answers])
    listener.hear(line, playing=True, sent=at_db(spoken("Hello, this is the bank.")[: 3 * SAMPLE_RATE], -3.0))
    listener.hear(later)
    assert listener.activity.picture.person is not None
    return listener


def tail(seconds: float, decibels: float, room: float | None) -> Samples:
    return silence(seconds) if room is None else programme(seconds, decibels + room)


@pytest.mark.parametrize("decibels", [-15.0, -9.0, 0.0, 6.0])
def test_a_person_over_a_programme_is_one_utterance_with_its_own_ends(decibels: float) -> None:
    listener = acquainted(decibels)
    before = len(listener.utterances)
    began = listener.now
    line = programme(5.0, decibels + BELOW_DB)
    begin, end = put(line, at_db(spoken("Next Friday, the fourth."), decibels), 1.5)
    heard = listener.hear(line)
    assert len(listener.utterances) == before + 1
    begins, ends = listener.utterances[-1]
    assert begins == pytest.approx(began + begin, abs=0.25)
    assert ends == pytest.approx(began + end, abs=0.3)
    assert {one.who for one in heard if one.speech} == {Who.PERSON}


@pytest.mark.parametrize("decibels", [-15.0, 0.0, 9.0])
def test_half_a_minute_of_a_programme_is_no_utterance(decibels: float) -> None:
    listener = acquainted(decibels)
    heard = listener.hear(programme(30.0, decibels + BELOW_DB))
    assert not any(one.speech for one in heard)
    rejected = [one.rejected for one in heard if one.rejected is not None]
    assert rejected, "it is noted"
    assert {one.who for one in rejected} == {Who.ROOM}
    assert sum(one.lasted_ms for one in rejected) > 20_000
    for one in rejected:
        assert one.line.person is not None
        assert one.level_dbfs < one.line.person


def test_a_programme_is_no_interruption_and_the_person_is() -> None:
    listener = acquainted()
    assert not any(one.speech_ms >= 200 for one in listener.hear(programme(6.0, BELOW_DB), playing=True))
    line = programme(3.0, BELOW_DB)
    begin, _ = put(line, spoken("Wait a moment, please."), 1.0)
    held = [at for at, one in enumerate(listener.hear(line, playing=True)) if one.speech_ms >= 200]
    assert held
    assert held[0] * 0.02 <= begin + 0.4


@pytest.mark.parametrize("falls", [-2.0, -4.0])
def test_somebody_whose_voice_falls_and_who_speaks_over_us_stays_the_person(falls: float) -> None:
    listener = acquainted()
    for _ in range(3):
        line = programme(4.0, BELOW_DB)
        put(line, at_db(spoken("Hang on, what can we do about it?"), falls), 0.5)
        assert any(one.who is Who.PERSON for one in listener.hear(line, playing=True))
        room = listener.activity.picture.figures.room
        assert room is not None
        assert room < (listener.activity.picture.person or 0.0) - 9.0, "they are not taken for the room"


@pytest.mark.parametrize("decibels", [-18.0, 0.0, 9.0])
def test_who_is_quiet_or_loud_with_nobody_else_is_heard_from_the_first_word(decibels: float) -> None:
    line = silence(4.0)
    begin, end = put(line, at_db(spoken(ANSWER_TEXT), decibels), 1.0)
    listener = Listener(answers=[(begin, end)])
    listener.hear(line)
    ((begins, ends),) = listener.utterances
    assert begins == pytest.approx(begin, abs=0.25)
    assert ends == pytest.approx(end, abs=0.3)


@pytest.mark.parametrize(("playing", "who"), [(False, Who.PERSON), (True, Who.ALONE)])
def test_whoever_speaks_where_nobody_else_was_heard_is_the_person_but_not_over_us(playing: bool, who: Who) -> None:
    listener = Listener()
    listener.hear(silence(5.0))
    line = silence(3.0)
    put(line, at_db(spoken(ANSWER_TEXT), -12.0), 0.5)
    assert {one.who for one in listener.hear(line, playing=playing) if one.speech} == {who}


def test_somebody_who_moves_away_is_followed() -> None:
    listener = acquainted(room=None)
    levels = [listener.activity.picture.person or 0.0]
    for decibels in (-4.0, -8.0, -12.0, -12.0):
        line = silence(3.0)
        begin, end = put(line, at_db(spoken(ANSWER_TEXT), decibels), 1.0)
        count = len(listener.utterances)
        listener._answers = [(listener.now + begin, listener.now + end)]
        listener.hear(line)
        assert len(listener.utterances) == count + 1, "they are heard all the way"
        levels.append(listener.activity.picture.person or 0.0)
    assert levels == sorted(levels, reverse=True)
    assert levels[-1] < levels[0] - 5.0


def test_a_clearly_louder_voice_begins_anew_where_nobody_knows_who_spoke_before() -> None:
    line = programme(5.0, -18.0)
    begin, end = put(line, spoken(ANSWER_TEXT), 2.0)
    listener = Listener(answers=[(begin, end)])
    heard = listener.hear(line)
    anew = [at * 0.02 for at, one in enumerate(heard) if one.anew]
    assert anew
    assert anew[0] == pytest.approx(begin, abs=0.4)
    assert heard[round(anew[0] / 0.02)].who is Who.PERSON
    begins, ends = next(one for one in listener.utterances if one[1] > begin)
    assert begins == pytest.approx(begin, abs=0.4)
    assert ends == pytest.approx(end, abs=0.3)


def test_the_picture_is_the_same_for_a_line_that_is_louder_as_a_whole() -> None:
    def verdicts(decibels: float) -> list[tuple[bool, Who]]:
        listener = acquainted(decibels)
        line = programme(8.0, decibels + BELOW_DB)
        put(line, at_db(spoken("No, I have paid it already."), decibels), 2.0)
        return [(one.speech, one.who) for one in listener.hear(line)]

    normal = verdicts(0.0)
    for decibels in (-15.0, 6.0):
        other = verdicts(decibels)
        differ = sum(one != same for one, same in zip(normal, other, strict=True))
        assert differ <= 0.03 * len(normal)


def test_our_own_voice_coming_back_is_no_interruption() -> None:
    ours = np.resize(spoken("I am calling about your payment, which is due on Friday. Will you pay it?"), 64_000)
    delay = 1300
    back = np.concatenate([np.zeros(delay, np.float32), ours])[: len(ours)]
    listener = Listener()
    heard = listener.hear(at_db(back, -14.0) + silence(8.0), playing=True, sent=ours)
    assert listener.activity.echo.delay_frames == pytest.approx(delay / 160, abs=1.5)
    assert listener.activity.echo.return_loss_db == pytest.approx(14.0, abs=3.0)
    assert not any(one.speech for one in heard[100:])
    assert any(one.rejected is not None and one.rejected.who is Who.ECHO for one in heard)


def test_a_room_alone_has_no_echo_of_ours() -> None:
    ours = np.resize(spoken("I am calling about your payment, which is due on Friday."), 64_000)
    listener = Listener()
    listener.hear(programme(8.0, -15.0), playing=True, sent=ours)
    assert listener.activity.echo.delay_frames is None
