"""A call with a television in the room: it is neither answered nor treated as an interruption; the journal says why."""

from __future__ import annotations

from pathlib import Path

from tests.unit.call.carried import Call, frames
from tests.unit.speech.listening.nearest.lines import ANSWER_TEXT, Samples, at_db, programme, put, spoken
from voicebot.call.trying.told_time import told
from voicebot.rehearsal.lines.pcm import to_pcm

RAIN = "rain is moving in from the coast"


def pcm(line: Samples) -> list[bytes]:
    return frames(to_pcm(line))


def test_a_programme_is_not_answered_and_the_person_over_it_is(tmp_path: Path) -> None:
    room, answer = programme(30.0, -15.0), spoken(ANSWER_TEXT)

    async def story() -> None:
        call = Call(tmp_path, yes="affirm")
        call.clips.seconds = 2.5
        call.recognizer.words = [RAIN] * 50
        call.answer()
        await call.line(pcm(room[: 14 * 8000]))
        assert call.all("turn") == [], "whatever the programme says is no answer"
        assert len(call.all("said")) >= 1
        call.recognizer.words = ["yes"]
        line = room[14 * 8000 : 18 * 8000].copy()
        put(line, answer, 1.0)
        await call.line(pcm(line))
        assert [turn["intent"] for turn in call.all("turn")] == ["affirm"]
        assert call.all("held") == [], "nothing interrupted"
        ignored = call.all("speech_ignored")
        assert {entry["why"] for entry in ignored} <= {"room", "no_answer"}
        assert any(entry["why"] == "room" and entry["room"] < -20 for entry in ignored)

    told(story())


def test_silence_of_the_person_is_silence_whatever_the_room_does(tmp_path: Path) -> None:
    room = pcm(programme(14.0, -15.0))

    async def story() -> None:
        call = Call(tmp_path, yes="affirm")
        call.recognizer.words = [RAIN] * 50
        call.answer()
        await call.line(room)
        assert [turn["intent"] for turn in call.all("turn")][:1] == ["no_input"]

    told(story())


def test_a_person_who_is_quiet_in_a_silent_room_is_answered_from_the_first_word(tmp_path: Path) -> None:
    answer = pcm(at_db(spoken(ANSWER_TEXT), -18.0))

    async def story() -> None:
        call = Call(tmp_path, yes="affirm")
        call.answer()
        await call.nothing(4.0)
        call.recognizer.words = ["yes"]
        await call.line(answer)
        await call.nothing(1.0)
        assert [turn["intent"] for turn in call.all("turn")] == ["affirm"]

    told(story())
