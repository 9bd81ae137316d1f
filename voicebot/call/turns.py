"""The turn machine: who has the floor, when a turn has ended, what an interruption is.

Theory
------
A call is two halves that run at once. The *mouth* is quiet, speaking, or held (it paused because the callee
speaks over it). The *ear* waits, hears an utterance, or sees it closing (silence has begun and may be the end).
Everything else follows from one rule each:

1.  **An utterance opens** when speech has lasted ``onset`` (longer while the mouth speaks), and what came just
    before is heard with it.
2.  **Its words are asked for as soon as silence begins** (``interim_after``), so recognition and decision run inside
    the silence. Speech going on makes that interim result stale; the next silence asks again. Queries are numbered,
    and only the newest counts.
3.  **It ends** when the silence has lasted as long as its words ask for: short when they already answer the
    question, longer for dates, amounts and digits, long when they don't answer, longest when they trail off.
4.  **Speech over a line holds it** after ``barge_in`` of sustained speech. When the utterance turns out to be a
    back-channel or a noise, the line goes on a little before where it stopped; otherwise the rest is dropped and
    the utterance is answered.
5.  **An uninterruptible line is never held or dropped, nor is a line that has one after it in the same turn.**
    What is said meanwhile is kept, and answered when the last line has been played.
6.  **A turn that ends the call** is played out. Only an urgent meaning (stop calling) still changes it, and the
    machine waits for somebody who is speaking to finish before it hangs up.
7.  **Nobody is talked over at the start.** After the answer the machine waits for a greeting: it speaks when the
    greeting has closed, or when none has come for ``greeting_wait``. The same holds for a turn that begins while
    the callee is speaking. On an answering machine it waits for the beep.
8.  **Silence** is an answer too: ``no_input`` seconds after the last line, with nobody speaking.
9.  **Keys** end the mouth's line where it may be interrupted and make an answer of their own.

10. **Who goes on as the reply begins had not finished.** Speech within ``goes_on`` of the beginning of a reply, while
    its first line is being said, is taken together with the words that were replied to: together they are answered
    anew (the reply is taken back, even one that would end the call), or they say nothing new and the reply goes on.

Whoever carries this machine answers every ``Interim``, ``DecideDigits``, ``DecideSilence`` and ``DecideMachine``
with exactly one ``Decided``; after ``Commit`` it says what comes next with ``Begin``. Everything that changes
who may speak is in this file. It has no clock: every event carries ``at``, seconds that never go back.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

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
    Turn,
)

# ----------------------------------------------------------------------------------------------- timing


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things last before they count. Names ending in ``ms`` are milliseconds of speech or silence.

    The closing silences follow what people do: gaps inside an answer are mostly under 200 ms once its last word
    is complete, while a speaker who is still searching pauses for half a second and more.
    """

    onset_ms: int = 60
    onset_while_speaking_ms: int = 120
    barge_in_ms: int = 200
    interim_after_ms: int = 80
    resume_ms: int = 40
    closing_complete_ms: int = 180
    closing_number_ms: int = 340
    closing_digits_ms: int = 700
    closing_incomplete_ms: int = 700
    closing_hesitant_ms: int = 1300
    give_up_ms: int = 4000
    greeting_wait_seconds: float = 1.0
    greeting_close_ms: int = 300
    greeting_longest_seconds: float = 8.0
    beep_silence_ms: int = 2500
    noise_over_ms: int = 200
    beep_longest_seconds: float = 30.0
    digit_gap_seconds: float = 2.5
    utterance_longest_seconds: float = 20.0
    held_longest_seconds: float = 4.0
    last_word_seconds: float = 4.0
    after_noise_seconds: float = 2.0
    goes_on_seconds: float = 1.5


DEFAULT_TIMING: Final = Timing()


# ----------------------------------------------------------------------------------------------- machine


class Mouth(enum.Enum):
    """What the bot's voice is doing."""

    QUIET = "quiet"
    SPEAKING = "speaking"
    HELD = "held"
    OFF = "off"
    """A turn is there, and the callee (or a machine's greeting) has the floor."""


