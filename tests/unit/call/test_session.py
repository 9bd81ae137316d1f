"""One call carried: audio in and out, turns, keys, machines, transfers, faults and the end, in told time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from tests.unit.call.carried import Call, frames
from tests.unit.dialogue.making import SMALL, changed
from voicebot.agi.phone import Disposition, HangUp, Recording
from voicebot.call.trying.told_time import told
from voicebot.rehearsal.line import beep
from voicebot.rehearsal.measure import speech_end
from voicebot.speech.audio import FRAME_BYTES, FRAME_SECONDS, SILENT_FRAME
from voicebot.speech.speaking.hibari_voice import HibariVoice

NOISE = np.random.default_rng(5).normal(0.0, 6.0, 40_000).astype("<i2").tobytes()
"""A clean line between words."""


@pytest.fixture(scope="module")
def yes() -> list[bytes]:
    """A short answer, to the end of its last word."""
    pcm = asyncio.run(HibariVoice().synthesize("Yes, I will."))
    return frames(pcm[: 2 * speech_end(pcm)])


def noise(seconds: float) -> list[bytes]:
    """A line with audio in silence."""
    return frames((NOISE * 4)[: round(seconds / FRAME_SECONDS) * FRAME_BYTES])


def silent(seconds: float) -> list[None]:
    """A line without audio in silence."""
    return [None] * round(seconds / FRAME_SECONDS)


def quiet(seconds: float, *, sends: bool) -> list[bytes] | list[None]:
    """A line in silence."""
    return noise(seconds) if sends else silent(seconds)


async def reply_after(folder: Path, yes: list[bytes], *, sends: bool) -> float:
    """Seconds from the last frame of an answer to the bot's next word."""
    call = Call(folder, yes_speaking="affirm")
    call.recognizer.words = ["yes speaking"]
    call.answer()
    await call.line(quiet(4.0, sends=sends))
    await call.line(yes)
    ended = call.loop.time()
    await call.line(quiet(1.0, sends=sends))
    assert [entry["intent"] for entry in call.all("turn")] == ["affirm"]
    call.session.abandon()
    return call.first_sound_after(ended) - ended


def test_a_turn_ends_as_soon_on_a_line_that_sends_nothing_in_silence(tmp_path: Path, yes: list[bytes]) -> None:
    with_audio = told(reply_after(tmp_path, yes, sends=True))
    without = told(reply_after(tmp_path, yes, sends=False))
    assert abs(without - with_audio) <= 0.02 + 1e-6


@pytest.mark.parametrize("sends", [True, False])
def test_silence_is_noticed_and_the_call_comes_to_its_end(tmp_path: Path, sends: bool) -> None:
    async def story() -> None:
        call = Call(tmp_path)
        call.answer()
        await call.line(quiet(20.0, sends=sends))
        assert [entry["intent"] for entry in call.all("turn")][:2] == ["no_input", "no_input"]
        ended = await call.ended()
        assert ended.ending is not None
        assert ended.ending.outcome == "no_response"
        assert call.hang_ups == 1

    told(story())


def test_a_beep_counts_on_a_line_that_sends_nothing_after_it(tmp_path: Path) -> None:
    async def story() -> None:
        call = Call(tmp_path)
        call.answer()
        await call.line([*noise(0.5), *frames(beep()), *silent(1.0)])
        assert "beep" in call.names()

    told(story())


def test_who_keeps_silent_is_told_by_time_alone(tmp_path: Path) -> None:
    async def story() -> None:
        call = Call(tmp_path)
        call.answer()
        await call.nothing(13.0)
        assert [entry["verdict"] for entry in call.all("greeting")] == ["silence"]

    told(story())


def test_frames_that_come_late_and_at_once_are_no_silence(tmp_path: Path, yes: list[bytes]) -> None:
    """What the network delays a little is heard as it was said: one utterance, asked about once it is over."""

    async def story() -> None:
        call = Call(tmp_path, yes_speaking="affirm")
        call.recognizer.words = ["yes speaking"]
        call.answer()
        await call.line(noise(4.0))
        for at in range(0, len(yes), 3):
            await call.line([None, None])
            for pcm in yes[at : at + 2]:
                call.session.frame(pcm, call.loop.time())
            await call.line(yes[at + 2 : at + 3])
        await call.line(noise(1.0))
        assert len(call.all("speech_started")) == 1
        assert len(call.all("interim")) == 1
        assert len(call.all("turn")) == 1
        call.session.abandon()

    told(story())


