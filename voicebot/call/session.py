"""One call in progress: carries the turn machine's commands to telephone, recogniser, policy and voice.

Nothing is decided here: who speaks when is the turn machine's, what is said is the talk's, what a greeting is the
greeting classifier's. Every event and command goes into the journal as it happens.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

from voicebot import logs
from voicebot.agi.phone import Disposition, HangUp, PhoneCall, Recording
from voicebot.call import noting
from voicebot.call.alarm import Alarm
from voicebot.call.asking import Asked, Asker, Clips
from voicebot.call.ended import Ended
from voicebot.call.hearing import Hearing, Sound
from voicebot.call.next_turn import asks_again, turn_of
from voicebot.call.overhearing import Overhearing
from voicebot.call.queries import Queries
from voicebot.call.saying import Saying
from voicebot.call.told_apart import Answers, announced, last_word
from voicebot.call.turn_events import (
    Beep,
    Begin,
    Close,
    Command,
    Commit,
    Decided,
    DecideDigits,
    DecideMachine,
    DecideSilence,
    Digit,
    Drop,
    Event,
    Finish,
    Frame,
    Hold,
    Interim,
    Machine,
    Meaning,
    Open,
    Play,
    Played,
    Resume,
    Tick,
)
from voicebot.call.turn_table import Mouth
from voicebot.call.turns import TurnMachine
from voicebot.call.utterance import Utterances, heard
from voicebot.call.whose import dismissed
from voicebot.dialogue.conversation.script_talk import Plan, Talk
from voicebot.dialogue.talk import Act, Ending, Utterance
from voicebot.journal import events
from voicebot.journal.writer import Journal
from voicebot.speech.listening.greeting import Verdict
from voicebot.speech.recognition.recognizer import Hints, Recognition, RecognizerPool
from voicebot.speech.recognition.second_ear import SecondEar

LAST_WORDS_SECONDS: Final = 2.0
"""After a hang-up, longest wait for the words that were being said."""

_log = logs.get_logger()


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
        Where everything is recorded.
    second_ear
        Listens once more to what is doubtful.
    longest_seconds
        Limit of a call, from the answer.
    why_not_recorded
        Tells, at the answer, why the call is not being recorded; empty where it is.
    """

    def __init__(
        self,
        *,
        talk: Talk,
        clips: Clips,
        recognizer: RecognizerPool,
        journal: Journal,
        longest_seconds: float,
        second_ear: SecondEar | None = None,
        why_not_recorded: Callable[[], str] = str,
        machine: TurnMachine | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._talk, self._clips, self._journal, self._clock = talk, clips, journal, clock
        self._longest_seconds, self._why_not_recorded = longest_seconds, why_not_recorded
        self._machine = machine or TurnMachine()
        self._queries = Queries(Asker(talk, clips, journal, clock, second_ear), self._start, self._decided)
        self._saying = Saying(clips, journal, clock=clock, start=self._start, failed=self.hang_up)
        self._hearing: Hearing | None = None
        """From the answer on."""
        self._answers = Answers()
        place = partial(recognizer.open, str(journal.attempt))
        self._utterances = Utterances(place(self._words), Overhearing(place, self._overheard))
        self._act: Act | None = None
        self._ending: Ending | None = None
        self._phone_call: PhoneCall | None = None
        self._hang_up_wanted = False
        self._answered_at: float | None = None
        self._sent: bytes | None = None
        self._speech_over_at: float | None = None
        self._speech_began_at = self._speech_ended_at = 0.0
        self._transferring = self._transferred = False
        self._so_far = Ending("hung_up")
        """What the last turn said that the call would come to."""
        self._turns = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._limit: asyncio.TimerHandle | None = None
        self._alarm = Alarm(clock, self._wake_at, self._wake)
        self._hung_up: HangUp | None = None
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[Ended] = self._loop.create_future()

    # ------------------------------------------------------------------------------------- telephone

    def attach(self, phone_call: PhoneCall) -> None:
        """Set which call this is; events may have arrived before."""
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
        self._answered_at = at
        self._hearing = Hearing(self._talk.language, at)
        self._limit = self._loop.call_later(self._longest_seconds, self.hang_up, "the call has reached its limit")
        why_not = self._why_not_recorded()
        if why_not:
            self._journal.add(events.NotRecorded(why_not), at)
        self._begin(self._talk.open(recorded=not why_not), at, opens=True)

    def recording(self, recording: Recording) -> None:
        """Where Asterisk records this call."""
        started = self._journal.seconds(recording.started_at)
        self._journal.add(events.RecordingStarted(recording.path, started), self._clock())

    def digit(self, digit: str, at: float) -> None:
        """The callee pressed a key."""
        self._journal.add(events.Digit(digit), at)
        if self._answered_at is not None:
            self._tell(Digit(at, digit))

    def transferred(self, extension: str, answered: bool, at: float) -> None:
        """A transfer was taken, or not."""
        self._journal.add(events.Transferred(extension, answered), at)
        self._transferring = False
        if answered:
            self._transferred = True
            if self._limit is not None:
                self._limit.cancel()
            return
        if self._hearing is not None:
            self._hearing.restart(at)
        self._begin(self._talk.transfer_failed(), at)

    def hung_up(self, hang_up: HangUp, at: float) -> None:
        """The call is over; words being said at the end are still recognised."""
        if self._hung_up is not None:
            return
        self._hung_up = hang_up
        self._journal.add(noting.hung_up(hang_up), at)
        if self._limit is not None:
            self._limit.cancel()
        self._alarm.cancel()
        self._saying.drop()
        self._start(self._end(at))

    # ------------------------------------------------------------------------------------------ audio

    @property
    def _listens(self) -> bool:
        """Whether the callee talks to us: from the answer on, to nobody else, to the end."""
        return self._hearing is not None and not (self._transferring or self._transferred or self._hung_up)

    def frame(self, pcm: bytes, at: float) -> None:
        """Hear 20 ms."""
        if self._hearing is None or not self._listens:
            return
        sound = self._hearing.frame(pcm, at, playing=self._machine.speaking, sent=self._sent)
        self._take(sound, at)
        if self._utterances.number and self._hearing.wants_words(self._utterances.seconds * 1000):
            self._utterances.listen_in()  # to tell who speaks
        self._tell(Frame(at, sound.activity.speech_ms, sound.activity.silence_ms, self._hearing.wary))

    def next_frame(self) -> bytes | None:
        """Speak 20 ms."""
        if not self._listens:
            return None
        at = self._clock()
        sent = self._saying.next_frame()
        self._sent = sent.frame
        if sent.begins and self._speech_over_at is not None:
            self._journal.add(events.Sounding(round((at - self._speech_over_at) * 1000)), at)
            self._speech_over_at = None
        if sent.finished is not None:
            key = self._saying.key(sent.finished)
            self._journal.add(events.LineSaid(key), at)
            self._talk.said(key)
            self._tell(Played(at, sent.finished))
        return sent.frame

    def _take(self, sound: Sound, at: float) -> None:
        """Pass on what was heard, to everything except the turn machine."""
        activity, room = sound.activity, self._hearing is not None and self._hearing.line.room is not None
        self._utterances.hear(sound.pcm, activity, at, room=room, beneath=sound.beneath)
        if activity.rejected is not None:
            self._journal.add(noting.rejected(activity.rejected, self._journal.seconds(at)), at)
        if activity.speech:
            self._speech_over_at = self._speech_ended_at = at
            self._speech_began_at = at - activity.speech_ms / 1000
        if sound.beep:
            self._journal.add(events.Beep(), at)
            self._tell(Beep(at))
        self._verdict(sound.verdict, at)

    def _verdict(self, verdict: Verdict | None, at: float) -> None:
        if verdict is None or self._hearing is None:
            return
        self._journal.add(events.Greeting(verdict.value, self._hearing.why), at)
        if verdict is Verdict.ANNOUNCEMENT:
            self.hang_up(f"the network announced that nobody can be reached: {self._hearing.why}")
        elif verdict.is_machine:
            self._tell(Machine(at, "voicemail" if verdict is Verdict.VOICEMAIL else "screener"))
        elif (answer := self._answers.released(at, self._hearing)) is not None:
            self._tell(answer)

    # ------------------------------------------------------------------------------------------- time

    def _wake_at(self) -> float | None:
        """When something has to be done even if nothing arrives."""
        if self._hearing is None or not self._listens:
            return None
        wakes = (self._machine.wake_at(), self._hearing.wake_at())
        return min(wake for wake in wakes if wake is not None)

    def _wake(self, now: float) -> None:
        """Let time pass: what the line has not sent is silence."""
        if self._hearing is not None:
            for sound in self._hearing.silence(now, playing=self._machine.speaking):
                self._take(sound, now)
            self._tell(Tick(now))

    # --------------------------------------------------------------------------------------- commands

    def _tell(self, event: Event) -> None:
        """Pass an event to the turn machine, carry out its commands, and set its alarm."""
        self._carry(self._machine.handle(event), event.at)
        self._alarm.set()

    def _carry(self, commands: list[Command], at: float) -> None:  # noqa: PLR0912 - one row a command
        for command in commands:
            match command:
                case Play():
                    self._saying.play(command.line, at)
                case Hold():
                    self._journal.add(events.LineHeld(), at)
                    self._saying.hold()
                case Resume():
                    self._journal.add(events.LineResumed(), at)
                    self._saying.resume()
                case Drop():
                    self._journal.add(events.LineDropped(round(self._saying.progress, 2)), at)
                    self._saying.drop()
                case Open():
                    self._open(command.utterance, at)
                case Interim():
                    self._ask_interim(command, at)
                case Close():
                    self._close_utterance(at)
                case DecideDigits():
                    self._queries.decide(command.query, Utterance(digits=command.digits), goes_on=command.goes_on)
                case DecideSilence():
                    if self._hearing is not None:
                        self._hearing.line.unanswered()
                    self._queries.decide(command.query, Utterance(silence=True))
                case DecideMachine():
                    key = self._hearing.key if self._hearing is not None else ""
                    self._queries.decide(command.query, Utterance(machine=command.kind, key=key))
                case Commit():
                    self._commit(command.query, at)
                case Finish():
                    self._finish(at)

    def _begin(self, plan: Plan, at: float, *, opens: bool = False) -> None:
        """Start the turn that a plan describes."""
        act = self._act = plan.act
        self._saying.begin(act, again=asks_again(plan))
        self._ending = act.ending
        self._queries.clear()
        if act.listening is not None:
            listening = act.listening
            self._journal.add(events.QuestionBegun(listening.step, listening.cue, listening.expects), at)
        elif act.ending is not None:
            self._journal.add(noting.ending(act.ending), at)
        if act.press:
            self._journal.add(events.KeyPressed(act.press), at)
            if self._phone_call is not None:
                self._phone_call.press(act.press)
        self._tell(Begin(at, turn_of(plan, opens=opens)))

    def _open(self, utterance: int, at: float) -> None:
        began, over = self._journal.seconds(self._speech_began_at), self._machine.mouth.value
        self._journal.add(events.SpeechStarted(utterance, over, began), at)
        phrases = self._act.listening.phrases if self._act is not None and self._act.listening is not None else ()
        self._utterances.open(utterance, Hints(phrases), at)

    def _ask_interim(self, command: Interim, at: float) -> None:
        speaking, goes_on = self._machine.mouth is not Mouth.QUIET, command.goes_on
        if self._hearing is not None and self._hearing.known is Verdict.VOICEMAIL:  # whatever it says, it is recording
            self._loop.call_soon(self._tell, Decided(at, command.query, Meaning.NOTHING))
            return
        asked, asks = not speaking or self._saying.asks_now, goes_on or self._saying.asks
        known = self._utterances.asked(speaking=speaking, asked=asked, asks=asks, goes_on=goes_on)
        self._queries.words(command.query, known)
        self._journal.add(events.InterimAsked(command.utterance, command.query), at)
        self._utterances.ask(command.query)

    def _close_utterance(self, at: float) -> None:
        utterances, ended = self._utterances, self._journal.seconds(self._speech_ended_at)
        self._journal.add(events.SpeechEnded(utterances.number, ended), at)
        if self._hearing is not None:
            known, line = self._queries.newest, self._hearing.line
            if dismissed(utterances.who, heeded=known is not None and known.heeded):
                began = self._journal.seconds(utterances.begun_at)
                self._journal.add(noting.no_answer(utterances.number, began, ended, line), at)
                self._hearing.dismissed(utterances.number)
            line.over()
        utterances.end()

    def _words(self, recognition: Recognition) -> None:
        """Take recognised words; ask what they mean unless something has overtaken them."""
        at = self._clock()
        self._utterances.told(recognition.interim)
        self._journal.add(noting.words(recognition, self._journal.seconds(self._utterances.begun_at)), at)
        if self._hearing is not None:
            self._verdict(self._hearing.words(recognition.best.text, at, recognition.utterance), at)
        if not self._queries.awaits(recognition.interim):
            return
        self._queries.decide(recognition.interim, heard(recognition))

    def _overheard(self, run: int, text: str) -> None:
        """Take words that went on beneath our voice: they tell what picked up, and nothing else."""
        at = self._clock()
        self._journal.add(events.Overheard(run, text), at)
        if self._hearing is not None:
            self._verdict(self._hearing.words(text, at, -run), at)

    def _decided(self, known: Asked, decided: Decided) -> None:
        if known.teaches and self._queries.awaits(decided.query) and self._hearing is not None:
            self._hearing.line.counted(self._utterances.number)
        if self._hung_up is None:
            decided, why_not = self._answers.weigh(decided, self._queries.plans[decided.query].utterance, self._hearing)
            if why_not:
                self._journal.add(events.NotAnAnswer(decided.query, why_not), self._clock())
            self._tell(decided)

    def _commit(self, query: int, at: float) -> None:
        plan = self._talk.commit(self._queries.plans[query])
        self._turns += 1
        self._note_turn(plan, query, at)
        self._begin(plan, at)

    def _note_turn(self, plan: Plan, query: int, at: float) -> None:
        self._so_far = self._talk.hung_up()
        self._journal.add(noting.turn(query, plan, self._so_far), at)

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
        """Recognise the last words, then report the call's result, whatever fails on the way."""
        try:
            if self._answered_at is not None and self._utterances.number and not self._machine.over:
                await self._last_words(at)
        except Exception as error:
            self._fault("last words", error)
        finally:
            self._settle(at)

    def _settle(self, at: float) -> None:
        try:
            self._utterances.close()
        except Exception as error:
            self._fault("closing the recogniser", error)
        hang_up = self._hung_up or HangUp(Disposition.FAILED)
        ending = self._came_to() if self._answered_at is not None else None
        if self._hearing is not None and self._hearing.unreachable is not None:
            hang_up, ending = announced(hang_up, self._hearing.unreachable, self._hearing.why), None
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()
        if not self.ended.done():
            self.ended.set_result(Ended(hang_up, ending, self._answered_at, at, self._turns, self._transferred))

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
        _log.error("a call failed", where=where, exc_info=error)
        self._journal.add(events.Fault(where, repr(error)), self._clock())

    async def _last_words(self, at: float) -> None:
        """Somebody who says "stop calling" and hangs up is still heard."""
        query = -self._utterances.number
        known = self._utterances.asked(speaking=False, asked=True)
        self._queries.clear()
        self._queries.words(query, known)
        self._utterances.ask(query)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(known.planned.wait(), LAST_WORDS_SECONDS)
        plan = self._queries.plans.get(query)
        if plan is not None and self._talk.urgent(plan) and last_word(plan.utterance, self._hearing, at):
            self._note_turn(self._talk.commit(plan), query, at)
            self._ending = plan.act.ending

    def abandon(self) -> None:
        """Release everything; the call was not made, or nobody waits for it any more."""
        self._alarm.cancel()
        self._utterances.close()
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
        """Do some work of the call; if it fails the call is ended, keeping the outcome so far."""
        try:
            await work
        except Exception as error:
            self._fault("deciding", error)
            self.hang_up("internal error")
