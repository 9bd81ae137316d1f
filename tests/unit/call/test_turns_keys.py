"""The turn machine's keys beside words: what settles, what waits, what belongs to the question before."""

from __future__ import annotations

from tests.unit.call.turning import Line, kinds
from voicebot.call.turn_events import Close, Commit, Decided, DecideDigits, Digit, Drop, Interim, Meaning


def keys(line: Line) -> DecideDigits:
    """The keys that were asked about last."""
    return next(command for command in reversed(line.log) if isinstance(command, DecideDigits))


def test_a_key_settles_what_is_said_beside_it() -> None:
    line = Line()
    line.played()
    line.speech(300)
    assert kinds(line.do(Digit(line.at, "2"))) == [DecideDigits]
    assert kinds(line.do(Decided(line.at, keys(line).query))) == [Close, Commit]


def test_words_count_beside_a_key_that_means_nothing() -> None:
    line = Line()
    line.played()
    line.speech(300)
    line.do(Digit(line.at, "7"))
    assert line.do(Decided(line.at, keys(line).query, Meaning.UNCLEAR)) == []
    line.silence(100)
    line.decide()
    assert kinds(line.silence(100)) == [Close, Commit]

    late = Line()
    late.played()
    late.speech(300)
    late.silence(100)
    late.do(Digit(late.at, "7"))
    late.decide()
    words = next(command.query for command in late.log if isinstance(command, Interim))
    assert kinds(late.silence(100)) == [Close]
    assert late.do(Decided(late.at, keys(late).query, Meaning.UNCLEAR)) == [Commit(words)]


def test_keys_that_are_not_complete_wait_for_the_rest_while_words_end() -> None:
    line = Line(max_digits=2)
    line.played()
    line.speech(300)
    line.do(Digit(line.at, "1"))
    line.silence(100)
    line.decide()
    assert kinds(line.silence(200)) == [Close]
    assert line.do(Digit(line.at, "5")) == [DecideDigits(keys(line).query, "15")]
    assert kinds(line.do(Decided(line.at, keys(line).query))) == [Commit]


def test_a_key_as_the_reply_begins_belongs_to_the_question_before() -> None:
    for takes_back in (True, False):
        line = Line(replies=True)
        line.silence(400)
        assert kinds(line.do(Digit(line.at, "1"))) == [DecideDigits]
        assert keys(line).goes_on
        done = line.do(Decided(line.at, keys(line).query, Meaning.BACK_CHANNEL, takes_back=takes_back))
        assert kinds(done) == ([Drop, Commit] if takes_back else [])
    later = Line(replies=True)
    later.silence(2000)
    assert kinds(later.do(Digit(later.at, "1"))) == [Drop, DecideDigits]
    assert not keys(later).goes_on
