"""The turn machine, rule by rule. ``test_turn_table`` tests what must hold in any sequence of events."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.call.turning import Line, kinds
from voicebot.call.turn_events import (
    Begin,
    Close,
    Commit,
    Decided,
    DecideDigits,
    DecideSilence,
    Digit,
    Drop,
    Finish,
    Frame,
    Hold,
    Interim,
    Meaning,
    Open,
    Play,
    Resume,
    Tick,
    Turn,
)


def test_answer_ends_after_the_short_silence() -> None:
    line = Line()
    line.played()
    assert kinds(line.speech(600)) == [Open]
    assert kinds(line.silence(80)) == [Interim]
    assert line.decide() == []
    assert kinds(line.silence(100)) == [Close, Commit]


def test_decision_after_the_closing_silence_ends_at_once() -> None:
    line = Line()
    line.played()
    line.speech(600)
    line.silence(400)
    assert kinds(line.decide()) == [Close, Commit]


def test_incomplete_and_hesitant_answers_wait_longer() -> None:
    cases: tuple[tuple[dict[str, Any], int], ...] = (({"complete": False}, 900), ({"hesitant": True}, 1600))
    for more, milliseconds in cases:
        line = Line()
        line.played()
        line.speech(600)
        line.silence(100)
        line.decide(**more)
        assert line.silence(milliseconds - 140) == []
        assert kinds(line.silence(60)) == [Close, Commit]


def test_speech_that_goes_on_makes_the_look_stale() -> None:
    line = Line()
    line.played()
    line.speech(600)
    (first,) = [command for command in line.silence(120) if isinstance(command, Interim)]
    line.speech_ms = 0
    line.speech(300)
    assert line.do(Decided(line.at, first.query)) == []
    (second,) = [command for command in line.silence(120) if isinstance(command, Interim)]
    assert second.query != first.query
    line.decide()
    assert Commit(second.query) in line.silence(200)


def test_barge_in_holds_then_drops_for_an_answer() -> None:
    line = Line()
    commands = line.speech(240)
    assert kinds(commands) == [Open, Hold]
    line.silence(100)
    line.decide()
    assert kinds(line.silence(100)) == [Close, Drop, Commit]


def test_back_channel_holds_and_resumes() -> None:
    line = Line()
    line.speech(300)
    line.silence(100)
    line.decide(Meaning.BACK_CHANNEL)
    assert kinds(line.silence(100)) == [Close, Resume]


def test_words_that_mean_nothing_let_a_line_go_on_twice() -> None:
    line = Line()
    for happens in ([Close, Resume], [Close, Resume], [Close, Drop, Commit]):
        line.speech_ms = 0
        line.speech(300)
        line.silence(100)
        line.decide(Meaning.STRAY)
        assert kinds(line.silence(100)) == happens
    again = Line()
    again.played()
    again.speech(300)
    again.silence(100)
    again.decide(Meaning.STRAY)
    assert kinds(again.silence(100)) == [Close, Commit]


def test_short_sounds_do_not_stop_a_line() -> None:
    line = Line()
    assert Hold not in kinds(line.speech(120) + line.silence(300))


def test_uninterruptible_line_is_played_out_and_the_answer_kept() -> None:
    line = Line(False, True, False)
    assert Hold not in kinds(line.speech(900))
    line.silence(100)
    line.decide()
    line.silence(400)
    line.played(0)
    assert line.log[-1] == Play(1)
    line.played(1)
    assert isinstance(line.played(2)[-1], Commit)


@pytest.mark.parametrize("meaning", [Meaning.UNCLEAR, Meaning.STRAY])
def test_unclear_words_over_an_uninterruptible_line_are_not_kept(meaning: Meaning) -> None:
    line = Line(True)
    line.speech(900)
    line.silence(100)
    line.decide(meaning)
    line.silence(400)
    assert line.played() == []


def test_after_the_disclosure_the_question_may_be_interrupted() -> None:
    line = Line(True, False)
    line.played(0)
    assert Hold in kinds(line.speech(240))


def test_ending_plays_out_and_only_the_urgent_changes_it() -> None:
    line = Line(ends=True)
    line.speech(900)
    line.silence(100)
    line.decide()
    assert kinds(line.silence(300)) == [Close]
    assert kinds(line.played()) == [Finish]
    urgent = Line(ends=True)
    urgent.speech(900)
    urgent.silence(100)
    urgent.decide(urgent=True)
    assert kinds(urgent.silence(300))[:3] == [Close, Drop, Commit]


def test_hang_up_waits_for_somebody_who_speaks() -> None:
    line = Line(ends=True)
    line.speech(400)
    assert line.played() == []
    line.speech(200)
    line.silence(100)
    line.decide(urgent=True)
    assert kinds(line.silence(300))[:2] == [Close, Commit]


def test_opening_waits_for_the_greeting() -> None:
    line = Line(opens=True)
    line.silence(300)
    line.speech(400)
    line.silence(200)
    assert Play(0) not in line.log
    assert Play(0) in line.silence(120)


def test_opening_speaks_into_silence_within_two_seconds() -> None:
    line = Line(opens=True)
    assert line.silence(960) == []
    assert line.silence(80) == [Play(0)]


def test_urgent_words_in_the_greeting_count() -> None:
    line = Line(opens=True)
    line.speech(900)
    line.silence(100)
    line.decide(urgent=True)
    assert Commit in kinds(line.silence(200))


def test_no_input() -> None:
    line = Line(no_input_seconds=3.0)
    line.played()
    assert line.silence(2900) == []
    (ask,) = line.silence(140)
    assert isinstance(ask, DecideSilence)
    assert kinds(line.do(Decided(line.at, ask.query))) == [Commit]


def test_speech_overtakes_the_decision_about_silence() -> None:
    line = Line(no_input_seconds=3.0)
    line.played()
    (ask,) = line.silence(3040)
    assert isinstance(ask, DecideSilence)
    line.speech(200)
    assert line.do(Decided(line.at, ask.query)) == []


def test_noise_prolongs_patience_and_is_no_answer() -> None:
    line = Line(no_input_seconds=3.0)
    line.played()
    line.silence(2800)
    line.speech(200)
    line.silence(100)
    line.decide(Meaning.NOTHING)
    assert kinds(line.silence(1000)) == [Close]
    assert DecideSilence in kinds(line.silence(1400))


def test_keys_stop_the_line_and_answer() -> None:
    line = Line(max_digits=1)
    drop, ask = line.do(Digit(line.at, "1"))
    assert drop == Drop()
    assert isinstance(ask, DecideDigits)
    assert ask.digits == "1"
    assert kinds(line.do(Decided(line.at, ask.query))) == [Commit]


def test_keys_are_gathered_until_hash_or_pause() -> None:
    line = Line(max_digits=4)
    line.played()
    assert line.do(Digit(line.at, "4")) == []
    assert line.do(Digit(line.at, "2")) == []
    (ask,) = line.do(Digit(line.at, "#"))
    assert isinstance(ask, DecideDigits)
    assert ask.digits == "42"
    slow = Line(max_digits=4)
    slow.played()
    slow.do(Digit(slow.at, "7"))
    assert kinds(slow.silence(2600)) == [DecideDigits]


def test_endless_noise_over_a_held_line_lets_it_go_on() -> None:
    line = Line()
    line.speech(4200)
    assert kinds(line.log).count(Interim) == 1
    line.decide(Meaning.NOTHING)
    assert line.log[-1] == Resume()
    assert Hold not in kinds(line.speech(2000))


def test_the_rest_of_an_answer_may_be_long() -> None:
    for replies, seconds in ((False, 4), (True, 8)):
        line = Line(replies=replies)
        line.silence(200)
        assert Interim not in kinds(line.speech(seconds * 1000 - 200))
        assert Interim in kinds(line.speech(400))


def test_a_call_goes_on_after_a_transfer_nobody_took() -> None:
    line = Line(ends=True)
    assert kinds(line.played()) == [Finish]
    assert line.do(Begin(line.at, Turn((False,)))) == [Play(0)]


def test_speech_as_a_reply_begins_goes_on_with_what_was_replied_to() -> None:
    line = Line(replies=True)
    line.silence(800)
    line.speech(300)
    assert [command.goes_on for command in line.silence(100) if isinstance(command, Interim)] == [True]
    late = Line(replies=True)
    late.silence(1600)
    late.speech(300)
    assert [command.goes_on for command in late.silence(100) if isinstance(command, Interim)] == [False]


def test_an_answer_may_come_in_many_pieces() -> None:
    """The reply has begun anew after each piece that added nothing, and speech counts from when it began."""
    for ends in (False, True):
        line = Line(replies=True, ends=ends)
        line.silence(200)
        for _ in range(3):
            line.speech_ms = 0
            line.speech(1400)
            asked = [command.goes_on for command in line.silence(100) if isinstance(command, Interim)]
            line.decide(Meaning.BACK_CHANNEL)
            assert (asked, kinds(line.silence(100))) == ([True], [Close, Resume])
            line.silence(1300)
    slow = Line(replies=True)
    slow.silence(1460)
    slow.speech(300)
    assert [command.goes_on for command in slow.silence(100) if isinstance(command, Interim)] == [True]


def test_an_ending_that_came_too_early_is_taken_back_and_goes_on_otherwise() -> None:
    for takes_back in (True, False):
        line = Line(replies=True, ends=True)
        line.silence(400)
        assert Hold() in line.speech(300)
        line.silence(100)
        done = [*line.decide(takes_back=takes_back), *line.silence(200)]
        assert any(isinstance(command, Commit) for command in done) == takes_back
        assert (Resume() in done) != takes_back
    mandatory = Line(True, replies=True, ends=True)
    mandatory.silence(400)
    assert Hold() not in mandatory.speech(300)
    mandatory.silence(100)
    assert Drop() not in [*mandatory.decide(takes_back=True), *mandatory.silence(200)]


def test_only_a_reply_that_has_just_begun_is_taken_back() -> None:
    line = Line()
    line.silence(400)
    line.speech(300)
    assert [command.goes_on for command in line.silence(100) if isinstance(command, Interim)] == [False]
    for waited, goes_on in ((200, True), (1500, False)):
        second = Line(False, False, replies=True)
        second.silence(200)
        second.played(0)
        second.silence(waited)
        second.speech(300)
        assert [command.goes_on for command in second.silence(100) if isinstance(command, Interim)] == [goes_on]


def test_who_has_paused_long_is_waited_for_longer() -> None:
    line = Line()
    line.played()
    line.speech(300)
    line.silence(1400)
    line.speech_ms = 0
    line.speech(300)
    line.silence(100)
    line.decide(complete=False)
    assert line.silence(1500) == []
    assert kinds(line.silence(200)) == [Close, Commit]


def test_who_was_cut_off_once_is_given_more_time_after_an_answer() -> None:
    line = Line(replies=True)
    line.silence(200)
    line.speech(300)
    line.silence(100)
    line.decide(takes_back=True)
    assert Commit in kinds(line.silence(100))
    line.do(Begin(line.at, Turn((False,))))
    line.played()
    line.speech_ms = 0
    line.speech(300)
    line.silence(100)
    line.decide()
    assert line.silence(260) == []
    assert kinds(line.silence(40)) == [Close, Commit]


def test_a_value_may_go_on_and_a_plain_yes_does_not() -> None:
    for value, milliseconds in ((True, 340), (False, 180)):
        line = Line(expects="amount")
        line.played()
        line.speech(300)
        line.silence(100)
        line.decide(value=value)
        line.silence(milliseconds - 120)
        assert kinds(line.silence(40)) == [Close, Commit]


def test_what_is_not_surely_all_of_an_answer_is_waited_for_a_little_longer() -> None:
    for settled, milliseconds in ((True, 180), (False, 340)):
        line = Line()
        line.played()
        line.speech(300)
        line.silence(100)
        line.decide(settled=settled)
        line.silence(milliseconds - 120)
        assert kinds(line.silence(40)) == [Close, Commit]


def test_a_piece_that_adds_nothing_shows_how_long_this_callee_pauses() -> None:
    line = Line(replies=True)
    line.silence(300)
    line.speech(300)
    line.silence(100)
    line.decide(Meaning.BACK_CHANNEL, settled=False)
    assert line.silence(200) == []
    assert kinds(line.silence(60)) == [Close, Resume]
    line.played()
    line.speech_ms = 0
    line.speech(300)
    line.silence(100)
    line.decide()
    assert line.silence(240) == []
    assert kinds(line.silence(40)) == [Close, Commit]


def test_a_line_that_sends_nothing_in_silence_ends_a_turn_as_another_does() -> None:
    """Without a single frame of silence, each wait is over when it would be with them, and one frame's grace later."""
    line = Line()
    line.played()
    line.speech(600)
    assert kinds(line.wait()) == [Interim]
    ended = line.at
    line.decide()
    assert kinds(line.wait()) == [Close, Commit]
    assert line.at - ended == pytest.approx(0.1)


