"""Whole calls in told time: the session, its ears, its recogniser, its policy and its voice are real; no telephone.

A persona and the bot exchange frames of 20 ms, each a told delay after it was sent, as two Asterisks and a network
would pass them on. Words take as long as a worker takes for them on a quiet machine. So a call of a minute takes
seconds, and comes out the same however busy the machine is.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar, get_args
from uuid import UUID, uuid4

from voicebot import paths
from voicebot.agi.phone import Disposition, HangUp
from voicebot.call.clock import call_clock
from voicebot.call.session import CallSession
from voicebot.call.trying.in_process import InProcessPolicy, InProcessPool
from voicebot.call.trying.told_time import told
from voicebot.config import SpeechSection
from voicebot.dialogue.conversation.script_talk import ScriptTalk
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.understanding.local import LocalPolicy
from voicebot.journal.reader import read_entries, read_file
from voicebot.journal.writer import Journal
from voicebot.plain import plain
from voicebot.rehearsal.callee import Callee, Record
from voicebot.rehearsal.measure import reply_gaps, stops
from voicebot.rehearsal.never import broken, course_of_call
from voicebot.rehearsal.people import prepare
from voicebot.rehearsal.persona import Persona
from voicebot.rehearsal.report import Call
from voicebot.rehearsal.selection import lead_of
from voicebot.rehearsal.voices import CallerVoices, Speaker
from voicebot.speech.audio import FRAME_SECONDS, SILENT_FRAME
from voicebot.speech.recognition.choosing import choose_recognizer, choose_second_ear
from voicebot.speech.recognition.engine import EngineName
from voicebot.speech.recognition.engine_loading import load_engine
from voicebot.speech.recognition.recognizer import EngineInfo
from voicebot.speech.recognition.second_ear import SecondEar
from voicebot.speech.speaking.hibari_voice import HibariVoice
from voicebot.speech.speaking.kokoro_voice import KokoroVoice
from voicebot.speech.speaking.prompts import PromptCache

T = TypeVar("T")

ONE_WAY_SECONDS: Final = 0.02
"""From the callee's side to the engine, and back."""
RECOGNITION_SECONDS: Final = 0.06
SECOND_LOOK_SECONDS: Final = 0.24
POLICY_SECONDS: Final = 0.01
KEY_SECONDS: Final = 0.25
_LONGEST_SECONDS: Final = 200.0


class ToldClips:
    """The product's voice and its cache; what is missing is rendered while told time stands still."""

    def __init__(self, language: str) -> None:
        self._cache = prompts_for(language)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def get(self, text: str, *, speed: float = 1.0) -> bytes:
        """PCM of a text."""
        ready = self._cache.get(text, speed=speed)
        return self.wait(self._cache.speech(text, speed=speed)) if ready is None else ready

    def speaker(self, text: str, *, speed: float = 1.0) -> str:
        """Name of the voice."""
        return self._cache.speaker(text, speed=speed)

    async def speech(self, text: str, *, speed: float = 1.0) -> bytes:
        """PCM of a text."""
        return self.get(text, speed=speed)

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in real time."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def prompts_for(language: str) -> PromptCache:
    """Return what the embedded voice of a language says."""
    voice = HibariVoice() if language.startswith("en") else KokoroVoice()
    return PromptCache(voice)


@dataclass
class Told:
    """One call that was carried.

    Parameters
    ----------
    call
        As a rehearsal reports it.
    record
        What the callee's side sent and heard.
    journal
        Its entries.
    """

    call: Call
    record: Record
    journal: list[dict[str, Any]]


class Caller(Protocol):
    """Who is called (``Callee``)."""

    def follow(self, journal: Path | None) -> None:
        """Learn from the journal what is being asked."""

    def answered(self, at: float) -> None:
        """The call was picked up."""

    def frame(self, pcm: bytes, at: float) -> None:
        """Hear 20 ms."""

    def next_frame(self, at: float) -> bytes:
        """Return the 20 ms to send."""

    def gone(self, at: float) -> None:
        """The call is over."""


@dataclass(frozen=True)
class Means:
    """What the calls of one script are made with."""

    script: Script
    policy: InProcessPolicy
    pool: InProcessPool
    clips: ToldClips
    second_ear: SecondEar | None = None


def means_for(persona: Persona) -> Means:
    """Load what a persona's calls are made with."""
    language = persona.language
    script = load_script(paths.shipped("scripts_dialogue") / language / f"{persona.script}.yaml")
    info = choose_recognizer(SpeechSection(), language).info
    engine = load_engine(_name(info), Path(info.details["folder"]), language)
    other = choose_second_ear(SpeechSection(), language, info)
    second_ear = None
    if other is not None:
        listens = load_engine(_name(other.info), Path(other.info.details["folder"]), language)
        second_ear = SecondEar(InProcessPool(listens, other.info, SECOND_LOOK_SECONDS))
    return Means(
        script,
        InProcessPolicy(LocalPolicy(script), POLICY_SECONDS),
        InProcessPool(engine, info, RECOGNITION_SECONDS),
        ToldClips(language),
        second_ear,
    )