def test_the_recogniser_hears_what_came_just_before_and_the_silence_after(tmp_path: Path, yes: list[bytes]) -> None:
    async def story(*, sends: bool) -> int:
        call = Call(tmp_path)
        call.answer()
        await call.line([*quiet(4.0, sends=sends), *yes, *quiet(0.16, sends=sends)])
        assert call.recognizer.begun == 1
        call.session.abandon()
        return call.recognizer.fed

    spoken = len(yes) * FRAME_BYTES
    assert told(story(sends=True)) > spoken
    assert told(story(sends=False)) > spoken * 0.8


def test_words_over_a_line_stop_it_and_are_answered(tmp_path: Path, yes: list[bytes]) -> None:
    async def story() -> None:
        call = Call(tmp_path, yes_speaking="affirm")
        call.clips.seconds = 4.0
        call.recognizer.words = ["yes speaking"]
        call.answer()
        await call.line([*noise(6.5), *yes, *noise(0.6)])
        names = call.names()
        assert names.index("held") < names.index("dropped") < names.index("turn")
        call.session.abandon()

    told(story())


def test_a_yes_that_meets_the_repeated_question_answers_it(tmp_path: Path, yes: list[bytes]) -> None:
    """A slow answer that comes just as the question is repeated is an answer, not a back-channel."""

    async def story() -> None:
        call = Call(tmp_path, yes="affirm")
        call.clips.seconds = 4.0
        call.answer()
        while not call.all("turn"):
            await call.line(noise(0.1))
        assert call.all("turn")[0]["intent"] == "no_input"
        call.recognizer.words = ["yes"]
        await call.line([*noise(0.5), *yes, *noise(0.6)])
        assert [entry["intent"] for entry in call.all("turn")] == ["no_input", "affirm"]
        call.session.abandon()

    told(story())


def test_a_key_answers(tmp_path: Path) -> None:
    async def story() -> None:
        call = Call(tmp_path, yes="affirm")
        call.answer()
        await call.nothing(4.0)
        call.recognizer.words = ["yes"]
        call.session.digit("1", call.loop.time())
        await call.nothing(0.1)
        assert [entry["digit"] for entry in call.all("digit")] == ["1"]
        assert len(call.all("turn")) == 1
        call.session.abandon()

    told(story())


def test_a_line_that_is_not_ready_is_said_when_it_is(tmp_path: Path) -> None:
    async def story() -> None:
        call = Call(tmp_path)
        call.clips.late["Am I speaking with Maria Lopez?"] = 0.7
        call.answer()
        await call.nothing(5.0)
        assert [entry["seconds"] for entry in call.all("rendered_late")] == [pytest.approx(0.7, abs=0.03)]
        assert "steps.identity.say" in [entry["line"] for entry in call.all("said")]
        call.session.abandon()

    told(story())


def test_a_voice_that_fails_ends_the_call_with_what_it_came_to(tmp_path: Path) -> None:
    async def story() -> None:
        call = Call(tmp_path)
        call.clips.late["Am I speaking with Maria Lopez?"] = float("inf")
        call.answer()
        ended = await call.ended()
        assert "voice_failed" in call.names()
        assert ended.ending is not None
        assert ended.ending.outcome == "hung_up"

    told(story())


def test_a_policy_that_fails_costs_a_misunderstanding(tmp_path: Path, yes: list[bytes]) -> None:
    async def story() -> None:
        call = Call(tmp_path)
        call.policy.fails = True
        call.recognizer.words = ["yes"]
        call.answer()
        await call.line([*noise(4.0), *yes, *noise(1.0)])
        assert "decision_failed" in call.names()
        assert [entry["intent"] for entry in call.all("turn")] == ["no_input"]
        call.session.abandon()

    told(story())


