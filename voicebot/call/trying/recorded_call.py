"""One recording carried as a call: what picked up, when that was known, and what its words would have done.

Everything is the product's own: the session with its ears, turn machine and journal, the recogniser's engine, the
policy and the script. Only the bot's voice is silence of the right length, and time is simulated (``told_time``).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from voicebot import languages
from voicebot.agi.phone import Disposition, HangUp
from voicebot.call.session import CallSession
from voicebot.call.told_apart import UNKNOWN
from voicebot.call.trying.in_process import InProcessPool
from voicebot.dialogue.conversation.script_talk import Talk
from voicebot.dialogue.talk import EngineIntent
from voicebot.journal import events
from voicebot.journal.reader import read_entries
from voicebot.journal.writer import Journal
from voicebot.speech.audio import FRAME_BYTES, FRAME_SECONDS, SILENT_FRAME
from voicebot.speech.listening.greeting import Verdict
from voicebot.speech.recognition.engine import Engine
from voicebot.speech.recognition.recognizer import EngineInfo

_RECOGNITION_SECONDS: Final = 0.15
"""How long words take to come."""
_SECONDS_A_WORD: Final = 0.4
_SECONDS_A_CHARACTER: Final = 0.22
"""Of the bot's voice, where no spaces are written."""
_LONGEST_TAIL_SECONDS: Final = 34.0
_AFTER_VERDICT_SECONDS: Final = 4.0
_ENGINE_INTENTS: Final = frozenset({*map(str, EngineIntent), "transfer_failed"})
_LONGEST_SECONDS: Final = 900.0


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict; ``at``: seconds since the answer."""

    verdict: Verdict
    at: float
    why: str


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """What became of a recording.

    Parameters
    ----------
    told
        Verdicts in order; more than one if somebody followed a screener, or a supposed person proved to be a machine.
    beeps
        When beeps were noticed; seconds since the answer.
    words
        All that was heard, and when.
    counted
        Intents that counted as the callee's.
    refused
        Intents that words had and that did not count, with the reason.
    outcome
        What the call came to.
    seconds
        Length of the recording.
    """

    told: tuple[Told, ...] = ()
    beeps: tuple[float, ...] = ()
    words: tuple[tuple[float, str], ...] = ()
    counted: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    outcome: str = ""
    seconds: float = 0.0

    @property
    def verdict(self) -> Verdict:
        """The last verdict."""
        return self.told[-1].verdict if self.told else Verdict.UNDECIDED


@dataclass(slots=True)
class _Clips:
    """A voice that is silent for as long as each text takes."""

    language: str
    _said: dict[str, bytes] = field(default_factory=dict)

    def get(self, text: str, *, speed: float = 1.0) -> bytes:
        spaced = languages.of(self.language).spaced
        seconds = len(text.split()) * _SECONDS_A_WORD if spaced else len(text) * _SECONDS_A_CHARACTER
        return SILENT_FRAME * max(1, round(seconds / speed / FRAME_SECONDS))

    def speaker(self, text: str, *, speed: float = 1.0) -> str:
        del text, speed
        return "silent"

    async def speech(self, text: str, *, speed: float = 1.0) -> bytes:
        return self.get(text, speed=speed)


class _Phone:
    """The far side: it hangs up when asked to."""

    def __init__(self) -> None:
        self.session: CallSession | None = None
        self.attempt: UUID = uuid4()

    def hang_up(self) -> None:
        loop = asyncio.get_running_loop()
        if self.session is not None:
            loop.call_soon(self.session.hung_up, HangUp(Disposition.ANSWERED), loop.time())

    def press(self, key: str) -> None:
        """The recording goes on as it does."""

    def transfer(self, extension: str) -> None:
        loop = asyncio.get_running_loop()
        if self.session is not None:
            loop.call_soon(self.session.transferred, extension, False, loop.time())


async def carry(pcm: bytes, talk: Talk, engine: Engine, info: EngineInfo, folder: Path) -> RecordedCall:
    """Call a recording.

    Parameters
    ----------
    pcm
        The callee's side from the answer on, 8 kHz.
    talk
        What is said.
    engine, info
        Who hears.
    folder
        Where the call's journal is written.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    phone = _Phone()
    journal = Journal(folder, phone.attempt, begun_at=begun, wall=time.time())
    session = phone.session = CallSession(
        talk=talk,
        clips=_Clips(talk.language),
        recognizer=InProcessPool(engine, info, _RECOGNITION_SECONDS),
        journal=journal,
        longest_seconds=_LONGEST_SECONDS,
        clock=loop.time,
    )
    session.attach(phone)
    session.media_up(begun)
    session.answered(begun)
    over = begun + len(pcm) / FRAME_BYTES * FRAME_SECONDS
    place = 0
    while not session.ended.done() and not _has_shown_all(journal, over - begun, loop.time() - begun):
        frame = pcm[place : place + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
        place += FRAME_BYTES
        session.frame(frame, loop.time())
        session.next_frame()
        await asyncio.sleep(FRAME_SECONDS)
    if not session.ended.done():
        session.hung_up(HangUp(Disposition.ANSWERED, by_callee=True), loop.time())
    ended = await session.ended
    return _read(journal, ended.ending.outcome if ended.ending else ended.hang_up.disposition.value, over - begun)


def _has_shown_all(journal: Journal, over: float, now: float) -> bool:
    """Whether the recording is over, and what picked up has been known for a while (or never will be)."""
    if now < over:
        return False
    known = [float(entry["at"]) for entry in journal.entries if entry["event"] == events.Greeting.name]
    return now > over + _LONGEST_TAIL_SECONDS or (bool(known) and now > max(over, known[-1]) + _AFTER_VERDICT_SECONDS)


def _read(journal: Journal, outcome: str, seconds: float) -> RecordedCall:
    told: list[Told] = []
    beeps: list[float] = []
    words: list[tuple[float, str]] = []
    counted: list[str] = []
    refused: dict[int, tuple[str, str]] = {}
    meant: dict[int, str] = {}
    for entry in read_entries(journal.entries):
        match entry.event:
            case events.Greeting(verdict=verdict, why=why):
                told.append(Told(Verdict(verdict), round(entry.at, 2), why))
            case events.Beep():
                beeps.append(round(entry.at, 2))
            case events.Words(text=text) | events.Overheard(text=text) if text:
                words.append((round(entry.at, 2), text))
            case events.Understood(query=query, intent=intent):
                meant[query] = intent
            case events.NotAnAnswer(query=query, why=why):
                if meant.get(query, "") not in _ENGINE_INTENTS:
                    refused[query] = (meant[query], why)
            case events.Turn(query=query, intent=intent) if intent not in _ENGINE_INTENTS:
                counted.append(intent)
                if refused.get(query, ("", ""))[1] == UNKNOWN:  # it was kept back, and counted after all
                    del refused[query]
    return RecordedCall(
        tuple(told), tuple(beeps), tuple(words), tuple(counted), tuple(refused.values()), outcome, round(seconds, 2)
    )
