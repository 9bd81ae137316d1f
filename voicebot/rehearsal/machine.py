"""The persona machine: what a simulated person says, and when. Pure: events and ``now`` in, commands out.

Theory
------
A person on the phone has one mouth and one ear, and is in one of these phases:

    GREETING    an answering machine or a call screener speaks first; what the bot says meanwhile is not heard
    SCREENING   the screener waits for the bot to say who it is and why it calls
    TALKING     the person listens and answers
    RECORDING   the answering machine records; nobody answers
    GONE        the person hung up

    answerer            PICKUP -> …
    person              TALKING
    answering machine   GREETING -> (beep) RECORDING -> GONE
    call screener       GREETING -> SCREENING -> TALKING (the person says hello)

*When* to speak goes by the ear: the bot was heard, and has now been silent for this person's own reply delay
(300–700 ms, or 3 s for the slow). A person knows by melody and grammar that a pause of 0.8 s between two sentences
is not the end; this one is told from outside (``line``), and bears longer silences where it is not.
*What* to say goes by the cue of the bot's current question, which comes from outside too (``asked``); each question
is answered once, and a question put again counts as a new one; but an answer that was given over the bot's voice is
given once more when the bot goes on as if it had not heard. Where no cues are known at all (an unknown bot),
every silence of the bot is taken for a question, and the lines under ``any`` answer.

A line is said in the pieces that it is written in (``aloud.py``), with pauses and keys between them.

Rules in one place: a person never stops in mid-sentence for the bot; ``talks_over_prompt`` does not wait for the
bot's silence; "uh-huh" answers nothing; a person who hears nothing says hello once and then hangs up.

All times are seconds on one clock. Whatever varies between people is drawn from the persona's name, so that a
rehearsal repeats itself.
"""

from __future__ import annotations

import enum
import hashlib
import random
from dataclasses import dataclass, field
from typing import Final

from voicebot import languages
from voicebot.languages import Language
from voicebot.languages.answering import Callees
from voicebot.rehearsal.aloud import Keys, Pause, Piece, Words, pieces, words
from voicebot.rehearsal.persona import Behaviour, Persona
from voicebot.rehearsal.words import Answers, halves, keys, recorded, screening_question, voicemail_greeting

SPEECH_FRAMES: Final = 3
"""Loud frames of 20 ms that make speech: a click is not a word."""
LINE_GAP_SECONDS: Final = 1.0
"""Silence within what still counts as one line of the bot."""
SURE_SECONDS: Final = 1.0
"""Silence that ends a line of a bot that is known by its voice only: sentences are 0.6 to 0.8 s apart."""
STUCK_SECONDS: Final = 2.5
"""Silence in the middle of a line after which a person speaks anyway."""
IGNORED_SECONDS: Final = 1.5
"""Silence after which somebody who spoke over the bot, and was not heard, says it again."""
HELLO_AFTER_SECONDS: Final = 4.0
PATIENCE_SECONDS: Final = 20.0
"""Silence of both sides after which a person hangs up."""
LONGEST_CALL_SECONDS: Final = 180.0
GREETING_AFTER_SECONDS: Final = 0.8
RECORDS_SECONDS: Final = 45.0
RECORDED_SILENCE_SECONDS: Final = 8.0
SCREENER_WAITS_SECONDS: Final = 8.0
SCREENER_SURE_SECONDS: Final = 1.2
PASSED_ON_AFTER_SECONDS: Final = 1.5


@dataclass(frozen=True, slots=True)
class Say:
    """Speak ``text``; ``said`` is to follow. ``answer`` marks the end of a turn: a reply is due after it."""

    text: str
    answer: bool = False


@dataclass(frozen=True, slots=True)
class Beep:
    """Sound the tone of an answering machine."""