def test_a_transfer_that_cannot_be_asked_for_is_one_that_nobody_took(tmp_path: Path, yes: list[bytes]) -> None:
    async def story(*, refuses: bool) -> Call:
        call = Call(tmp_path, human="talk_to_human")
        call.refuses_transfers = refuses
        call.recognizer.words = ["human"]
        call.answer()
        await call.line([*noise(4.0), *yes, *noise(2.5)])
        return call

    async def taken() -> None:
        call = await story(refuses=False)
        assert call.transfers == ["700"]
        before = call.recognizer.fed
        await call.line(noise(0.2))
        assert call.recognizer.fed == before, "nobody listens to a call that was handed over"
        call.session.transferred("700", True, call.loop.time())
        assert call.session.handed_over
        call.session.hung_up(HangUp(Disposition.ANSWERED), call.loop.time())
        ended = await call.ended()
        assert ended.transferred
        assert ended.ending is not None
        assert ended.ending.outcome == "transferred"

    async def refused() -> None:
        call = await story(refuses=True)
        ended = await call.ended()
        assert "transfer_failed" in call.names()
        assert not ended.transferred
        assert ended.ending is not None
        assert ended.ending.outcome == "refused"

    told(taken())
    told(refused())


def test_stop_calling_said_into_the_hang_up_is_heard(tmp_path: Path, yes: list[bytes]) -> None:
    async def story() -> None:
        call = Call(tmp_path, stop_calling_me="stop_calling")
        call.recognizer.words = ["stop calling me"]
        call.answer()
        await call.line([*noise(4.0), *yes])
        call.session.hung_up(HangUp(Disposition.ANSWERED, by_callee=True), call.loop.time())
        ended = await call.ended()
        assert ended.ending is not None
        assert ended.ending.outcome == "do_not_call"
        assert call.recognizer.closed

    told(story())


def test_a_call_that_reaches_its_limit_is_ended(tmp_path: Path) -> None:
    async def story() -> None:
        call = Call(tmp_path)
        call.session._longest_seconds = 3.0
        call.answer()
        ended = await call.ended()
        assert [entry["why"] for entry in call.all("end_asked")] == ["the call has reached its limit"]
        assert ended.ending is not None

    told(story())


def test_a_call_that_nobody_answered_says_nothing_and_comes_to_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        call = Call(tmp_path)
        call.session.ringing(call.loop.time())
        call.session.recording(Recording("/tmp/a.wav", call.loop.time()))
        await call.line([SILENT_FRAME] * 50)
        assert {frame for _, frame in call.spoken} == {None}
        call.session.hung_up(HangUp(Disposition.BUSY), call.loop.time())
        call.session.hung_up(HangUp(Disposition.FAILED), call.loop.time())
        ended = await call.ended()
        assert (ended.hang_up.disposition, ended.ending, ended.answered_at) == (Disposition.BUSY, None, None)
        assert "recording" in call.names()

    told(story())


@pytest.mark.parametrize("presses", [True, False])
def test_a_screener_that_asks_for_a_key_gets_it_where_the_script_allows_it(
    tmp_path: Path, yes: list[bytes], presses: bool
) -> None:
    """Words that would be an answer, said by a machine, are none; then the person comes and hears everything."""

    async def story() -> None:
        script = changed(("wait_seconds: 20}", "wait_seconds: 20, press: true}")) if presses else SMALL
        asked = "to be connected please press five now"
        call = Call(tmp_path, script=script, **{asked.replace(" ", "_"): "already_paid", "hello": "affirm"})
        call.recognizer.words = [asked, "hello"]
        call.answer()
        await call.line([*noise(0.5), *(yes * 2), *noise(4.0)])
        assert call.all("greeting")[0]["verdict"] == "screener"
        assert [entry["intent"] for entry in call.all("turn")] == ["screener"]
        assert call.pressed == (["5"] if presses else [])
        assert ("screener.say" in [entry["line"] for entry in call.all("say")]) != presses
        await call.line([*yes, *noise(1.0)])
        assert [entry["intent"] for entry in call.all("turn")] == ["screener", "affirm"]
        assert call.all("listen")[-1]["step"] == "identity", "whoever comes after a screener has heard nothing yet"
        call.session.abandon()

    told(story())


def test_a_machine_that_speaks_of_unwanted_calls_and_hangs_up_has_not_asked_us_to_stop(
    tmp_path: Path, yes: list[bytes]
) -> None:
    async def story() -> None:
        said = "this line is protected from unwanted calls"
        call = Call(tmp_path, **{said.replace(" ", "_"): "stop_calling"})
        call.recognizer.words = [said]
        call.answer()
        await call.line([*noise(0.5), *(yes * 3)])
        call.session.hung_up(HangUp(Disposition.ANSWERED, by_callee=True), call.loop.time())
        ended = await call.ended()
        assert [entry["verdict"] for entry in call.all("greeting")] == ["screener"]
        assert ended.ending is not None
        assert ended.ending.outcome == "hung_up"

    told(story())