class Ear(enum.Enum):
    """Where the callee's utterance stands."""

    WAITING = "waiting"
    HEARING = "hearing"
    CLOSING = "closing"


class TurnMachine:
    """One call's turns.

    Parameters
    ----------
    timing
        How long things last before they count.
    """

    def __init__(self, timing: Timing = DEFAULT_TIMING) -> None:
        self.timing = timing
        self.mouth = Mouth.QUIET
        self.ear = Ear.WAITING
        self.turn: Turn = NO_TURN
        self.over = False
        self._line = 0
        self._utterance = 0
        self._opened_at = 0.0
        self._silence_ms = 0
        self._query = 0
        self._decided: Decided | None = None
        self._special: DecideDigits | DecideSilence | DecideMachine | None = None
        self._noise = False
        self._kept: Decided | None = None
        self._quiet_since = 0.0
        self._off_since = 0.0
        self._begun_at = 0.0
        self._goes_on = False
        self._digits = ""
        self._digit_at = 0.0
        self._beeped = False

    # The table: each event has one row, each row looks at mouth and ear.

    def handle(self, event: Event) -> list[Command]:
        """Take an event and say what to do, in order."""
        if self.over and not isinstance(event, Begin):
            return []
        match event:
            case Frame():
                return self._heard(event)
            case Decided():
                return self._decided_now(event)
            case Begin():
                return self._begin(event)
            case Played():
                return self._played(event)
            case Digit():
                return self._digit(event)
            case Machine():
                return self._ask_special(DecideMachine(self._next_query(), event.kind))
            case Beep():
                self._beeped = True
                return []

    @property
    def speaking(self) -> bool:
        """Whether the bot's voice is on the line now."""
        return self.mouth is Mouth.SPEAKING

    def _interruptible(self) -> bool:
        """Rule 5 and 6: neither this line nor one after it must be said in full."""
        return not self.turn.ends and not any(self.turn.lines[self._line :])

    def _may_be_taken_back(self) -> bool:
        """Rule 10: an ending that came too early; not one that has to be said in full."""
        return self._goes_on and not any(self.turn.lines[self._line :])

    # ------------------------------------------------------------------------------------ Begin, Played

    def _begin(self, event: Begin) -> list[Command]:
        self.turn = event.turn
        self._line = 0
        self._kept = None
        self._digits = ""
        self._special = None
        self.over = False
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
        if self.turn is NO_TURN or self.mouth is not Mouth.SPEAKING or event.line != self._line:
            return []
        self._line += 1
        if self._line < len(self.turn.lines):
            return [Play(self._line)]
        self.mouth = Mouth.QUIET
        return self._all_said(event.at)

    def _all_said(self, at: float) -> list[Command]:
        self._quiet_since = at
        if self._kept is not None:
            return self._commit(self._kept.query)
        if self.turn.ends and self.ear is Ear.WAITING:
            return self._finish()
        if self._digits:
            return self._digits_so_far(at)
        return []

    def _finish(self) -> list[Command]:
        self.over = True
        return [Finish()]

    # -------------------------------------------------------------------------------------------- Frame

    def _heard(self, event: Frame) -> list[Command]:
        self._silence_ms = event.silence_ms
        if event.silence_ms >= self.timing.noise_over_ms:
            self._noise = False
        if self.turn is NO_TURN:
            return []
        commands: list[Command] = []
        if self.ear is Ear.WAITING:
            commands += self._maybe_open(event)
        elif self.ear is Ear.HEARING:
            commands += self._hearing(event)
        else:
            commands += self._closing(event)
        if self.turn is NO_TURN:
            return commands
        if self.mouth is Mouth.OFF:
            commands += self._maybe_take_floor(event)
        elif self.mouth is Mouth.QUIET:
            commands += self._maybe_time_out(event)
        return commands

    def _maybe_open(self, event: Frame) -> list[Command]:
        onset = self.timing.onset_while_speaking_ms if self.mouth is Mouth.SPEAKING else self.timing.onset_ms
        if event.speech_ms < onset or event.silence_ms or self._noise:
            return []
        if isinstance(self._special, DecideSilence):
            self._special = None
        self.ear = Ear.HEARING
        self._utterance += 1
        self._opened_at = event.at
        self._goes_on = self._has_not_finished(event.at)
        self._decided = None
        self._next_query()
        return [Open(self._utterance), *self._hearing(event)]

    def _hearing(self, event: Frame) -> list[Command]:
        commands: list[Command] = []
        if (
            self.mouth is Mouth.SPEAKING
            and event.speech_ms >= self.timing.barge_in_ms
            and event.silence_ms == 0
            and (self._interruptible() or self._may_be_taken_back())
        ):
            self.mouth = Mouth.HELD
            commands.append(Hold())
        if event.silence_ms >= self.timing.interim_after_ms or self._too_long(event.at):
            self.ear = Ear.CLOSING
            self._decided = None
            commands.append(Interim(self._utterance, self._next_query(), self._goes_on))
        return commands

    def _has_not_finished(self, at: float) -> bool:
        """Rule 10: the callee speaks again as the reply begins."""
        begins = self.mouth is Mouth.SPEAKING and self._line == 0 and at - self._begun_at <= self.timing.goes_on_seconds
        return begins and self.turn.replies

    def _closing(self, event: Frame) -> list[Command]:
        if event.speech_ms >= self.timing.resume_ms and event.silence_ms == 0 and not self._too_long(event.at):
            self.ear = Ear.HEARING
            self._decided = None
            self._next_query()
            return []
        if self._decided is not None:
            return self._maybe_end(event.at)
        if event.silence_ms >= self.timing.give_up_ms:
            return self._utterance_over(Decided(event.at, self._query, Meaning.NOTHING), event.at)
        return []

    def _too_long(self, at: float) -> bool:
        """No person speaks this long without a pause, least of all over a held line: it is noise, or a machine."""
        held = self.mouth is Mouth.HELD
        longest = self.timing.held_longest_seconds if held else self.timing.utterance_longest_seconds
        return at - self._opened_at >= longest

    def _maybe_take_floor(self, event: Frame) -> list[Command]:
        """Rule 7: when may a turn begin that has had to wait."""
        waited = event.at - self._off_since
        if self.turn.after_beep:
            beep_missed = (
                event.silence_ms >= self.timing.beep_silence_ms and waited > self.timing.beep_silence_ms / 1000
            )
            if not (self._beeped or beep_missed or waited >= self.timing.beep_longest_seconds):
                return []
        elif self.ear is Ear.WAITING:
            if self.turn.opens and waited < self.timing.greeting_wait_seconds and self._utterance == 0:
                return []
        elif not (event.silence_ms >= self.timing.greeting_close_ms or waited >= self.timing.greeting_longest_seconds):
            return []
        return [*self._forget_utterance(), *self._speak(event.at)]

    def _maybe_time_out(self, event: Frame) -> list[Command]:
        """Rule 6, 8 and 9: what happens when nothing happens."""
        waited = event.at - self._quiet_since
        if self.turn.ends:
            if self.ear is Ear.WAITING or waited >= self.timing.last_word_seconds:
                return self._finish()
            return []
        if self._special is not None:
            return []
        if self._digits:
            if event.at - self._digit_at >= self.timing.digit_gap_seconds:
                return self._digits_so_far(event.at, complete=True)
            return []
        if self.ear is Ear.WAITING and waited >= self.turn.no_input_seconds:
            return self._ask_special(DecideSilence(self._next_query()))
        return []

    # ------------------------------------------------------------------------------------------ Decided

    def _decided_now(self, event: Decided) -> list[Command]:
        if self._special is not None and event.query == self._special.query:
            return [*self._forget_utterance(), *self._drop(), *self._commit(event.query)]
        if event.query != self._query or self.ear is not Ear.CLOSING:
            return []
        self._decided = event
        if self._too_long(event.at):
            self._noise = True
            return self._utterance_over(event, event.at)
        return self._maybe_end(event.at)

    def _closing_time_ms(self, decided: Decided) -> int:
        """Rule 3: how much silence ends an utterance with these words."""
        timing = self.timing
        if decided.meaning in (Meaning.NOTHING, Meaning.BACK_CHANNEL) and self.mouth is not Mouth.QUIET:
            return timing.closing_complete_ms
        if decided.hesitant:
            return timing.closing_hesitant_ms
        if self.turn.expects == "digits":
            return timing.closing_digits_ms
        if not decided.complete:
            return timing.closing_incomplete_ms
        if self.turn.expects in ("date", "amount"):
            return timing.closing_number_ms
        return timing.closing_complete_ms

    def _maybe_end(self, at: float) -> list[Command]:
        if self._decided is None or self.turn is NO_TURN:
            return []
        if self.mouth is Mouth.OFF and not self._decided.urgent:
            return []
        if self._silence_ms < self._closing_time_ms(self._decided):
            return []
        return self._utterance_over(self._decided, at)

    def _utterance_over(self, decided: Decided, at: float) -> list[Command]:
        """Rules 3 to 6: an utterance has ended; what becomes of it depends on what the mouth is doing."""
        commands = self._forget_utterance()
        answer = decided.meaning is Meaning.ANSWER
        if self.mouth is Mouth.OFF:
            return [*commands, *self._drop(), *self._commit(decided.query)] if answer and decided.urgent else commands
        if self.turn.ends:
            if answer and (decided.urgent or (decided.takes_back and self._may_be_taken_back())):
                if any(self.turn.lines[self._line :]) and self.mouth is Mouth.SPEAKING:
                    self._kept = decided
                    return commands
                return [*commands, *self._drop(), *self._commit(decided.query)]
            return [*commands, *self._go_on()]
        if self.mouth is Mouth.QUIET:
            if decided.meaning is Meaning.NOTHING:
                still_patient = self.turn.no_input_seconds - self.timing.after_noise_seconds
                self._quiet_since = max(self._quiet_since, at - max(still_patient, 0.0))
                return commands
            return [*commands, *self._commit(decided.query)]
        interrupts = answer or (decided.meaning is Meaning.UNCLEAR and self.mouth is Mouth.HELD and not self._noise)
        if interrupts and self._interruptible():
            return [*commands, *self._drop(), *self._commit(decided.query)]
        if answer:
            self._kept = decided
        return [*commands, *self._go_on()]

    def _go_on(self) -> list[Command]:
        if self.mouth is not Mouth.HELD:
            return []
        self.mouth = Mouth.SPEAKING
        return [Resume()]

    # -------------------------------------------------------------------------------------------- Digit

    def _digit(self, event: Digit) -> list[Command]:
        if self.turn is NO_TURN or self.turn.ends or self.turn.max_digits == 0 or self.mouth is Mouth.OFF:
            return []
        self._digits += event.digit
        self._digit_at = event.at
        if self.mouth is not Mouth.QUIET and not self._interruptible():
            return []
        commands = [*self._forget_utterance(), *self._drop()]
        return [*commands, *self._digits_so_far(event.at)]

    def _digits_so_far(self, at: float, *, complete: bool = False) -> list[Command]:
        if complete or "#" in self._digits or len(self._digits) >= self.turn.max_digits:
            digits, self._digits = self._digits, ""
            return self._ask_special(DecideDigits(self._next_query(), digits.split("#")[0] or "#"))
        return []

    # ------------------------------------------------------------------------------------------ helpers

    def _next_query(self) -> int:
        self._query += 1
        return self._query

    def _ask_special(self, command: DecideDigits | DecideSilence | DecideMachine) -> list[Command]:
        """Ask about something that is no utterance; its decision ends the turn as soon as it comes."""
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
        return [Commit(query)]
