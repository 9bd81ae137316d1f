"""One simulated person in one call: carries the persona machine, sends and hears frames, keeps a record.

Who moves it: the AudioSocket server calls ``frame`` for what arrives and ``next_frame`` every 20 ms.
"""

from __future__ import annotations

import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from voicebot.journal import events
from voicebot.journal.reader import Tail
from voicebot.rehearsal.line import Line, beep
from voicebot.rehearsal.machine import Beep, Command, Leave, PersonaMachine, Press, Say
from voicebot.rehearsal.measure import Spoken, is_loud, speech_end
from voicebot.rehearsal.persona import Persona
from voicebot.speech.audio import FRAME_BYTES, FRAME_SAMPLES, FRAME_SECONDS, SAMPLE_RATE, SILENT_FRAME

_JOURNAL_EVERY: Final = 2
"""Frames between two looks into the journal."""

AGENT_GREETING: Final = "Hello, this is Alex. How can I help?"
_AGENT_STAYS_SECONDS: Final = 1.5


class Party(Protocol):
    """Whoever is at the carrier's end of a call."""

    def answered(self, at: float) -> None:
        """The audio connection stands."""

    def frame(self, pcm: bytes, at: float) -> None:
        """20 ms from the bot."""

    def digit(self, digit: str, at: float) -> None:
        """The bot pressed a key."""

    def next_frame(self, at: float) -> bytes:
        """Return the 20 ms to send."""

    def gone(self, at: float) -> None:
        """The call is over."""


