"""One call while it lasts: carries the turn machine's commands to telephone, recogniser, policy and voice.

Nothing is decided here: who speaks when is the turn machine's, what is said is the talk's, what a greeting is the
greeting classifier's. Every event and command goes into the journal as it happens.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Literal

from voicebot import logs
from voicebot.agi.phone import Disposition, HangUp, PhoneCall, Recording
from voicebot.call import noting
from voicebot.call.asking import PREROLL_SECONDS, Asked, Asker, Clips
from voicebot.call.playback import Playback
from voicebot.call.turn_events import (
    Beep,
    Begin,
    Close,
    Command,
    Commit,
    DecideDigits,
    DecideMachine,
    DecideSilence,
    Digit,
    Drop,
    Finish,
    Frame,
    Hold,
    Interim,
    Machine,
    Open,
    Play,
    Played,
    Resume,
    Turn,
)
from voicebot.call.turn_table import Mouth
from voicebot.call.turns import TurnMachine
from voicebot.dialogue.conversation.script_talk import Plan, Talk
from voicebot.dialogue.talk import Act, Ending, Line, Utterance
from voicebot.journal import events
from voicebot.journal.writer import Journal
from voicebot.speech.audio import FRAME_SECONDS, SAMPLE_RATE, SILENT_FRAME
from voicebot.speech.listening.activity import Activity, VoiceActivity
from voicebot.speech.listening.greeting import GreetingClassifier, Verdict
from voicebot.speech.listening.tones import BeepDetector
from voicebot.speech.recognition.recognizer import Hints, Recognition, RecognizerPool, RecognizerSession

LINE_GAP: Final = bytes(2 * int(0.15 * SAMPLE_RATE))
"""Silence between two lines of one turn."""
LAST_WORDS_SECONDS: Final = 2.0
"""After a hang-up, longest wait for the words that were being said."""
NO_MEDIA_SECONDS: Final = 0.1
"""Without a frame for this long, time goes on as silence."""

_log = logs.get_logger()


@dataclass(slots=True)
class Ended:
    """What a session came to."""

    hang_up: HangUp
    ending: Ending | None
    answered_at: float | None
    ended_at: float
    turns: int
    transferred: bool
    recording: Recording | None


class CallSession:
    """The events of one call (``PhoneEvents``), carried.

    Parameters
    ----------
    talk
        What is said.
    clips
        The voice.
    recognizer
        Who hears.
    journal
        Where everything is written.
    longest_seconds
        Limit of a call, from the answer.
    """

    def __init__(
        self,
        *,
        talk: Talk,
        clips: Clips,
        recognizer: RecognizerPool,
        journal: Journal,
        longest_seconds: float,
        machine: TurnMachine | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._talk, self._clips, self._journal, self._clock = talk, clips, journal, clock
        self._longest_seconds = longest_seconds
        self._machine = machine or TurnMachine()
        self._asker = Asker(talk, clips, journal, clock)
        self._activity = VoiceActivity()
        self._playback = Playback()
        self._greeting: GreetingClassifier | None = GreetingClassifier(talk.language)
        self._beeps = BeepDetector()
        self._ears: RecognizerSession = recognizer.open(str(journal.attempt), self._words)
        self._preroll: deque[bytes] = deque(maxlen=round(PREROLL_SECONDS / FRAME_SECONDS) + 10)
        self._open_utterance = 0
        self._utterance_seconds = 0.0
        self._asked: dict[int, Asked] = {}
        self._plans: dict[int, Plan] = {}
        self._newest_query = 0
        self._act: Act | None = None
        self._ending: Ending | None = None
        self._phone_call: PhoneCall | None = None
        self._hang_up_wanted = False
        self._answered_at: float | None = None
        self._last_frame_at = 0.0
        self._speech_over_at: float | None = None
        self._speech_began_at = 0.0
        self._speech_ended_at = 0.0
        self._transferring = False
        self._transferred = False
        self._recording: Recording | None = None
        self._so_far = Ending("hung_up")
        """What the last turn said that the call would come to."""
        self._turns = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._limit: asyncio.TimerHandle | None = None
        self._hung_up: HangUp | None = None
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[Ended] = self._loop.create_future()

    # ------------------------------------------------------------------------------------- telephone

    def attach(self, phone_call: PhoneCall) -> None:
        """Say which call this is; events may have come before."""
        self._phone_call = phone_call
        if self._hang_up_wanted:
            phone_call.hang_up()

    def hang_up(self, why: str) -> None:
        """End the call from our side."""
        self._journal.add(events.EndAsked(why), self._clock())
        self._hang_up_wanted = True
        if self._phone_call is not None:
            self._phone_call.hang_up()

    def media_up(self, at: float) -> None:
        """The bot's leg carries audio."""
        self._journal.add(events.MediaUp(), at)

    def ringing(self, at: float) -> None:
        """The far side rings."""
        self._journal.add(events.Ringing(), at)

    def answered(self, at: float) -> None:
        """The callee answered: the talk begins."""
        if self._answered_at is not None:
            return
        self._journal.add(events.Answered(), at)
        self._answered_at = self._last_frame_at = at
        self._activity = VoiceActivity()
        self._limit = self._loop.call_later(self._longest_seconds, self.hang_up, "the call has reached its limit")
        plan = self._talk.open()
        self._begin(plan, at, opens=True)

    def recording(self, recording: Recording) -> None:
        """Where Asterisk records this call."""
        self._recording = recording
        self._journal.add(
            events.RecordingStarted(recording.path, self._journal.seconds(recording.started_at)), self._clock()
        )

    def digit(self, digit: str, at: float) -> None:
        """The callee pressed a key."""
        self._journal.add(events.Digit(digit), at)
        if self._answered_at is not None:
            self._carry(self._machine.handle(Digit(at, digit)), at)

    def transferred(self, extension: str, answered: bool, at: float) -> None:
        """A transfer was taken, or not."""
        self._journal.add(events.Transferred(extension, answered), at)
        self._transferring = False
        if answered:
            self._transferred = True
            if self._limit is not None:
                self._limit.cancel()
            return
        self._activity = VoiceActivity()
        self._last_frame_at = at
        self._begin(self._talk.transfer_failed(), at)

    def hung_up(self, hang_up: HangUp, at: float) -> None:
        """The call is over; words that were being said are still heard to their end."""
        if self._hung_up is not None:
            return
        self._hung_up = hang_up
        self._journal.add(noting.hung_up(hang_up), at)
        if self._limit is not None:
            self._limit.cancel()
        self._playback.drop()
        self._start(self._end(at))

    # ------------------------------------------------------------------------------------------ audio

    def frame(self, pcm: bytes, at: float) -> None:
        """Hear 20 ms."""
        self._last_frame_at = at
        activity = self._activity.feed(pcm, playing=self._machine.speaking)
        if self._answered_at is None:
            return
        if self._transferring or self._transferred:
            return
        if self._open_utterance:
            self._utterance_seconds += FRAME_SECONDS
            self._ears.feed(pcm)
        else:
            self._preroll.append(pcm)
        self._classify(pcm, activity, at)
        if activity.speech:
            self._speech_over_at = self._speech_ended_at = at
            self._speech_began_at = at - activity.speech_ms / 1000
        self._carry(self._machine.handle(Frame(at, activity.speech_ms, activity.silence_ms)), at)

    def next_frame(self) -> bytes | None:
        """Speak 20 ms."""
        if self._answered_at is None or self._transferring or self._transferred:
            return None
        at = self._clock()
        if at - self._last_frame_at > NO_MEDIA_SECONDS:
            self.frame(SILENT_FRAME, at)
        starts = self._playback.line is not None and self._playback.at_start
        frame, finished = self._playback.next_frame()
        if starts and frame is not None and self._speech_over_at is not None:
            self._journal.add(events.Sounding(round((at - self._speech_over_at) * 1000)), at)
            self._speech_over_at = None
        if finished is not None:
            self._line_finished(finished, at)
        return frame

    def _line_finished(self, line: int, at: float) -> None:
        if self._act is not None:
            key = self._act.lines[line].key
            self._journal.add(events.LineSaid(key), at)
            self._talk.said(key)
        self._carry(self._machine.handle(Played(at, line)), at)

    def _classify(self, pcm: bytes, activity: Activity, at: float) -> None:
        """Let the greeting classifier hear, while it still matters."""
        if self._beeps.feed(pcm):
            self._journal.add(events.Beep(), at)
            self._carry(self._machine.handle(Beep(at)), at)
            if self._greeting is not None:
                self._verdict(self._greeting.beep(at), at)
        if self._greeting is not None:
            self._verdict(self._greeting.frame(activity, at), at)

    def _verdict(self, verdict: Verdict, at: float) -> None:
        if verdict is Verdict.UNDECIDED or self._greeting is None:
            return
        self._journal.add(events.Greeting(verdict.value, self._greeting.why), at)
        self._greeting = None if verdict is not Verdict.SCREENER else self._greeting.after_screener()
        if verdict in (Verdict.VOICEMAIL, Verdict.SCREENER):
            kind: Literal["voicemail", "screener"] = "voicemail" if verdict is Verdict.VOICEMAIL else "screener"
            self._carry(self._machine.handle(Machine(at, kind)), at)

    # --------------------------------------------------------------------------------------- commands

    def _carry(self, commands: list[Command], at: float) -> None:  # noqa: PLR0912 - one row a command
        for command in commands:
            match command:
                case Play():
                    self._play(command.line, at)
                case Hold():
                    self._journal.add(events.LineHeld(), at)
                    self._playback.hold()
                case Resume():
                    self._journal.add(events.LineResumed(), at)
                    self._playback.resume()
                case Drop():
                    self._journal.add(events.LineDropped(round(self._playback.progress, 2)), at)
                    self._playback.drop()
                case Open():
                    self._open(command.utterance, at)
                case Interim():
                    self._ask_interim(command, at)
                case Close():
                    self._close_utterance(at)
                case DecideDigits():
                    self._decide(command.query, Utterance(digits=command.digits))
                case DecideSilence():
                    self._decide(command.query, Utterance(silence=True))
                case DecideMachine():
                    self._decide(command.query, Utterance(machine=command.kind))
                case Commit():
                    self._commit(command.query, at)
                case Finish():
                    self._finish(at)

    def _begin(self, plan: Plan, at: float, *, opens: bool = False) -> None:
        """Say and ask what a plan says."""
        act = plan.act
        self._act = act
        self._ending = act.ending
        self._asked.clear()
        self._plans.clear()
        lines = tuple(line.uninterruptible for line in act.lines)
        replies = bool(plan.utterance.text)
        if act.listening is not None:
            listening = act.listening
            self._journal.add(events.QuestionBegun(listening.step, listening.cue, listening.expects), at)
            turn = Turn(
                lines,
                expects=listening.expects,
                no_input_seconds=listening.no_input_seconds,
                max_digits=listening.max_digits,
                opens=opens,
                replies=replies,
            )
        else:
            assert act.ending is not None  # noqa: S101 - an act has one of the two
            after_beep = plan.understanding.intent == "voicemail"
            self._journal.add(noting.ending(act.ending), at)
            turn = Turn(lines, ends=True, opens=opens, after_beep=after_beep, replies=replies)
        self._carry(self._machine.handle(Begin(at, turn)), at)

    def _play(self, line: int, at: float) -> None:
        assert self._act is not None  # noqa: S101 - the machine plays lines of a turn that was begun
        what = self._act.lines[line]
        clip = self._clips.get(what.text, speed=what.speed)
        voice = self._clips.speaker(what.text, speed=what.speed) if clip is not None else ""
        self._journal.add(events.LineBegun(what.key, what.text, what.disclosure, voice), at)
        if clip is None:
            self._start(self._play_late(line, what))
            return
        self._playback.play(line, clip + LINE_GAP if line + 1 < len(self._act.lines) else clip)

    async def _play_late(self, line: int, what: Line) -> None:
        act = self._act
        begun = self._clock()
        try:
            clip = await self._clips.speech(what.text, speed=what.speed)
        except Exception as error:
            _log.exception("a line cannot be spoken")
            self._journal.add(events.VoiceFailed(str(error)), self._clock())
            self.hang_up("the voice failed")
            return
        now, voice = self._clock(), self._clips.speaker(what.text, speed=what.speed)
        self._journal.add(events.RenderedLate(round(now - begun, 3), voice), now)
        if self._act is act and self._machine.mouth in (Mouth.SPEAKING, Mouth.HELD):
            self._playback.play(line, clip)
            if self._machine.mouth is Mouth.HELD:
                self._playback.hold()

    def _open(self, utterance: int, at: float) -> None:
        self._open_utterance = utterance
        self._utterance_seconds = 0.0
        self._journal.add(
            events.SpeechStarted(utterance, self._machine.mouth.value, self._journal.seconds(self._speech_began_at)), at
        )
        phrases = self._act.listening.phrases if self._act is not None and self._act.listening is not None else ()
        self._ears.begin(utterance, Hints(phrases))
        for pcm in self._preroll:
            self._ears.feed(pcm)
        self._preroll.clear()

    def _ask_interim(self, command: Interim, at: float) -> None:
        mouth = self._machine.mouth
        speaking = mouth is not Mouth.QUIET
        last = self._act is not None and self._playback.line == len(self._act.lines) - 1
        asked = not speaking or (last and self._playback.progress > 0.5)
        self._newest_query = command.query
        self._asked[command.query] = Asked(speaking, asked, self._utterance_seconds, command.goes_on)
        self._journal.add(events.InterimAsked(command.utterance, command.query), at)
        self._ears.interim(command.query)

    def _close_utterance(self, at: float) -> None:
        self._journal.add(events.SpeechEnded(self._open_utterance, self._journal.seconds(self._speech_ended_at)), at)
        self._open_utterance = 0
        self._ears.end()

    def _words(self, recognition: Recognition) -> None:
        """Words have come; what they mean is asked at once if nothing has overtaken them."""
        at = self._clock()
        best = recognition.best
        self._journal.add(noting.words(recognition), at)
        if self._greeting is not None and best.text:
            self._verdict(self._greeting.words(best.text, at), at)
        if recognition.interim != self._newest_query or recognition.interim not in self._asked:
            return
        alternatives = tuple((other.text, other.confidence) for other in recognition.alternatives)
        self._decide(recognition.interim, Utterance(best.text, best.confidence, alternatives))

    # --------------------------------------------------------------------------------------- deciding

    def _decide(self, query: int, utterance: Utterance) -> None:
        known = self._asked.setdefault(query, Asked(speaking=False, asked=True, seconds=0.0))
        self._start(self._plan(query, known, utterance))

    async def _plan(self, query: int, known: Asked, utterance: Utterance) -> None:
        plan = self._plans[query] = await self._asker.plan(query, known, utterance)
        known.planned.set()
        decided = await self._asker.decided(query, known, utterance, plan)
        if self._hung_up is None:
            self._carry(self._machine.handle(decided), decided.at)

    def _commit(self, query: int, at: float) -> None:
        plan = self._talk.commit(self._plans[query])
        self._turns += 1
        self._note_turn(plan, query, at)
        self._begin(plan, at)

    def _note_turn(self, plan: Plan, query: int, at: float) -> None:
        so_far = self._so_far = self._talk.hung_up()
        self._journal.add(noting.turn(query, plan, so_far), at)

    # ----------------------------------------------------------------------------------------- ending

    def _finish(self, at: float) -> None:
        ending = self._ending
        if ending is not None and ending.action == "transfer" and self._phone_call is not None:
            self._transferring = True
            self._journal.add(events.TransferBegun(ending.extension), at)
            try:
                self._phone_call.transfer(ending.extension)
            except Exception as error:
                _log.exception("a transfer could not be asked for")
                self._journal.add(events.TransferFailed(str(error)), at)
                self.transferred(ending.extension, False, at)
            return
        self.hang_up("all was said")

    async def _end(self, at: float) -> None:
        """Hear last words, then say what the call came to, whatever fails on the way."""
        try:
            if self._answered_at is not None and self._open_utterance and not self._machine.over:
                await self._last_words(at)
        except Exception as error:
            self._fault("last words", error)
        finally:
            self._settle(at)

    def _settle(self, at: float) -> None:
        try:
            self._ears.close()
        except Exception as error:
            self._fault("closing the recogniser", error)
        hang_up = self._hung_up or HangUp(Disposition.FAILED)
        ending = self._came_to() if self._answered_at is not None else None
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()
        if not self.ended.done():
            self.ended.set_result(
                Ended(hang_up, ending, self._answered_at, at, self._turns, self._transferred, self._recording)
            )

    def _came_to(self) -> Ending:
        """Return the outcome: decided, or what holds when the callee hangs up; after a fault the last one noted."""
        ending = self._ending
        if ending is not None and (ending.action == "hang_up" or self._transferred):
            return ending
        try:
            return self._talk.hung_up()
        except Exception as error:
            self._fault("the outcome", error)
            return self._so_far

    def _fault(self, where: str, error: Exception) -> None:
        _log.error("a fault in a call", where=where, exc_info=error)
        self._journal.add(events.Fault(where, repr(error)), self._clock())

    async def _last_words(self, at: float) -> None:
        """Somebody who says "stop calling" and hangs up is heard."""
        query = -self._open_utterance
        self._asked.clear()
        self._newest_query = query
        self._asked[query] = known = Asked(speaking=False, asked=True, seconds=self._utterance_seconds)
        self._ears.interim(query)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await known.planned.wait()
        plan = self._plans.get(query)
        if plan is not None and self._talk.urgent(plan):
            self._note_turn(self._talk.commit(plan), query, at)
            self._ending = plan.act.ending

    def abandon(self) -> None:
        """Let go of everything; the call was not made, or nobody waits for it any more."""
        self._ears.close()
        if self._limit is not None:
            self._limit.cancel()
        for task in self._tasks:
            task.cancel()

    @property
    def handed_over(self) -> bool:
        """Whether a human has taken the call: it lasts as long as people talk."""
        return self._transferred

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Do some work of the call; where it fails the call is ended, with what it has come to."""
        try:
            await work
        except Exception as error:
            self._fault("deciding", error)
            self.hang_up("a fault of the engine")
