"""The engine's own call loop as an engine of a bench that calls it over AudioSocket.

It speaks ``bot_0.wav`` at once and answers each utterance with the next of ``bot_1..5.wav`` (folder
``$PEER_BENCH/wav``): turn machine, session, voice activity, worker processes and recogniser are the engine's
own; only script, dialplan and telephone are left out. What was heard is appended to ``$BENCH_EVENTS``.

    python -m tests.benchmarks.peer_engine [PORT]
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
import wave
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop

from voicebot.agi.audiosocket import AudioSocketServer, Connection
from voicebot.agi.phone import Disposition, HangUp
from voicebot.call.session import CallSession
from voicebot.call.timing import Timing
from voicebot.call.turns import TurnMachine
from voicebot.config import SpeechSection
from voicebot.dialogue.conversation.script_talk import Plan
from voicebot.dialogue.talk import Act, Ending, EngineIntent, Line, Listening, State, Understanding, Utterance
from voicebot.journal import events
from voicebot.journal.writer import Journal
from voicebot.speech.recognition.choosing import choose_recognizer
from voicebot.speech.recognition.recognizer import RecognizerPool


class Waves:
    """Replies that are there as waves; the text of a line is its number."""

    def __init__(self, folder: Path) -> None:
        self._clips: dict[str, bytes] = {}
        for number, path in enumerate(sorted(folder.glob("bot_*.wav"))):
            with wave.open(str(path)) as reader:
                self._clips[str(number)] = reader.readframes(reader.getnframes())

    def get(self, text: str, *, speed: float = 1.0) -> bytes | None:
        return self._clips.get(text)

    def speaker(self, _text: str, *, speed: float = 1.0) -> str:
        return "wave"

    async def speech(self, text: str, *, speed: float = 1.0) -> bytes:
        return self._clips[text]

    def __len__(self) -> int:
        return len(self._clips)


class FixedTalk:
    """Says the next wave after every utterance, whatever it was."""

    language = "en-US"

    def __init__(self, lines: int) -> None:
        self._lines = lines
        self._at = 0

    def _plan(self, number: int, intent: str) -> Plan:
        state = State(str(number))
        line = Line(f"bot_{number}", str(number))
        listening = Listening("turn", "turn", no_input_seconds=60.0)
        return Plan(Understanding(intent), State(str(self._at)), state, Act((line,), listening))

    def open(self, *, recorded: bool = True) -> Plan:
        del recorded
        return self._plan(0, "")

    async def plan(self, utterance: Utterance, *, goes_on: bool = False) -> Plan:
        del goes_on
        if not utterance.text and not utterance.silence:
            return self._plan(self._at, EngineIntent.NO_MATCH)
        return self._plan(min(self._at + 1, self._lines - 1), "affirm")

    def commit(self, plan: Plan) -> Plan:
        self._at = int(plan.state.step)
        return plan

    def said(self, line: str) -> None:
        del line

    def answers(self, plan: Plan) -> bool:
        """Everything counts as an answer."""
        return True

    def doubts(self, plan: Plan) -> bool:
        del plan
        return False

    def urgent(self, plan: Plan) -> bool:
        del plan
        return False

    def hung_up(self) -> Ending:
        return Ending("hung_up")

    def transfer_failed(self) -> Plan:
        return self._plan(self._at, "")


class BenchJournal(Journal):
    """A journal that also tells the bench what was heard."""

    def __init__(self, folder: Path, attempt: UUID, told: Path | None) -> None:
        self._told, self._call = told, int(str(attempt)[-12:])
        self._words: dict[int, tuple[float, events.Words]] = {}
        super().__init__(folder, attempt, begun_at=time.monotonic(), wall=time.time())

    def add(self, event: events.Event, at: float) -> None:
        super().add(event, at)
        match event:
            case events.Words():
                self._words[event.query] = (at, event)
            case events.Turn(query=query) if query in self._words:
                heard_at, words = self._words[query]
                self._tell(ev="stt", t=heard_at, text=words.text, ms=words.cpu_seconds * 1000)
                self._tell(ev="turn_end", t=at)
            case events.Sounding():
                self._tell(ev="send", t=at)

    def _tell(self, **what: Any) -> None:
        if self._told is not None:
            with self._told.open("a") as out:
                out.write(json.dumps({"call": self._call, **what}) + "\n")


class Owner:
    """One call of the bench: audio in and out of a session, nothing else."""

    def __init__(self, session: CallSession, journal: Journal) -> None:
        self._session, self._journal = session, journal

    def media_attached(self, connection: Connection, at: float) -> bool:
        del connection
        self._session.media_up(at)
        self._session.answered(at)
        return True

    def media_frame(self, pcm: bytes, at: float) -> None:
        self._session.frame(pcm, at)

    def media_digit(self, digit: str, at: float) -> None:
        self._session.digit(digit, at)

    def media_lost(self, connection: Connection, at: float) -> None:
        del connection
        self._session.hung_up(HangUp(Disposition.ANSWERED, by_callee=True), at)
        self._session.ended.add_done_callback(lambda _: self._journal.close())

    def next_frame(self) -> bytes | None:
        return self._session.next_frame()


def _session(attempt: UUID, waves: Waves, pool: RecognizerPool, folder: Path, told: Path | None) -> Owner:
    journal = BenchJournal(folder, attempt, told)
    machine = TurnMachine(Timing(greeting_wait_seconds=0.0))
    session = CallSession(
        talk=FixedTalk(len(waves)),
        clips=waves,
        recognizer=pool,
        journal=journal,
        longest_seconds=300.0,
        machine=machine,
    )
    return Owner(session, journal)


async def main(port: int) -> None:
    """Serve until killed."""
    waves = Waves(Path(os.environ["PEER_BENCH"]) / "wav")
    told = Path(os.environ["BENCH_EVENTS"]) if "BENCH_EVENTS" in os.environ else None
    pool = choose_recognizer(SpeechSection(), "en-US")
    await pool.start()
    with tempfile.TemporaryDirectory() as folder:

        def find(attempt: UUID) -> Owner:
            return _session(attempt, waves, pool, Path(folder), told)

        server = AudioSocketServer("127.0.0.1", port, find)
        await server.start()
        sys.stderr.write(f"listening on {port}, heard by {pool.info.engine}: {pool.info.why}\n")
        try:
            await asyncio.Event().wait()
        finally:
            await server.close()
            await pool.close()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 24092))