@dataclass(frozen=True, slots=True)
class Press:
    """Press keys, each one of ``0-9 * #``."""

    digits: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Hang up; ``why`` is for the record."""

    why: str


Command = Say | Beep | Press | Leave


class Phase(enum.Enum):
    """Where the person is in the call."""

    GREETING = "greeting"
    SCREENING = "screening"
    TALKING = "talking"
    RECORDING = "recording"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Manner:
    """What varies between people, in seconds."""

    reply_after: tuple[float, ...]
    talks_over_after: float
    uh_huh_after: float
    pause: float

    @classmethod
    def of(cls, persona: Persona) -> Manner:
        """Draw a persona's manner from its name."""
        seed = int.from_bytes(hashlib.sha256(persona.persona.encode()).digest()[:8], "big")
        draw = random.Random(seed)  # noqa: S311 – repeatable on purpose
        slow = persona.behaves(Behaviour.SLOW_TO_ANSWER)
        return cls(
            reply_after=tuple(3.0 if slow else draw.uniform(0.3, 0.7) for _ in range(8)),
            talks_over_after=draw.uniform(0.8, 1.6),
            uh_huh_after=draw.uniform(0.9, 1.6),
            pause=draw.uniform(0.8, 1.2),
        )


@dataclass(slots=True)
class Ear:
    """What was heard of the bot, from loud and soft frames."""

    last_loud: float | None = None
    line_since: float = 0.0
    """When the bot's current (or last) line began."""
    frames: int = 0
    """Loud frames of the current (or last) line."""
    since_reset: int = 0
    """Loud frames since this person last answered."""

    def frame(self, loud: bool, now: float) -> None:
        """Hear 20 ms."""
        if not loud:
            return
        if self.last_loud is None or now - self.last_loud > LINE_GAP_SECONDS:
            self.line_since, self.frames = now, 0
        self.frames += 1
        self.since_reset += 1
        self.last_loud = now

    def speaking(self, now: float) -> bool:
        """Return whether the bot speaks now."""
        return self.last_loud is not None and self.frames >= SPEECH_FRAMES and now - self.last_loud < 0.2

    def silent_for(self, now: float, since: float) -> float:
        """Return for how long nothing has been heard, counted from ``since`` at the earliest."""
        return now - max(since, self.last_loud if self.last_loud is not None else since)


