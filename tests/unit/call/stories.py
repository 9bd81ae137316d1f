"""Random stories of a call for the turn machine: any event at any time, and what must hold after each."""

from __future__ import annotations

import random
from typing import Final

from voicebot.call.turn_events import (
    Beep,
    Begin,
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
    Play,
    Played,
    Tick,
    Turn,
)
from voicebot.call.turn_table import EAR, MAY_MEET, MOUTH, Ear, Mouth
from voicebot.call.turns import TurnMachine

EVENTS: Final = (Begin, Frame, Tick, Decided, Played, Digit, Machine, Beep)
PAUSES: Final = (0.0, 0.001, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.06, 0.06, 0.06, 0.2, 0.2, 1.0, 5.0, 40.0)
SPEECH: Final = (20, 40, 60, 120, 200, 900, 25_000)
SILENCE: Final = (10, 20, 60, 80, 180, 700, 2500, 5000)

Move = tuple[Mouth, type[Event], Mouth]
EarMove = tuple[Ear, type[Event], Ear]


class Story:
    """One call, told by chance; raises AssertionError where the machine breaks a promise.

    Parameters
    ----------
    chance
        Draws everything.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.machine = TurnMachine()
        self.at = 100.0
        self.open_queries: set[int] = set()
        self.asked: set[int] = set()
        self.committed: set[int] = set()
        self.finished = False
        self.line = -1
        self.turn = Turn(())
        self.mouth_moves: set[Move] = set()
        self.ear_moves: set[EarMove] = set()
        self.told: list[type[Event]] = []

    def tell(self, events: int) -> None:
        """Let so many events happen."""
        for _ in range(events):
            between = self.machine.mouth in {Mouth.IDLE, Mouth.OVER}
            self.send(self.begin() if between and self.chance.random() < 0.4 else self.event())

    def send(self, event: Event) -> None:
        """Send an event and check what came of it."""
        machine = self.machine
        mouth, ear = machine.mouth, machine.ear
        self.told.append(type(event))
        if type(event) in MOUTH[mouth] and isinstance(event, Begin):
            self.turn, self.line, self.finished = event.turn, -1, False
        commands = machine.handle(event)
        if isinstance(event, Decided):
            self.open_queries.discard(event.query)
        self.mouth_moves.add((mouth, type(event), machine.mouth))
        self.ear_moves.add((ear, type(event), machine.ear))
        for command in commands:
            self.check(command)
        assert machine.ear in MAY_MEET[machine.mouth]
        if type(event) not in MOUTH[mouth]:
            assert (machine.mouth, machine.ear, commands) == (mouth, ear, [])
        else:
            assert machine.mouth in MOUTH[mouth][type(event)], (mouth, event, machine.mouth)
            assert machine.ear in EAR[ear].get(type(event), {ear}), (ear, event, machine.ear)
        assert self.somebody_is_next(), "nothing would ever happen again"

    def somebody_is_next(self) -> bool:
        """Whether something is still to come by itself: a wake-up, a line's end, a decision or the next turn."""
        machine = self.machine
        return (
            machine.mouth in {Mouth.IDLE, Mouth.OVER, Mouth.SPEAKING}
            or machine.wake_at() is not None
            or bool(self.open_queries)
        )

    def check(self, command: Command) -> None:
        """Check one command."""
        assert not self.finished, "nothing follows Finish"
        match command:
            case Play(number):
                assert number == self.line + 1, "lines are played in order, none twice"
                self.line = number
            case Drop() | Hold():
                assert not any(self.turn.lines[max(self.line, 0) :]), "what must be said in full is never cut"
            case Interim() | DecideDigits() | DecideSilence() | DecideMachine():
                assert command.query not in self.asked
                self.asked.add(command.query)
                self.open_queries.add(command.query)
            case Commit(query):
                assert query in self.asked
                assert query not in self.committed, "an utterance is answered once"
                self.committed.add(query)
                rest = self.turn.lines[self.line + 1 :]
                assert self.line == -1 or not any(rest), "what must be said in full is never skipped"
            case Finish():
                assert self.turn.ends
                self.finished = True

    def event(self) -> Event:
        """Any event, whether it fits or not."""
        chance, at = self.chance, self.later()
        kind = chance.choice((*EVENTS, Frame, Frame, Frame, Frame, Tick, Decided, Played))
        if kind is Begin:
            return self.begin()
        if kind is Frame:
            if self.machine.ear is Ear.WAITING or chance.random() < 0.2:
                return Frame(at, chance.choice(SPEECH), 0)
            silence = chance.choice(SILENCE)
            return Frame(at, chance.choice(SPEECH) if silence <= 60 else 0, silence)
        if kind is Tick:
            wake = self.machine.wake_at()
            self.at = max(at, wake) if wake is not None and chance.random() < 0.8 else at
            return Tick(self.at)
        if kind is Decided:
            query = max(self.open_queries or {1}) if chance.random() < 0.9 else chance.choice((1, 9999))
            return Decided(
                at,
                query,
                chance.choice((Meaning.ANSWER, *Meaning)),
                complete=chance.random() < 0.8,
                hesitant=chance.random() < 0.2,
                urgent=chance.random() < 0.2,
                takes_back=chance.random() < 0.2,
            )
        if kind is Played:
            return Played(at, self.line if chance.random() < 0.95 else self.line + 1)
        if kind is Digit:
            return Digit(at, chance.choice("0123456789*#"))
        return Machine(at, chance.choice(("voicemail", "screener"))) if kind is Machine else Beep(at)

    def begin(self) -> Begin:
        """Any turn."""
        chance = self.chance
        ends = chance.random() < 0.3
        return Begin(
            self.later(),
            Turn(
                tuple(chance.random() < 0.3 for _ in range(chance.choice((0, 0, 1, 2) if ends else (0, 1, 1, 2, 3)))),
                expects=chance.choice(("words", "date", "amount", "digits")),
                no_input_seconds=chance.choice((3.0, 5.0)),
                max_digits=chance.choice((0, 1, 4)),
                ends=ends,
                opens=chance.random() < 0.2,
                after_beep=ends and chance.random() < 0.5,
                replies=chance.random() < 0.5,
            ),
        )

    def later(self) -> float:
        """A time that is not before the last one."""
        self.at += self.chance.choice(PAUSES)
        return self.at

    def bring_to_an_end(self, steps: int = 60) -> None:
        """Let only what has to happen happen: wake-ups, ends of lines, decisions; the turn must come to its end."""
        for _ in range(steps):
            wake = self.machine.wake_at()
            if self.machine.mouth in {Mouth.IDLE, Mouth.OVER}:
                return
            if self.open_queries:
                self.send(Decided(self.at, max(self.open_queries), Meaning.NOTHING))
            elif self.machine.mouth is Mouth.SPEAKING and wake is None:
                self.send(Played(self.at, self.line))
            else:
                assert wake is not None
                self.at = max(self.at, wake)
                self.send(Tick(self.at))
        raise AssertionError(f"stuck in {self.machine.mouth} and {self.machine.ear}")