def test_silence_without_frames_is_noticed() -> None:
    line = Line(no_input_seconds=3.0)
    line.played()
    line.speech(600)
    begun = line.at
    line.wait()
    line.decide(Meaning.NOTHING)
    assert kinds(line.wait()) == [Close]
    assert kinds(line.wait()) == [DecideSilence]
    assert line.at - begun == pytest.approx(2.41), "3 s after the line, and the grace"


def test_nothing_that_comes_before_its_time_is_done() -> None:
    line = Line()
    line.played()
    line.speech(600)
    assert line.do(Tick(line.at + 0.079)) == []
    assert kinds(line.do(Tick(line.at + 0.081))) == [Interim]


def test_frames_of_comfort_noise_in_a_silence_do_not_begin_it_anew() -> None:
    line = Line()
    line.played()
    line.speech(600)
    line.at += 0.12
    assert kinds(line.do(Frame(line.at, 600, 20))) == [Interim]
    line.decide()
    line.at += 0.07
    assert kinds(line.do(Frame(line.at, 600, 40))) == [Close, Commit]


def test_who_has_said_uh_huh_twice_is_held_for_only_by_what_lasts_longer() -> None:
    line = Line()
    held = []
    for _ in range(3):
        line.speech_ms = 0
        held.append(Hold in kinds(line.speech(260)))
        line.silence(100)
        line.decide(Meaning.BACK_CHANNEL)
        line.silence(200)
    assert held == [True, True, False]
    line.speech_ms = 0
    assert Hold in kinds(line.speech(340))


def test_what_takes_the_reply_back_is_answered_as_soon_as_what_must_be_said_is_over() -> None:
    for takes_back in (True, False):
        line = Line(True, False, replies=True)
        line.speech(300)
        line.silence(100)
        line.decide(takes_back=takes_back)
        line.silence(300)
        assert Drop not in kinds(line.log)
        assert kinds(line.played()) == ([Commit] if takes_back else [Play])