@dataclass(slots=True)
class PersonaMachine:
    """One persona in one call.

    Parameters
    ----------
    persona
        Who is called.
    cues
        Whether questions are told by ``asked``; without them every silence of the bot counts as one.
    """

    persona: Persona
    cues: bool = True
    phase: Phase = Phase.TALKING
    ear: Ear = field(default_factory=Ear)
    turns: int = 0
    _mid_line: bool = False
    _lines: int = 0
    """Lines of the bot that have begun."""
    _line_ended: bool = False
    """A line was said to its end since the question was put."""
    _line_began: float = 0.0
    _said_over: str = ""
    """An answer given over the bot's voice, until the bot shows that it heard."""
    _manner: Manner = field(init=False)
    _language: Language = field(init=False)
    _callee: Callees = field(init=False)
    _cue: str = ""
    _fresh: bool = False
    _answers: Answers = field(init=False)
    _mouth_busy: bool = False
    _rest: list[Piece] = field(default_factory=list)
    """What is left of an answer."""
    _own_end: float = 0.0
    _picked_up: float = 0.0
    _planned: list[tuple[float, Command]] = field(default_factory=list)
    _beep_next: bool = False
    _said_hello: bool = False
    _first_question_skipped: bool = False
    _uh_huh_for: float = -1.0

    def __post_init__(self) -> None:
        self._manner = Manner.of(self.persona)
        self._answers = Answers(self.persona)
        self._language = languages.of(self.persona.language)
        self._callee = self._language.callees

    # --- events

    def answered(self, now: float) -> None:
        """The call was picked up."""
        self._picked_up = self._own_end = now
        recording = recorded(self.persona)
        after = 0.0 if recording else GREETING_AFTER_SECONDS
        if self.persona.behaves(Behaviour.ANSWERING_MACHINE):
            self.phase = Phase.GREETING
            self._planned.append((now + after, Say(recording or voicemail_greeting(self.persona))))
        elif self.persona.behaves(Behaviour.CALL_SCREENER):
            self.phase = Phase.GREETING
            self._planned.append((now + after, Say(recording or screening_question(self.persona))))
        elif recording:
            self._planned.append((now, Say(recording)))
        elif "pickup" in self.persona.says and not self._mute:
            self._planned.append((now + 0.3, Say(self.persona.says["pickup"][0])))

    def asked(self, cue: str, now: float) -> None:
        """The bot puts a question (again) whose cue is ``cue``."""
        self._cue = cue
        self._fresh = True
        self._line_ended = False
        self._said_over = ""
        self.ear.since_reset = 0

    def line(self, open_: bool, now: float) -> None:
        """The bot begins a line, or has said it to its end (or dropped it)."""
        self._mid_line = open_
        if open_:
            self._lines += 1
            self._line_began = now
        else:
            self._line_ended = True

    def bids_farewell(self) -> None:
        """The bot is about to end the call: no question is open any more."""
        self._fresh = False
        self._said_over = ""

    def heard(self, loud: bool, now: float) -> None:
        """One frame of the bot arrived."""
        self.ear.frame(loud, now)

    def pressed(self, key: str, now: float) -> None:
        """The bot pressed a key; it counts for a screener that has asked for it."""
        if self.phase is Phase.SCREENING and key in keys(screening_question(self.persona), self._language):
            self._planned.append((now + SCREENER_SURE_SECONDS, Say(self._callee.passed_on)))

    def said(self, now: float) -> None:
        """The last frame of what was to be said has left."""
        self._mouth_busy = False
        self._own_end = now
        self._go_on(now)
        if self.phase is Phase.GREETING:
            self._after_greeting(now)
        elif self.phase is Phase.SCREENING:
            self.phase = Phase.TALKING
            self._fresh = False
            self.ear.since_reset = 0
            self._planned.append((now + PASSED_ON_AFTER_SECONDS, Say(self._callee.hello)))

    def tick(self, now: float) -> tuple[Command, ...]:
        """Return what to do now; to be called every 20 ms."""
        command = None if self.phase is Phase.GONE else self._next(now)
        if command is None:
            return ()
        if isinstance(command, Say | Beep):
            self._mouth_busy = True
        elif isinstance(command, Press):
            self._own_end = now + 0.25 * len(command.digits)
        else:
            self.phase = Phase.GONE
        return (command,)

    # --- rules

    @property
    def _mute(self) -> bool:
        return self.persona.behaves(Behaviour.SILENT_ALWAYS)

    def _next(self, now: float) -> Command | None:
        if now - self._picked_up > LONGEST_CALL_SECONDS:
            return Leave("the call became too long")
        if self._mouth_busy:
            return None
        if self._planned:
            return self._next_planned(now) if now >= self._planned[0][0] else None
        if self.phase is Phase.GREETING:
            return None
        rules = {Phase.TALKING: self._talk, Phase.SCREENING: self._screen, Phase.RECORDING: self._record}
        return rules[self.phase](now)

    def _after_greeting(self, now: float) -> None:
        if not self.persona.behaves(Behaviour.ANSWERING_MACHINE):
            self.phase = Phase.SCREENING
            self.ear.since_reset = 0
        elif self._beep_next or recorded(self.persona):  # a recording has its own tone, if any
            self.phase = Phase.RECORDING
        else:
            self._beep_next = True
            self._planned.append((now + 0.3, Beep()))

    def _record(self, now: float) -> Command | None:
        silent = self.ear.silent_for(now, self._own_end)
        if silent > RECORDED_SILENCE_SECONDS or now - self._own_end > RECORDS_SECONDS:
            return Leave("the recording ended")
        return None

    def _screen(self, now: float) -> Command | None:
        silent = self.ear.silent_for(now, self._own_end)
        if self.persona.behaves(Behaviour.SCREENER_WANTS_KEY):
            wanted = now - self._own_end > SCREENER_WAITS_SECONDS
            return Leave("nobody pressed the screener's key") if wanted else None
        if self.ear.since_reset >= 5 * SPEECH_FRAMES and silent > SCREENER_SURE_SECONDS:
            return Say(self._callee.passed_on)
        return Leave("nobody answered the screener") if silent > SCREENER_WAITS_SECONDS else None

    def _talk(self, now: float) -> Command | None:
        silent = self.ear.silent_for(now, self._own_end)
        speaking = self.ear.speaking(now)
        line_seconds = now - max(self.ear.line_since, self._line_began)
        if self.persona.behaves(Behaviour.HANGS_UP_AFTER_GREETING) and self.ear.frames > 25:
            return Leave("hung up after the greeting") if silent > self._patient(0.4) or line_seconds > 8 else None
        if self._question_open() and (self._talks_over(now) or silent >= self._patient(self._reply_after())):
            return self._answer(now)
        if self._said_over and self.ear.since_reset >= SPEECH_FRAMES and silent >= self._patient(IGNORED_SECONDS):
            text, self._said_over = self._said_over, ""
            return Say(text, answer=True)
        if (
            self.persona.behaves(Behaviour.SAYS_UH_HUH)
            and speaking
            and not self._mute
            and line_seconds > self._manner.uh_huh_after
            and self._uh_huh_for != self.ear.line_since
        ):
            self._uh_huh_for = self.ear.line_since
            return Say(self._callee.back_channel)
        if silent > PATIENCE_SECONDS and not self._mute:
            return Leave("nothing was heard any more")
        if silent > HELLO_AFTER_SECONDS and not (self._said_hello or self._mute or self.ear.frames >= SPEECH_FRAMES):
            self._said_hello = True
            if not self.persona.behaves(Behaviour.DTMF_ONLY):
                return Say(self._callee.hello)
        return None

    def _question_open(self) -> bool:
        """A question was heard and not yet answered."""
        heard = self.ear.since_reset >= SPEECH_FRAMES
        return (heard and not self.cues) or (self._fresh and (heard or self._line_ended))

    def _talks_over(self, now: float) -> bool:
        """Whether to break in now; the very first line, in which the bot says who it is, is let pass."""
        if not self.persona.behaves(Behaviour.TALKS_OVER_PROMPT) or not self.ear.speaking(now) or self._lines == 1:
            return False
        return now - max(self.ear.line_since, self._line_began) > self._manner.talks_over_after

    def _patient(self, seconds: float) -> float:
        """Return the silence to be waited for, where ``seconds`` would do after a line that has surely ended."""
        if not self.cues:
            return max(seconds, SURE_SECONDS)
        return max(seconds, STUCK_SECONDS) if self._mid_line else seconds

    def _reply_after(self) -> float:
        return self._manner.reply_after[self.turns % len(self._manner.reply_after)]

    def _answer(self, now: float) -> Command | None:
        over = self.ear.speaking(now)
        self._fresh = False
        self.ear.since_reset = 0
        if self._mute:
            return None
        if self.persona.behaves(Behaviour.SILENT_FIRST_TURN) and not self._first_question_skipped:
            self._first_question_skipped = True
            return None
        text = self._answers.to(self._cue)
        if text is None:
            return None
        self.turns += 1
        if self.persona.behaves(Behaviour.DTMF_ONLY):
            digits = keys(text, self._language)
            return Press(digits) if digits else None
        self._rest = list(self._pieces(text))
        self._said_over = words(text, self._language) if over else ""
        self._go_on(now)
        return self._next_planned(now) if self._planned and self._planned[0][0] <= now else None

    def _next_planned(self, now: float) -> Command:
        command = self._planned.pop(0)[1]
        if isinstance(command, Say) and command.answer:
            self._fresh = False  # if the bot put the question again meanwhile, this answers that as well
            self._said_over = command.text if self.ear.speaking(now) else self._said_over
        return command

    def _pieces(self, line: str) -> tuple[Piece, ...]:
        found = pieces(line, self._language)
        if not self.persona.behaves(Behaviour.LONG_PAUSE) or len(found) != 1:
            return found
        first, rest = halves(line, self._language)
        return (Words(first, False), Pause(self._manner.pause), Words(rest, True)) if rest else found

    def _go_on(self, now: float) -> None:
        """Plan the next words of an answer, and the keys and pauses before them."""
        while self._rest:
            piece = self._rest.pop(0)
            if isinstance(piece, Pause):
                now += piece.seconds
            elif isinstance(piece, Keys):
                self._planned.append((now, Press(piece.keys)))
            else:
                self._planned.append((now, Say(piece.text, answer=piece.last)))
                return
