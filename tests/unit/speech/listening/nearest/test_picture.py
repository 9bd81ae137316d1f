"""What is known of a line's levels, what follows from them, and how they are forgotten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.listening.nearest.levels import LOWEST_DBFS, Levels, upper
from voicebot.speech.listening.nearest.picture import Picture, Who

LEVELS = st.floats(-70.0, -5.0)


def picture(*, person: float | None = None, room: float | None = None) -> Picture:
    found = Picture()
    for _ in range(250):
        found.frame(-75.0)
        found.behind(-75.0 if room is None else room, voice=room is not None)
    if person is not None:
        for _ in range(30):
            found.suspect(person)
        found.counted(1)
        found.over()
    return found


@given(LEVELS, st.floats(5.0, 30.0), st.floats(-15.0, 5.0), st.floats(-10.0, 35.0))
def test_only_differences_matter(person: float, apart: float, moved: float, below: float) -> None:
    """A whole dB more or less on the whole line changes no verdict."""
    moved, person, apart = round(moved), round(max(person, -40.0)), round(apart)
    level = person - round(below)
    if level + min(moved, 0) < -60 or person - apart + min(moved, 0) < -60:
        return
    here = picture(person=person, room=person - apart)
    there = picture(person=person + moved, room=person - apart + moved)
    assert here.judge(level) is there.judge(level + moved)


@given(LEVELS, st.one_of(st.none(), LEVELS), LEVELS, LEVELS)
def test_who_is_louder_is_never_less_the_person(person: float, room: float | None, one: float, other: float) -> None:
    found = picture(person=person, room=room)
    rank = list(Who).index
    assert rank(found.judge(min(one, other))) <= rank(found.judge(max(one, other)))
    if found.person is not None:
        assert found.judge(max(person, room or person) + 3.0) is Who.PERSON


def test_nobody_known() -> None:
    assert Picture().judge(-40.0) is Who.ALONE
    assert picture().judge(-40.0) is Who.PERSON, "nobody else was heard for four seconds"
    assert picture(room=-40.0).judge(-41.0) is Who.ROOM
    assert picture(room=-40.0).judge(-36.0) is Who.UNSURE
    assert picture(room=-40.0).judge(-30.0) is Who.PERSON


def test_a_few_asides_are_no_programme() -> None:
    found = Picture()
    for frame in range(600):
        found.frame(-75.0)
        found.behind(-30.0 if frame % 100 < 20 else -75.0, voice=frame % 100 < 20)
    assert found.room is not None
    assert found.judge(-32.0) is Who.UNSURE, "it may have been the person who said them"


def test_a_programme_teaches_nothing_whatever_it_says() -> None:
    found = picture(room=-40.0)
    for _ in range(30):
        found.suspect(-41.0)
    found.counted(1)
    assert found.person is None


def test_nobody_answered_so_that_the_lowest_voice_may_be_the_person() -> None:
    found = picture(room=-40.0)
    found.unanswered()
    assert found.judge(-43.0) is Who.UNSURE


def test_longer_words_of_an_utterance_replace_what_the_shorter_taught() -> None:
    found = picture(person=-20.0)
    for level in (-30.0, -30.0):
        for _ in range(20):
            found.suspect(level)
        found.counted(2)
    once = found.person
    again = picture(person=-20.0)
    for _ in range(40):
        again.suspect(-30.0)
    again.counted(2)
    assert once == again.person
    assert once is not None
    assert -30.0 < once < -20.0


def test_what_was_dismissed_at_the_persons_own_level_was_the_person() -> None:
    found = Picture()
    for _ in range(40):
        found.suspect(-25.0)
    found.dismissed()
    before = found.room
    for _ in range(20):
        found.suspect(-24.0)
    found.counted(2)
    assert (before, found.room) == (-25.0, None)
    assert found.person == -24.0


@given(LEVELS, st.floats(0.0, 40.0))
def test_the_rooms_level_is_never_learnt_from_what_may_be_the_persons(person: float, below: float) -> None:
    found = picture(person=person)
    for _ in range(120):
        found.frame(person - below)
        found.behind(person - below, voice=True)
    for _ in range(40):
        found.frame(-75.0)
    room = found.room
    assert room is None or room <= person - 5.5


def answered(found: Picture, level: float, utterance: int = 1) -> None:
    for _ in range(30):
        found.suspect(level)
    found.counted(utterance)
    found.over()


def test_who_is_as_loud_as_the_room_may_be_the_room_until_an_answer_stands_out() -> None:
    found = picture(room=-30.0)
    answered(found, -27.0)
    assert found.judge(-30.0) is not Who.PERSON
    for _ in range(120):
        found.frame(-29.0)
        found.behind(-29.0, voice=True)
    assert found.room == -29.0, "it goes on to be learnt"
    answered(found, -15.0, 2)
    assert found.person == -15.0, "nobody becomes so much louder: it was somebody else before"
    assert found.judge(-29.0) is Who.ROOM


def test_nobody_answers_twice_while_voices_are_heard_so_that_the_picture_is_doubted() -> None:
    found = picture(person=-20.0, room=-36.0)
    for asked in range(2):
        for _ in range(150):
            found.frame(-34.0)
            found.behind(-34.0, voice=True)
        assert found.judge(-34.0) is Who.ROOM
        found.unanswered()
        assert (found.judge(-34.0) is Who.UNSURE) == (asked == 1)
    answered(found, -34.0, 2)
    assert found.person is not None
    assert -34.0 < found.person < -26.0, "they have moved away from the phone, and are followed"


def test_nobody_answers_while_the_persons_own_words_are_dismissed() -> None:
    found = picture(room=-30.0)
    answered(found, -28.0)
    for _ in range(60):
        found.frame(-31.0)
        found.suspect(-31.0)
    found.dismissed()
    found.unanswered()
    assert found.room is None
    assert found.judge(-33.0) is Who.PERSON


def test_nobody_answers_while_a_voice_as_loud_as_the_person_is_passed_over() -> None:
    found = picture(person=-20.0, room=-36.0)
    for _ in range(120):
        found.frame(-25.0)
        found.behind(-25.0, voice=True)
    found.unanswered()
    assert found.room is None
    assert found.judge(-27.0) is Who.UNSURE


def dismissed_then(voice: bool, *, frames: int = 60) -> Picture:
    """Return a picture after speech that was no answer, and a second and a half of a voice or of silence."""
    found = Picture()
    for _ in range(frames):
        found.frame(-30.0)
        found.suspect(-30.0)
    found.dismissed()
    assert found.room == -30.0
    for _ in range(75):
        found.frame(-31.0 if voice else -75.0, voice=voice)
        found.behind(-31.0 if voice else -75.0, voice=voice)
    return found


def test_who_says_something_and_waits_is_not_the_room() -> None:
    assert dismissed_then(voice=False).room is None
    assert dismissed_then(voice=True).room == -30.0, "a programme goes on"
    assert dismissed_then(voice=False, frames=300).room == -30.0, "nobody answers at such length beside the point"


def test_a_room_that_falls_silent_is_forgotten() -> None:
    found = picture(person=-20.0, room=-36.0)
    assert found.room == -36.0
    for _ in range(6000):
        found.frame(-75.0)
        found.behind(-75.0, voice=False)
    assert found.room is None


@given(st.lists(st.floats(-120.0, 10.0), min_size=1, max_size=50), st.floats(0.0, 1.0))
def test_a_percentile_lies_among_the_levels(levels: list[float], part: float) -> None:
    found = Levels(1000.0)
    for level in levels:
        found.tick()
        found.add(level)
    clipped = [min(0.0, max(LOWEST_DBFS, level)) for level in levels]
    assert min(clipped) - 1 <= found.percentile(part) <= max(clipped) + 1
    assert min(levels) <= upper(levels, part) <= max(levels)


def test_old_levels_fade_however_long_it_takes() -> None:
    found = Levels(10.0)
    found.add(-10.0, 100.0)
    for _ in range(2000):
        found.tick()
    found.add(-50.0)
    assert found.percentile(0.5) == -50.0
    found.forget()
    assert found.frames == 0.0
    assert found.percentile(0.5) == LOWEST_DBFS