@dataclass(slots=True)
class Record:
    """What happened in a call, as the callee heard it. Times are ``time.monotonic()`` seconds."""

    persona: str
    number: str
    answered_at: float = 0.0
    ended_at: float = 0.0
    turns: int = 0
    left: str = ""
    """Why the person hung up; empty where the bot did."""
    spoken: list[Spoken] = field(default_factory=list)
    loud: list[float] = field(default_factory=list)
    pressed: list[tuple[float, str]] = field(default_factory=list)
    cues: list[tuple[float, str]] = field(default_factory=list)
    sent: bytearray = field(default_factory=bytearray)
    heard: bytearray = field(default_factory=bytearray)

    def write_wave(self, path: Path) -> None:
        """Write both sides as a stereo file: the callee left, the bot right."""
        count = min(len(self.sent), len(self.heard)) // 2
        both = np.stack(
            [np.frombuffer(side, dtype="<i2", count=count) for side in (bytes(self.sent), bytes(self.heard))], axis=1
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(both.tobytes())


class Callee:
    """A persona on the phone.

    Parameters
    ----------
    persona
        Who it is.
    sounds
        Speech of everything the persona may say (``machine.everything_said``), 8 kHz PCM.
    line
        What is between the person and the carrier.
    record
        Filled as the call goes.
    press, leave
        Press a key and hang up at the carrier.
    """

    def __init__(
        self,
        persona: Persona,
        sounds: Mapping[str, bytes],
        line: Line,
        record: Record,
        *,
        press: Callable[[str], None],
        leave: Callable[[], None],
    ) -> None:
        self.persona = persona
        self.record = record
        self.machine = PersonaMachine(persona)
        self._sends_silence = persona.line.sends_silence
        self._sounds = sounds
        self._line = line
        self._press = press
        self._leave = leave
        self._journal: Tail | None = None
        self._ticks = 0
        self._speech = b""
        self._place = 0
        self._speech_text = ""
        self._speech_answer = False
        self._speech_start = 0.0
        self._speech_end = 0

    def follow(self, journal: Path | None) -> None:
        """Learn the questions from this journal; ``None``: they are not to be had."""
        self._journal = Tail(journal) if journal is not None else None
        self.machine.cues = journal is not None

    def answered(self, at: float) -> None:
        """The carrier has picked up."""
        self.record.answered_at = at
        self.machine.answered(at)

    def frame(self, pcm: bytes, at: float) -> None:
        """Hear 20 ms of the bot."""
        self._line.hear(pcm)
        loud = is_loud(pcm)
        if loud:
            self.record.loud.append(at)
        self.machine.heard(loud, at)
        # Each frame goes into the 20 ms of its arrival, never on top of an earlier one.
        place = int((at - self.record.answered_at) / FRAME_SECONDS) * FRAME_BYTES
        if place > len(self.record.heard):
            self.record.heard.extend(bytes(place - len(self.record.heard)))
        self.record.heard.extend(pcm)

    def digit(self, digit: str, at: float) -> None:
        """The bot pressed a key."""
        self.machine.pressed(digit, at)

    def next_frame(self, at: float) -> bytes:
        """Think, then return the 20 ms to send; empty where this line sends nothing."""
        self._ticks += 1
        if self._journal is not None and self._ticks % _JOURNAL_EVERY == 0:
            for entry in self._journal.news():
                self._learn(entry.event, at)
        for command in self.machine.tick(at):
            self._carry_out(command, at)
        over = self._place // 2 >= self._speech_end
        speech = self._next_speech(at)
        if not self._sends_silence and (over or not speech):
            self.record.sent.extend(SILENT_FRAME)
            return b""
        frame = self._line.frame(speech)
        self.record.sent.extend(frame)
        return frame

    def gone(self, at: float) -> None:
        """The call is over."""
        if self._speech:
            self._note_spoken(min(at, self._speech_start + self._speech_end / SAMPLE_RATE), answer=False)
        self.record.ended_at = at
        self.record.turns = self.machine.turns

    def _learn(self, event: events.Event | events.Unknown, at: float) -> None:
        """Take from the engine's journal what a person would know from melody and meaning."""
        match event:
            case events.QuestionBegun(cue=cue):  # written when the turn begins, before its lines are said
                self.record.cues.append((at, cue))
                self.machine.asked(cue, at)
            case events.LineBegun():
                self.machine.line(True, at)
            case events.LineSaid() | events.LineDropped():
                self.machine.line(False, at)
            case events.EndingBegun():
                self.machine.bids_farewell()

    def _carry_out(self, command: Command, at: float) -> None:
        match command:
            case Say():
                self._start(command.text, self._sounds.get(command.text, b""), command.answer, at)
            case Beep():
                self._start("(tone)", beep(), False, at)
            case Press():
                self.record.pressed.append((at, command.digits))
                self._press(command.digits)
            case Leave():
                self.record.left = command.why
                self._leave()

    def _start(self, text: str, pcm: bytes, answer: bool, at: float) -> None:
        self._speech_text, self._speech, self._speech_answer = text, pcm or SILENT_FRAME, answer
        self._place, self._speech_start, self._speech_end = 0, at, speech_end(self._speech)

    def _next_speech(self, at: float) -> bytes:
        if not self._speech:
            return b""
        frame = self._speech[self._place : self._place + FRAME_BYTES]
        self._place += FRAME_BYTES
        if (self._place - FRAME_BYTES) // 2 < self._speech_end <= (self._place - FRAME_BYTES) // 2 + FRAME_SAMPLES:
            self._note_spoken(at, answer=self._speech_answer)
        if self._place >= len(self._speech):
            self._speech = b""
            self.machine.said(at)
        return frame

    def _note_spoken(self, end: float, *, answer: bool) -> None:
        if not self.record.spoken or self.record.spoken[-1].start != self._speech_start:
            self.record.spoken.append(Spoken(self._speech_text, self._speech_start, end, answer))


class Agent:
    """One of the bank's own people, who takes a transfer, says hello and soon hangs up.

    Parameters
    ----------
    greeting
        8 kHz PCM.
    leave
        Hang up at the carrier.
    """

    def __init__(self, greeting: bytes, leave: Callable[[], None]) -> None:
        self._greeting = greeting
        self._leave = leave
        self._place = 0
        self._ends_at = float("inf")

    def answered(self, at: float) -> None:
        """The agent picked up."""
        self._ends_at = at + len(self._greeting) / 2 / SAMPLE_RATE + _AGENT_STAYS_SECONDS

    def frame(self, pcm: bytes, at: float) -> None:
        """Hear the caller; what is said changes nothing."""

    def digit(self, digit: str, at: float) -> None:
        """Keys change nothing."""

    def next_frame(self, at: float) -> bytes:
        """Return the greeting's next frame, then silence."""
        if at >= self._ends_at:
            self._ends_at = float("inf")
            self._leave()
        frame = self._greeting[self._place : self._place + FRAME_BYTES]
        self._place += FRAME_BYTES
        return frame.ljust(FRAME_BYTES, b"\0")

    def gone(self, at: float) -> None:
        """The call is over."""
