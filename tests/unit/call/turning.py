"""Drives the turn machine in tests, with a clock and frames of speech and silence."""

from __future__ import annotations

from typing import Any

from voicebot.call.turn_events import (
    Begin,
    Command,
    Decided,
    Event,
    Frame,
    Interim,
    Meaning,
    Played,
    Tick,
    Turn,
)
from voicebot.call.turns import TurnMachine

TICK = 0.02


class Line:
    """A machine with a clock, told frames of speech and silence."""

    def __init__(self, *turn: bool, **more: Any) -> None:
        self.machine = TurnMachine()
        self.at = 100.0
        self.speech_ms = 0
        self.silence_ms = 5000
        self.log: list[Command] = []
        self.do(Begin(self.at, Turn(turn or (False,), **more)))

    def do(self, event: Event) -> list[Command]:
        commands = self.machine.handle(event)
        self.log += commands
        return commands

    def speech(self, milliseconds: int) -> list[Command]:
        done: list[Command] = []
        for _ in range(milliseconds // 20):
            self.at += TICK
            self.speech_ms += 20
            self.silence_ms = 0
            done += self.do(Frame(self.at, self.speech_ms, 0))
        return done

    def silence(self, milliseconds: int) -> list[Command]:
        done: list[Command] = []
        for _ in range(milliseconds // 20):
            self.at += TICK
            self.silence_ms += 20
            self.speech_ms = self.speech_ms if self.silence_ms <= 60 else 0
            done += self.do(Frame(self.at, self.speech_ms, self.silence_ms))
        return done

    def wait(self) -> list[Command]:
        """Let no frame come; go on to when the machine wants to be woken."""
        wake = self.machine.wake_at()
        assert wake is not None
        self.at = wake
        return self.do(Tick(self.at))

    def decide(self, meaning: Meaning = Meaning.ANSWER, **more: bool) -> list[Command]:
        query = next(c.query for c in reversed(self.log) if isinstance(c, Interim))
        return self.do(Decided(self.at, query, meaning, **more))

    def played(self, line: int = 0) -> list[Command]:
        return self.do(Played(self.at, line))


def kinds(commands: list[Command]) -> list[type]:
    return [type(command) for command in commands]
