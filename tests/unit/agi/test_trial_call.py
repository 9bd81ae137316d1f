"""What a trial call means: told by what the call said, without any call."""

from __future__ import annotations

import itertools
from array import array

import pytest

from voicebot.agi.phone import Disposition, HangUp, Origin
from voicebot.agi.trial_call import Audio, TrialRecord, loudness, tone

SILENCE = bytes(320)


def record(steps: list[str] | None = None) -> TrialRecord:
    told = steps if steps is not None else []
    return TrialRecord(lambda at, words: told.append(f"{at:.1f} {words}"), begun_at=100.0)


def answered(*frames: bytes, audio: Audio | None = None) -> TrialRecord:
    one = record()
    one.media_up(100.1)
    one.answered(102.0)
    for frame in frames:
        one.frame(frame, 102.5)
    one.audio = audio or Audio("alaw", 50, 50, 0)
    one.hung_up(HangUp(Disposition.ANSWERED, explanation="we hung up"), 105.0)
    return one


def test_each_step_is_told_in_words_with_its_time() -> None:
    steps: list[str] = []
    one = record(steps)
    one.media_up(100.1)
    one.ringing(100.5)
    one.ringing(100.9)
    one.answered(102.0)
    one.frame(SILENCE, 102.1)
    one.frame(tone(0), 102.2)
    one.frame(tone(0), 102.3)
    one.digit("5", 103.0)
    one.hung_up(HangUp(Disposition.ANSWERED, by_callee=True, explanation="the callee hung up"), 104.0)
    assert [step.split(" ", 1)[0] for step in steps] == ["0.1", "0.5", "2.0", "2.2", "3.0", "4.0"]
    assert "it rings" in steps[1]
    assert steps[-1] == "4.0 over: the callee hung up"
    assert one.over.is_set()
    summary = one.summary()
    assert (summary["answered_after_seconds"], summary["keys"], summary["rang"]) == (2.0, "5", True)


def test_both_sides_heard_is_as_it_should_be() -> None:
    assert answered(tone(0)).verdict() == []


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (answered(), "no audio came"),
        (answered(SILENCE, audio=Audio("alaw", 0, 50, 0)), "no audio came"),
        (answered(SILENCE), "only silence came"),
        (answered(tone(0), audio=Audio("alaw", 50, 0, 0)), "no audio was sent"),
    ],
)
def test_audio_that_goes_one_way_is_told(one: TrialRecord, words: str) -> None:
    (problem,) = one.verdict()
    assert words in problem.what
    assert problem.cure


def test_what_asterisk_cannot_count_is_no_fault() -> None:
    assert answered(tone(0), audio=Audio()).verdict() == []


@pytest.mark.parametrize(
    ("origin", "cure"), [(Origin.CALLEE, "the trunk works"), (Origin.TRUNK, "pjsip show registrations")]
)
def test_nobody_answered_is_told_with_whose_answer_it_was(origin: Origin, cure: str) -> None:
    one = record()
    one.frame(tone(0), 101.0)  # Asterisk's own ringing tone, perhaps
    one.hung_up(HangUp(Disposition.BUSY, 17, 486, explanation="the line is busy", origin=origin), 102.0)
    (problem,) = one.verdict()
    assert problem.what == "nobody answered: the line is busy"
    assert cure in problem.cure
    assert one.summary()["heard_seconds"] == 0


def test_the_tone_sounds_after_the_answer_for_half_of_each_second() -> None:
    one = record()
    assert one.next_frame() is None
    one.answered(101.0)
    frames = [one.next_frame() or b"" for _ in range(100)]
    assert {len(frame) for frame in frames} == {320}
    sounding = [loudness(frame) > 1000 for frame in frames]
    assert sounding == ([True] * 25 + [False] * 25) * 2
    joined = array("h", b"".join(frames[:25]))
    assert max(abs(one - other) for one, other in itertools.pairwise(joined)) < 2500, "no clicks"