def _name(info: EngineInfo) -> EngineName:
    return next(name for name in get_args(EngineName) if name == info.engine)


class Theatre:
    """Carries calls of personas with one script each.

    Parameters
    ----------
    folder
        Where journals go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._voices = CallerVoices()
        self._made: dict[str, Means] = {}

    def carry(self, persona: Persona) -> Told:
        """Carry one persona's call to its end."""
        own = self.wait(prepare(persona, self._voices))

        def callee(side: Side, record: Record) -> Callee:
            return Callee(persona, own.sounds, own.line.fresh(), record, press=side.keys, leave=side.leave)

        return self.carry_with(persona, callee)

    def carry_with(self, persona: Persona, callee: Callable[[Side, Record], Caller]) -> Told:
        """Carry a call in which somebody else behaves in the persona's place.

        Parameters
        ----------
        persona
            Who is called, with which script.
        callee
            Makes who answers, given the telephone and the record to be filled.
        """
        if persona.goes_by not in self._made:
            self._made[persona.goes_by] = means_for(persona)
        return told(self._carry(persona, callee, self._made[persona.goes_by]))

    def speak(self, text: str, speaker: Speaker, language: str) -> bytes:
        """Return what a caller's voice says."""
        return self.wait(self._voices.speak(text, speaker, language))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in real time, between calls."""
        return asyncio.run(work)

    async def _carry(self, persona: Persona, make: Callable[[Side, Record], Caller], means: Means) -> Told:
        loop = asyncio.get_running_loop()
        attempt, begun = uuid4(), loop.time()
        journal = Journal(self._folder, attempt, begun_at=begun, wall=0.0)
        clock = call_clock(persona.lead.timezone, persona.today, wall=loop.time, monotonic=loop.time)
        talk = ScriptTalk(means.script, lead_of(persona), means.policy, clock)
        session = CallSession(
            talk=talk,
            clips=means.clips,
            recognizer=means.pool,
            second_ear=means.second_ear,
            journal=journal,
            longest_seconds=_LONGEST_SECONDS,
            clock=loop.time,
        )
        record = Record(persona.persona, "1")
        side = Side(session, attempt)
        callee = make(side, record)
        callee.follow(journal.path)
        session.attach(side)
        session.media_up(begun)
        session.answered(begun)
        callee.answered(begun)
        delay = round(ONE_WAY_SECONDS / FRAME_SECONDS)
        to_bot: deque[bytes] = deque([b""] * delay)
        to_callee: deque[bytes] = deque([SILENT_FRAME] * delay)
        while not session.ended.done():
            now = loop.time()
            to_bot.append(callee.next_frame(now))
            arrived = to_bot.popleft()
            if arrived:
                session.frame(arrived, now)
            to_callee.append(session.next_frame() or SILENT_FRAME)
            callee.frame(to_callee.popleft(), now)
            await asyncio.sleep(FRAME_SECONDS)
        callee.gone(loop.time())
        ended = session.ended.result()
        session.abandon()
        journal.close()
        got = {} if ended.ending is None else {"outcome": ended.ending.outcome, **ended.ending.slots}
        course = course_of_call(
            persona,
            means.script,
            read_entries(read_file(journal.path)) if journal.path else [],
            spoken=[replace(one, start=one.start - begun, end=one.end - begun) for one in record.spoken],
            pressed=[at - begun for at, _ in record.pressed],
            outcome="" if ended.ending is None else ended.ending.counts_as or ended.ending.outcome,
            slots={} if ended.ending is None else ended.ending.slots,
        )
        call = Call(
            persona.persona,
            persona.expect,
            {name: plain(value) for name, value in got.items()},
            turns=record.turns,
            never=tuple(map(str, persona.never)),
            broken=broken(persona, course),
            gaps=tuple(reply_gaps(record.spoken, record.loud)),
            stops=tuple(stops(record.spoken, record.loud)),
        )
        return Told(call, record, [dict(entry) for entry in journal.entries])


class Side:
    """The telephone (``PhoneCall``), as far as a call without one needs it."""

    def __init__(self, session: CallSession, attempt: UUID) -> None:
        self.attempt = attempt
        self._session = session
        self._loop = asyncio.get_running_loop()

    def hang_up(self) -> None:
        """The bot hangs up."""
        self._loop.call_soon(self._session.hung_up, HangUp(Disposition.ANSWERED), self._loop.time())

    def leave(self) -> None:
        """The callee hangs up."""
        gone = HangUp(Disposition.ANSWERED, by_callee=True)
        self._loop.call_soon(self._session.hung_up, gone, self._loop.time())

    def press(self, key: str) -> None:
        """The bot presses a key; nobody listens for it."""

    def keys(self, keys: str) -> None:
        """The callee presses keys."""
        for place, key in enumerate(keys):
            self._loop.call_later(KEY_SECONDS * place, self._press, key)

    def _press(self, key: str) -> None:
        self._session.digit(key, self._loop.time())

    def transfer(self, extension: str) -> None:
        """Somebody takes the call and it ends."""
        self._session.transferred(extension, True, self._loop.time())
        self.hang_up()
