"""Everyone at the carrier's end of the calls: personas and the bank's own people, behind one AudioSocket server."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from voicebot import logs
from voicebot.agi.audiosocket import AudioSocketServer, Connection
from voicebot.rehearsal.callee import AGENT_GREETING, Agent, Callee, Party, Record
from voicebot.rehearsal.carrier import Arrival
from voicebot.rehearsal.line import Line, make_line
from voicebot.rehearsal.lines.transport import Jitter
from voicebot.rehearsal.persona import Persona
from voicebot.rehearsal.voices import CallerVoices, Speaker, choose_speaker
from voicebot.rehearsal.words import everything_said, recorded
from voicebot.speech.recording_files import read_recording

Follow = Callable[[str], Awaitable[Path | None]]
"""Number dialled (digits) -> live journal of the attempt that dials it, ``None`` where there is none."""
Press = Callable[[str, str], Awaitable[None]]
"""Channel at the carrier, key."""

_AGENT_SPEAKER: Final = Speaker("agent", "hibari", 1.0, 1.05)
_KEY_SECONDS: Final = 0.35

_log = logs.get_logger(part="rehearsal")


async def no_journal(number: str) -> Path | None:
    """Follow nothing: every silence of the bot is taken for a question."""
    del number
    return None


async def no_keys(channel: str, key: str) -> None:
    """Press nothing."""
    _log.warning("this carrier presses no keys", channel=channel, keys=len(key))


@dataclass(slots=True)
class Prepared:
    """A persona with all that it may say already spoken, and its phone line."""

    persona: Persona
    sounds: dict[str, bytes]
    line: Line


async def prepare(persona: Persona, voices: CallerVoices) -> Prepared:
    """Speak everything that a persona may say, as it sounds in the persona's room, and make its line.

    Raises
    ------
    ConfigurationError
        The persona's voice, or the programme behind it, is not known.
    UnavailableError
        The engine behind its voice is not installed.
    """
    speaker = choose_speaker(persona.persona, persona.language, voice=persona.voice)
    line = await make_line(persona.line, persona.persona, voices, language=persona.language, speaker=speaker)
    sounds = {
        text: line.placed(await voices.speak(text, speaker, persona.language)) for text in everything_said(persona)
    }
    if persona.recording is not None:
        sounds[recorded(persona)] = await asyncio.to_thread(read_recording, persona.recording)
    return Prepared(persona, sounds, line)


class People:
    """The personas' AudioSocket server.

    Parameters
    ----------
    host, port
        Where the carrier connects to.
    follow
        Finds the live journal of a call.
    press
        Presses a key on a channel of the carrier.
    voices
        Speaks for the personas.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        follow: Follow = no_journal,
        press: Press = no_keys,
        voices: CallerVoices | None = None,
    ) -> None:
        self.voices = voices or CallerVoices()
        self.records: list[Record] = []
        """One for each call that a persona took, in order of arrival."""
        self.most_at_once = 0
        self.now_talking = 0
        self._follow = follow
        self._press = press
        self._server = AudioSocketServer(host, port, self._find)
        self._invited: dict[str, Prepared] = {}
        self._agent_greeting = b""
        self._nobody_talks = asyncio.Event()
        self._nobody_talks.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def invite(self, number: str, persona: Persona) -> None:
        """Have a persona wait at ``number`` (with or without a plus); see ``prepare`` for what it raises."""
        self._invited[number.lstrip("+")] = await prepare(persona, self.voices)

    async def start(self) -> None:
        """Listen. Raises UnavailableError when the port is taken."""
        self._agent_greeting = await self.voices.speak(AGENT_GREETING, _AGENT_SPEAKER)
        await self._server.start()

    async def close(self) -> None:
        """Hang up on everybody and stop listening."""
        await self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def late_ticks(self) -> int:
        """Frames of 20 ms that left late; a measurement with many of them is worthless."""
        return self._server.late_ticks

    def _find(self, identifier: UUID) -> Leg | None:
        arrival = Arrival.of(identifier)
        leg = Leg(self, arrival)
        if arrival.is_agent:
            leg.party = Agent(self._agent_greeting, leg.leave)
            return leg
        invited = self._invited.get(arrival.number)
        if invited is None:
            _log.warning("nobody waits at this number", number=arrival.number)
            return None
        record = Record(invited.persona.persona, arrival.number)
        line = invited.line.fresh()
        leg.jitter = line.jitter()
        callee = Callee(
            invited.persona,
            invited.sounds,
            line,
            record,
            press=lambda keys: self._spawn(self._press_keys(arrival.channel, keys)),
            leave=leg.leave,
        )
        leg.party = callee
        self.records.append(record)
        self._spawn(self._find_journal(arrival.number, callee))
        return leg

    async def _find_journal(self, number: str, callee: Callee) -> None:
        try:
            callee.follow(await self._follow(number))
        except Exception:
            _log.exception("no journal was found", number=number)

    async def _press_keys(self, channel: str, keys: str) -> None:
        for key in keys:
            try:
                await self._press(channel, key)
            except Exception:
                _log.exception("a key was not pressed")
            await asyncio.sleep(_KEY_SECONDS)

    def _spawn(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            await work

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def quiet(self, seconds: float) -> bool:
        """Wait until no persona is on the phone; return whether that came true in time."""
        try:
            await asyncio.wait_for(self._nobody_talks.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def came(self) -> None:
        """Count a call that begins."""
        self.now_talking += 1
        self._nobody_talks.clear()
        self.most_at_once = max(self.most_at_once, self.now_talking)

    def went(self) -> None:
        """Count a call that ends."""
        self.now_talking -= 1
        if not self.now_talking:
            self._nobody_talks.set()


class Leg:
    """Between one AudioSocket connection and the party behind it."""

    def __init__(self, people: People, arrival: Arrival) -> None:
        self._people = people
        self._arrival = arrival
        self._connection: Connection | None = None
        self.party: Party | None = None
        self.jitter: Jitter | None = None
        self._late: deque[bytes] = deque()
        """Frames that have not left yet, in their order: timers that are due together may fire in any."""

    def leave(self) -> None:
        """Hang up: the carrier's dialplan goes on to its hang-up when the connection closes."""
        if self._connection is not None:
            self._connection.close()

    def media_attached(self, connection: Connection, at: float) -> bool:
        """Pick up."""
        self._connection = connection
        if self.party is not None:
            self.party.answered(at)
        if not self._arrival.is_agent:
            self._people.came()
        return True

    def media_frame(self, pcm: bytes, at: float) -> None:
        """Hear."""
        if self.party is not None:
            self.party.frame(pcm, at)

    def media_digit(self, digit: str, at: float) -> None:
        """The bot pressed a key."""
        if self.party is not None:
            self.party.digit(digit, at)

    def media_lost(self, connection: Connection, at: float) -> None:
        """The call is over."""
        if not self._arrival.is_agent:
            self._people.went()
        if self.party is not None:
            self.party.gone(at)

    def next_frame(self) -> bytes | None:
        """Speak; on a line with jitter nothing leaves now, and the frame when it is due."""
        if self.party is None:
            return None
        now = time.monotonic()
        frame = self.party.next_frame(now)
        if self.jitter is None or self._connection is None or not frame:
            return frame
        self._late.append(frame)
        asyncio.get_running_loop().call_later(self.jitter.arrives(now) - time.monotonic(), self._send_late)
        return b""

    def _send_late(self) -> None:
        frame = self._late.popleft()
        if self._connection is not None:
            self._connection.send(frame)
