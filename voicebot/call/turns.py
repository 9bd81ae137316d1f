"""The turn machine: who has the floor, when a turn has ended, what counts as an interruption.

A call is two halves that run side by side: the *mouth*, which is the bot's voice, and the *ear*, which is the callee's
utterance. ``turn_table.py`` holds the rules, in words and as data; their numbers are those named here.

The carrier of this machine answers every ``Interim``, ``DecideDigits``, ``DecideSilence`` and ``DecideMachine`` with
exactly one ``Decided``. After ``Commit`` it sends ``Begin`` with what comes next. It keeps one timer and sends ``Tick``
when ``wake_at`` is reached. Everything that changes who may speak is in this file. The machine has no clock: every
event carries ``at``, in seconds that never go back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from voicebot.call.floor import Floor
from voicebot.call.keys import Keys
from voicebot.call.pace import Pace
from voicebot.call.silence import Silence
from voicebot.call.timing import DEFAULT_TIMING, Timing
from voicebot.call.turn_events import (
    NO_TURN,
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
    Turn,
)
from voicebot.call.turn_table import MAY_RUN, MOUTH, STRAYS, WAITS, Ear, Mouth, Wait

_ROUNDING_SECONDS: Final = 1e-6


class TurnMachine:
    """One call's turns.

    Parameters
    ----------
    timing
        How long things last before they count.
    """

    def __init__(self, timing: Timing = DEFAULT_TIMING) -> None:
        self.timing = timing
        self.mouth = Mouth.IDLE
        self.ear = Ear.WAITING
        self.turn: Turn = NO_TURN
        self._line = 0
        self._utterance = 0
        self._opened_at = 0.0
        self._onset_ms = 0
        """How long its speech had lasted when the utterance was opened."""
        self._silence = Silence()
        self._query = 0
        self._asked = 0
        """Number of the interim result that is awaited; 0: none, or speech has overtaken it."""
        self._decided: Decided | None = None
        self._special: DecideDigits | DecideSilence | DecideMachine | None = None
        self._noise = False
        self._screened = False
        self._kept: Decided | None = None
        self._quiet_since = 0.0
        self._off_since = 0.0
        self._begun_at = 0.0
        self._goes_on = False
        self._strays = 0
        self._pace = Pace()
        self._stopped_at = 0.0
        """When the callee last stopped speaking for a while."""
        self._pause_ms = 0.0
        """From there to the beginning of the utterance."""
        self._keys = Keys()
        self._beeped = self._wary = False

    def handle(self, event: Event) -> list[Command]:
        """Take an event; return what to do, in order."""
        if type(event) not in MOUTH[self.mouth]:
            return []
        match event:
            case Frame():
                return self._frame(event)
            case Tick():
                return self._tick(event)
            case Decided():
                return self._decided_now(event)
            case Begin():
                return self._begin(event)
            case Played():
                return self._played(event)
            case Digit():
                return self._digit(event)
            case Machine():
                return self._machine(event)
            case Beep():
                self._beeped = True
                return []

    def wake_at(self) -> float | None:
        """Return when to send ``Tick`` unless something happens first; ``None`` if nothing is being waited for."""
        soonest = min((self._until(wait) for wait in MAY_RUN[self.mouth, self.ear]), default=math.inf)
        return None if math.isinf(soonest) else soonest + self.timing.frame_late_ms / 1000

    @property
    def speaking(self) -> bool:
        """Whether the bot's voice is on the line now."""
        return self.mouth is Mouth.SPEAKING

    @property
    def over(self) -> bool:
        """Whether the last line of the call has been said."""
        return self.mouth is Mouth.OVER

    # ------------------------------------------------------------------------------------ Begin, Played

    def _begin(self, event: Begin) -> list[Command]:
        if self.mouth is Mouth.OVER or self._silence.since == 0.0:
            self._silence.begin(event.at)
        self.turn = event.turn
        self._line = self._strays = 0
        self._kept = None
        self._keys = Keys()
        self._special = None
        self._screened = False
        self._quiet_since = self._off_since = self._begun_at = event.at
        if event.turn.after_beep and event.turn.ends and not event.turn.lines:
            return self._finish()
        if event.turn.opens or event.turn.after_beep or self.ear is not Ear.WAITING:
            self.mouth = Mouth.OFF
            return []
        return self._speak(event.at)

    def _speak(self, at: float) -> list[Command]:
        if not self.turn.lines:
            self.mouth = Mouth.QUIET
            return self._all_said(at)
        self.mouth = Mouth.SPEAKING
        return [Play(self._line)]

    def _played(self, event: Played) -> list[Command]:
        if event.line != self._line:
            return []
        self._line += 1
        corrected = self._to_machine() or (self._kept is not None and self._kept.takes_back)
        if self._line < len(self.turn.lines) and not (corrected and not self._mandatory()):
            return [Play(self._line)]
        self.mouth = Mouth.QUIET
        return self._all_said(event.at)

    def _all_said(self, at: float) -> list[Command]:
        self._quiet_since = at
        if self._kept is not None and (self._special is not None or not self._keys.digits):
            return self._commit(self._kept.query)
        if self._screened:
            self.mouth, self._off_since = Mouth.OFF, at
            return []
        if self.turn.ends and self.ear is Ear.WAITING:
            return self._finish()
        self._keys.words, self._kept = self._kept, None
        return self._decide_keys() if self._keys.complete(self.turn) else []

    def _finish(self) -> list[Command]:
        commands = self._forget_utterance()
        self.mouth = Mouth.OVER
        return [*commands, Finish()]

    # -------------------------------------------------------------------------------------- Frame, Tick

    def _frame(self, event: Frame) -> list[Command]:
        if self._silence.follow(event.at, event.silence_ms) >= self.timing.noise_over_ms:
            self._noise = False
        self._wary = event.wary
        if event.speech_ms >= self.timing.greeting_goes_on_ms and not event.silence_ms:
            self._beeped = False
        if self.mouth in (Mouth.IDLE, Mouth.OVER):
            return []
        if self.ear is Ear.WAITING:
            commands = self._maybe_open(event)
        elif self.ear is Ear.HEARING:
            commands = self._maybe_hold(event)
        else:
            commands = self._maybe_resume(event)
        return [*commands, *self._serve(event.at)]

    def _tick(self, event: Tick) -> list[Command]:
        return self._serve(event.at)

    def _maybe_open(self, event: Frame) -> list[Command]:
        onset = self.timing.onset_while_speaking_ms if self.mouth is Mouth.SPEAKING else self.timing.onset_ms
        if event.speech_ms < onset or event.silence_ms or self._noise:
            return []
        if isinstance(self._special, DecideSilence):
            self._special = None
        self.ear = Ear.HEARING
        self._utterance += 1
        self._opened_at, self._onset_ms = event.at, event.speech_ms
        self._goes_on = self._has_not_finished(event.at - event.speech_ms / 1000)
        self._pause_ms = (event.at - self._stopped_at) * 1000 - event.speech_ms
        self._decided = None
        self._asked = 0
        return [Open(self._utterance), *self._maybe_hold(event)]

    def _maybe_hold(self, event: Frame) -> list[Command]:
        if (
            self.mouth is Mouth.SPEAKING
            and event.speech_ms >= self._pace.barge_in(self.timing.barge_in_ms)
            and event.silence_ms == 0
            and (self._interruptible() or self._may_be_taken_back())
        ):
            self.mouth = Mouth.HELD
            return [Hold()]
        return []

    def _maybe_resume(self, event: Frame) -> list[Command]:
        if event.speech_ms >= self.timing.resume_ms and event.silence_ms == 0 and not self._too_long(event.at):
            self._pace.paused((event.at - self._stopped_at) * 1000 - event.speech_ms)
            self.ear = Ear.HEARING
            self._decided = None
            self._asked = 0
        return []

    def _has_not_finished(self, at: float) -> bool:
        """Rule 10: the callee, who spoke at ``at``, is speaking again as the reply begins."""
        begins = self.mouth is Mouth.SPEAKING and at - self._begun_at <= self.timing.goes_on_seconds
        return begins and self.turn.replies

    # -------------------------------------------------------------------------------------------- waits

    def _serve(self, at: float, waits: Iterable[Wait] = WAITS) -> list[Command]:
        """Do what is due, in the table's order."""
        commands: list[Command] = []
        for wait in waits:
            if self._until(wait) <= at + _ROUNDING_SECONDS:
                commands += self._do(wait, at)
        return commands

    def _until(self, wait: Wait) -> float:
        """Return when a wait is over; infinite if it is not running."""
        if wait not in MAY_RUN[self.mouth, self.ear]:
            return math.inf
        timing = self.timing
        match wait:
            case Wait.TOO_LONG if self.ear is Ear.HEARING or self._decided is not None:
                return self._too_long_from()
            case Wait.INTERIM:
                return self._silence.since + timing.interim_after_ms / 1000
            case Wait.END if self._decided is not None and self._may_end(self._decided):
                return self._silence.since + self._closing_ms(self._decided) / 1000
            case Wait.GIVE_UP if self._decided is None:
                return self._silence.since + timing.give_up_ms / 1000
            case Wait.FLOOR if not (self._special_is_machine or self._urgent_while_off()):
                return self._floor_from()
            case Wait.HANG_UP if self.turn.ends:
                return self._quiet_since + (0.0 if self.ear is Ear.WAITING else timing.last_word_seconds)
            case Wait.KEYS if self._keys.digits and not self.turn.ends and self._special is None:
                return self._keys.pressed_at + timing.digit_gap_seconds
            case Wait.SILENCE if not (self._keys.digits or self.turn.ends or self._special is not None):
                return self._quiet_since + self.turn.no_input_seconds
        return math.inf

    def _may_end(self, decided: Decided) -> bool:
        return not decided.held and (self.mouth is not Mouth.OFF or decided.urgent)

    def _closing_ms(self, decided: Decided) -> float:
        """Rule 3."""
        return self.timing.closing_ms(decided, self.turn.expects, self._pace, quiet=self.mouth is Mouth.QUIET)

    def _urgent_while_off(self) -> bool:
        """Something urgent was said while the callee has the floor: it is answered before any line is said."""
        urgent = self.ear is Ear.CLOSING and self._decided is not None and self._decided.urgent
        return urgent and self.mouth is Mouth.OFF and not (self._screened or self.turn.after_beep)

    def _do(self, wait: Wait, at: float) -> list[Command]:
        match wait:
            case Wait.TOO_LONG if self.ear is Ear.CLOSING and self._decided is not None:
                self._noise = True
                return self._utterance_over(self._decided, at)
            case Wait.TOO_LONG | Wait.INTERIM:
                return self._ask_interim()
            case Wait.END if self._decided is not None:
                return self._utterance_over(self._decided, at)
            case Wait.GIVE_UP:
                return self._utterance_over(Decided(at, self._asked, Meaning.NOTHING), at)
            case Wait.FLOOR if self._screened:
                return self._ask_special(DecideMachine(self._next_query(), "screener"))
            case Wait.FLOOR if not self.turn.after_beep or self._beeped:
                return [*self._forget_utterance(), *self._speak(at)]
            case Wait.HANG_UP | Wait.FLOOR:
                return self._finish()
            case Wait.KEYS:
                return self._decide_keys()
            case Wait.SILENCE:
                return self._ask_special(DecideSilence(self._next_query()))
        return []

    def _ask_interim(self) -> list[Command]:
        self.ear = Ear.CLOSING
        self._stopped_at = self._silence.since
        self._decided = None
        self._asked = self._next_query()
        return [Interim(self._utterance, self._asked, self._goes_on)]

    def _too_long_from(self) -> float:
        """Nobody speaks this long without a pause, least of all over a held line: it is noise or a machine."""
        return self._opened_at + self.timing.longest_seconds(held=self.mouth is Mouth.HELD, goes_on=self._goes_on)

    def _too_long(self, at: float) -> bool:
        return at + _ROUNDING_SECONDS >= self._too_long_from()

    def _floor_from(self) -> float:
        hears = self.ear is not Ear.WAITING
        nothing_said = self._utterance == 0
        floor = Floor(
            self._off_since, self._silence.since, hears, nothing_said, self._screened, self._beeped, self._wary
        )
        return floor.free_at(self.turn, self.timing)

    # ------------------------------------------------------------------------------------------ Decided

    def _decided_now(self, event: Decided) -> list[Command]:
        if self._special is not None and event.query == self._special.query:
            if isinstance(self._special, DecideDigits) and not self._keys_count(event, self._special):
                return self._without_keys()
            if self.mouth is Mouth.SPEAKING and self._mandatory():
                self._kept = event
                return self._forget_utterance()
            return [*self._forget_utterance(), *self._drop(), *self._commit(event.query)]
        if event.query != self._asked or self.ear is not Ear.CLOSING:
            return []
        self._decided = event
        return self._serve(event.at, (Wait.TOO_LONG, Wait.END))

    def _utterance_over(self, decided: Decided, at: float) -> list[Command]:
        """Rules 3 to 6: an utterance has ended; what becomes of it depends on what the mouth is doing."""
        commands = self._forget_utterance()
        self._begun_at = at if self._goes_on else self._begun_at
        meaning = Meaning.NOTHING if decided.held else decided.meaning
        answer = meaning is Meaning.ANSWER
        if decided.takes_back or (self._goes_on and not decided.settled):
            self._pace.cut_off(self._pause_ms)
        if self._screened or self._special_is_machine:
            return [*commands, *self._go_on()]  # rule 12
        if self.mouth is Mouth.OFF:
            return [*commands, *self._drop(), *self._commit(decided.query)] if answer and decided.urgent else commands
        if self.turn.ends:
            if answer and (decided.urgent or (decided.takes_back and self._may_be_taken_back())):
                if self._mandatory() and self.mouth is Mouth.SPEAKING:
                    self._kept = decided
                    return commands
                return [*commands, *self._drop(), *self._commit(decided.query)]
            return [*commands, *self._go_on()]
        if self.mouth is Mouth.QUIET:
            if meaning is Meaning.NOTHING:
                still_patient = self.turn.no_input_seconds - self.timing.after_noise_seconds
                self._quiet_since = max(self._quiet_since, at - max(still_patient, 0.0))
                return commands
            if not decided.urgent and (self._keys.digits or isinstance(self._special, DecideDigits)):
                self._keys.words = decided
                return commands
            return [*commands, *self._commit(decided.query)]
        return [*commands, *self._over_a_line(decided, meaning, at)]

    def _over_a_line(self, decided: Decided, meaning: Meaning, at: float) -> list[Command]:
        answer = meaning is Meaning.ANSWER
        if meaning is Meaning.BACK_CHANNEL and not self._goes_on:
            self._pace.back_channel((self._stopped_at - self._opened_at) * 1000 + self._onset_ms)
        self._strays += meaning is Meaning.STRAY
        unclear = meaning is Meaning.UNCLEAR or (meaning is Meaning.STRAY and self._strays > STRAYS)
        interrupts = answer or (unclear and self.mouth is Mouth.HELD and not self._noise)
        if interrupts and self._interruptible():
            return [*self._drop(), *self._commit(decided.query)]
        if answer:
            self._kept = decided
        return self._go_on()

    def _go_on(self) -> list[Command]:
        if self.mouth is not Mouth.HELD:
            return []
        self.mouth = Mouth.SPEAKING
        return [Resume()]

    # ------------------------------------------------------------------------------------------ Machine

    def _machine(self, event: Machine) -> list[Command]:
        """Rule 12: for voicemail ask at once; a screener may yet ask for a key, so it finishes first."""
        if event.kind == "voicemail":
            self._screened, self._kept = False, None
            return self._ask_special(DecideMachine(self._next_query(), event.kind))
        if self.turn.ends or self._screened or self._special_is_machine:
            return []
        self._screened, self._kept, self._special, self._off_since = True, None, None, event.at
        if self.mouth is Mouth.SPEAKING and self._mandatory():
            return []
        commands = self._drop()
        self.mouth = Mouth.OFF
        return commands

    # -------------------------------------------------------------------------------------------- Digit

    def _digit(self, event: Digit) -> list[Command]:
        """Rules 9 and 10."""
        if self._screened or self._special_is_machine:
            return []
        if self._has_not_finished(event.at):
            return self._ask_special(DecideDigits(self._next_query(), event.digit, goes_on=True))
        if self.turn.ends or self.turn.max_digits == 0:
            return []
        self._keys.press(event)
        if self.mouth is not Mouth.QUIET and not self._interruptible():
            return []
        return [*self._drop(), *(self._decide_keys() if self._keys.complete(self.turn) else [])]

    def _decide_keys(self) -> list[Command]:
        return self._ask_special(DecideDigits(self._next_query(), self._keys.take()))

    def _keys_count(self, decided: Decided, asked: DecideDigits) -> bool:
        """Whether keys settle the turn: not those that mean nothing beside words, or nothing new after an answer."""
        if asked.goes_on:
            return decided.urgent or (decided.takes_back and not (self.turn.ends and self._mandatory()))
        beside_words = self._keys.words is not None or self.ear is not Ear.WAITING
        return decided.meaning is not Meaning.UNCLEAR or not beside_words

    def _without_keys(self) -> list[Command]:
        """Let the words alone count that were said beside the keys, once they have ended."""
        self._special = None
        words = self._keys.words
        return self._commit(words.query) if words is not None and self.mouth is Mouth.QUIET else []

    # ------------------------------------------------------------------------------------------ helpers

    def _mandatory(self) -> bool:
        """Rule 5: this line, or one after it, must be said in full."""
        return any(self.turn.lines[self._line :])

    def _interruptible(self) -> bool:
        """Rules 5 and 6."""
        return not self.turn.ends and not self._mandatory()

    def _may_be_taken_back(self) -> bool:
        """Rule 10: an ending that came too early, unless it must be said in full."""
        return self._goes_on and not self._mandatory()

    def _to_machine(self) -> bool:
        """Rule 12: a machine is listening; only lines that must be said come before what is done about it."""
        return self._screened or (self._kept is not None and self._special_is_machine)

    @property
    def _special_is_machine(self) -> bool:
        return isinstance(self._special, DecideMachine)

    def _next_query(self) -> int:
        self._query += 1
        return self._query

    def _ask_special(self, command: DecideDigits | DecideSilence | DecideMachine) -> list[Command]:
        """Ask about something other than an utterance; the decision ends the turn as soon as it arrives."""
        self._special = command
        return [command]

    def _forget_utterance(self) -> list[Command]:
        if self.ear is Ear.WAITING:
            return []
        self.ear = Ear.WAITING
        self._decided = None
        return [Close(self._utterance)]

    def _drop(self) -> list[Command]:
        if self.mouth in (Mouth.SPEAKING, Mouth.HELD):
            self.mouth = Mouth.QUIET
            return [Drop()]
        if self.mouth is Mouth.OFF:
            self.mouth = Mouth.QUIET
        return []

    def _commit(self, query: int) -> list[Command]:
        self._kept = None
        self._special = None
        self.turn = NO_TURN
        self.mouth = Mouth.IDLE
        return [Commit(query)]
