"""The pool of recognition workers, seen from the event loop: it never blocks, and no call loses what it said.

Whatever is fed of an utterance is also kept here until the utterance ends. When a worker crashes, or works longer
on an interim result than it may, it is killed and replaced, and every utterance it held is replayed: at once on another
worker, or on the replacement when there is no other. The utterance it was busy with is the suspect: it waits for
the replacement, so that it cannot take a second worker's calls with it, and after its second victim it is given
up (``failed``). So one bad utterance costs two workers at most, and nobody else loses a word.

An utterance goes to the least loaded worker when it begins, and stays there.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from voicebot.errors import UnavailableError
from voicebot.logs import get_logger
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.recognition.engine import NOTHING, EngineName
from voicebot.speech.recognition.framing import Kind, Message, unpack_heard, with_json
from voicebot.speech.recognition.process import Process
from voicebot.speech.recognition.recognizer import EngineInfo, Hints, Recognition

_log = get_logger(part="recognizer")

_BATCH_BYTES: Final = SAMPLE_RATE // 10 * 2
"""Audio goes to the worker in batches of 100 ms."""
_REPLAYED_BYTES: Final = SAMPLE_RATE * 2
"""A replay goes in batches of 1 s, so that a worker that is at it gives signs in between."""
_LONGEST_SECONDS: Final = 120
"""An utterance is kept, and heard, up to this length."""
_LONGEST_BYTES: Final = _LONGEST_SECONDS * SAMPLE_RATE * 2
_MOST_LOSSES: Final = 2
_LOAD_SECONDS: Final = 90.0
_RESTART_SECONDS: Final = (0.0, 0.5, 2.0, 5.0)
"""Waits before the first, second, … restart in a row that does not load."""
_CHECK_SECONDS: Final = 0.25


@dataclass(slots=True)
class _Utterance:
    """What is known of an utterance under way."""

    number: int
    hints: Hints
    audio: bytearray = field(default_factory=bytearray)
    sent: int = 0
    interim: int | None = None
    """The last interim result asked for and not answered."""
    losses: int = 0
    given_up: bool = False

    @property
    def seconds(self) -> float:
        """How much was fed."""
        return len(self.audio) / 2 / SAMPLE_RATE


class Session:
    """One call's place in the pool; see ``RecognizerSession``."""

    def __init__(self, pool: WorkerPool, number: int, call: str, on_words: Callable[[Recognition], None]) -> None:
        self._pool = pool
        self.number = number
        self.call = call
        self.on_words = on_words
        self.utterance: _Utterance | None = None
        self.slot: _Slot | None = None
        self.closed = False

    def begin(self, utterance: int, hints: Hints) -> None:
        """Start an utterance on the least loaded worker."""
        if self.closed:
            return
        self.end()
        self.utterance = _Utterance(utterance, hints)
        self._pool.place(self)

    def feed(self, pcm: bytes) -> None:
        """Keep speech, and send it to the worker in batches."""
        utterance = self.utterance
        if utterance is None or utterance.given_up:
            return
        utterance.audio += pcm[: max(0, _LONGEST_BYTES - len(utterance.audio))]
        if len(utterance.audio) - utterance.sent >= _BATCH_BYTES:
            self.send_audio()

    def interim(self, number: int) -> None:
        """Ask for the words so far."""
        utterance = self.utterance
        if utterance is None:
            return
        utterance.interim = number
        if utterance.given_up or self._pool.deaf:
            asyncio.get_running_loop().call_soon(self.tell_failed, utterance)
            return
        self.send_audio()
        self._ask(utterance)

    def end(self) -> None:
        """Forget the utterance; no words of it come after this."""
        if self.utterance is None:
            return
        self._send(Message(Kind.END, self.number, self.utterance.number))
        self.utterance = None
        if self.slot is not None:
            self.slot.sessions.pop(self.number, None)
            self.slot = None

    def close(self) -> None:
        """Leave the pool."""
        if not self.closed:
            self.end()
            self.closed = True
            self._pool.leave(self)

    # ------------------------------------------------------------------------------ for the pool alone

    def send_audio(self) -> None:
        """Send what was fed and not sent yet, whole samples only."""
        utterance = self.utterance
        if utterance is None or self.slot is None or not self.slot.ready:
            return
        whole = len(utterance.audio) - len(utterance.audio) % 2
        while utterance.sent < whole:
            end = min(whole, utterance.sent + _REPLAYED_BYTES)
            body = bytes(utterance.audio[utterance.sent : end])
            self._send(Message(Kind.FEED, self.number, utterance.number, body=body))
            utterance.sent = end

    def replay(self) -> None:
        """Send the utterance so far to the session's (new) worker."""
        utterance = self.utterance
        if utterance is None or self.slot is None:
            return
        self._send(with_json(Kind.BEGIN, utterance.hints.phrases, self.number, utterance.number))
        utterance.sent = 0
        self.send_audio()
        self._ask(utterance)

    def deliver(self, message: Message) -> None:
        """Hand words to the call."""
        utterance = self.utterance
        if utterance is None or utterance.number != message.utterance:
            return
        if utterance.interim is None or message.interim > utterance.interim:
            return  # answered before, and asked again in a replay
        value: dict[str, Any] = message.json()
        if utterance.interim == message.interim:
            utterance.interim = None
        if value["error"]:
            _log.error("recognition failed on an utterance", call=self.call, error=value["error"])
        heard = unpack_heard(value)
        self._tell(
            Recognition(
                utterance.number,
                message.interim,
                heard.best,
                heard.alternatives,
                audio_seconds=utterance.seconds,
                cpu_seconds=float(value["cpu_seconds"]),
                words=heard.words,
                failed=bool(value["error"]),
            )
        )

    def tell_failed(self, utterance: _Utterance) -> None:
        """Tell the call that the interim result it waits for cannot be answered, unless it has gone on meanwhile."""
        number, utterance.interim = utterance.interim, None
        if number is not None and utterance is self.utterance:
            self._tell(Recognition(utterance.number, number, NOTHING, audio_seconds=utterance.seconds, failed=True))

    def _tell(self, recognition: Recognition) -> None:
        # A defect of one call must not reach the worker, which hears for others too.
        try:
            self.on_words(recognition)
        except Exception:
            _log.exception("handling recognised words failed", call=self.call)

    def _ask(self, utterance: _Utterance) -> None:
        if utterance.interim is not None and self.slot is not None and self.slot.ready:
            self.slot.ask(Message(Kind.INTERIM, self.number, utterance.number, utterance.interim), utterance.seconds)

    def _send(self, message: Message) -> None:
        if self.slot is not None and self.slot.ready:
            self.slot.send(message)


class _Slot:
    """One place for a worker process, and the utterances that are on it now."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.process: Process | None = None
        self.sessions: dict[int, Session] = {}
        self.last_sign = 0.0
        self.failures = 0
        self.restart: asyncio.Task[None] | None = None
        self._owed = 0
        """Interim results asked of the process that it has neither answered nor dropped: the sign of life that it owes.

        It owes them whether or not the calls still wait, or a frozen worker whose calls give up would stay.
        """
        self._longest_seconds = 0.0

    @property
    def ready(self) -> bool:
        return self.process is not None and self.process.ready

    @property
    def load(self) -> tuple[bool, int, int]:
        return (not self.ready, self._owed, len(self.sessions))

    @property
    def patience(self) -> float | None:
        """Seconds of audio that the worker may be busy with; ``None`` when it owes no sign."""
        if not self._owed:
            return None
        audio = (session.utterance.seconds for session in self.sessions.values() if session.utterance is not None)
        return max(self._longest_seconds, *audio, 0.0)

    def send(self, message: Message) -> None:
        assert self.process is not None  # noqa: S101 - asked only when ready
        self.process.send(message)

    def ask(self, interim: Message, seconds: float) -> None:
        """Ask for an interim result of so much audio."""
        if not self._owed:
            self.last_sign = time.monotonic()
            self._longest_seconds = 0.0
        self._owed += 1
        self._longest_seconds = max(self._longest_seconds, seconds)
        self.send(interim)

    def signed(self, kind: Kind) -> None:
        """Take note of a message of the worker."""
        self.last_sign = time.monotonic()
        if kind in (Kind.WORDS, Kind.DROPPED):
            self._owed -= 1

    def clear(self) -> list[Session]:
        """The process is gone; return the sessions whose utterances it held."""
        held = list(self.sessions.values())
        self.process = None
        self.sessions.clear()
        self._owed = 0
        return held


class WorkerPool:
    """N worker processes with one model; see ``RecognizerPool``.

    Parameters
    ----------
    info
        Which engine this is and why.
    engine, folder
        What the workers load.
    workers
        How many, at best one per core.
    silent_seconds
        How long a worker may give no sign while it owes words, beside a quarter of the seconds of audio to be heard.
        Calls wait some four seconds: a short answer is to be heard again within them when a worker has stopped, but
        on a machine that is just busy none may be killed.
    """

    def __init__(
        self, info: EngineInfo, *, engine: EngineName, folder: Path, workers: int, silent_seconds: float = 3.0
    ) -> None:
        self._info = info
        self._order = with_json(Kind.LOAD, {"engine": engine, "folder": str(folder), "language": info.language})
        self._slots = [_Slot(number) for number in range(workers)]
        self._silent_seconds = silent_seconds
        self._sessions: dict[int, Session] = {}
        self._numbers = itertools.count(1)
        self._closing = False
        self._watch: asyncio.Task[None] | None = None

    @property
    def info(self) -> EngineInfo:
        """Which engine this is and why."""
        return self._info

    @property
    def worker_ids(self) -> tuple[int, ...]:
        """Process ids of the workers that run, for tests."""
        return tuple(slot.process.pid for slot in self._slots if slot.process is not None)

    async def start(self) -> None:
        """Load the model in every worker."""
        loading = [asyncio.create_task(self._launch(slot)) for slot in self._slots]
        try:
            details = await asyncio.gather(*loading)
        except BaseException:
            for task in loading:
                task.cancel()
            await asyncio.gather(*loading, return_exceptions=True)
            await self.close()
            raise
        self._info = replace(self._info, details={**self._info.details, **details[0]})
        self._watch = asyncio.create_task(self._watch_signs())

    def open(self, call: str, on_words: Callable[[Recognition], None]) -> Session:
        """Give a call a session."""
        session = Session(self, next(self._numbers), call, on_words)
        self._sessions[session.number] = session
        return session

    async def close(self) -> None:
        """End all workers; words still asked for do not come any more."""
        self._closing = True
        tasks = [slot.restart for slot in self._slots if slot.restart is not None]
        if self._watch is not None:
            tasks.append(self._watch)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(slot.process.close() for slot in self._slots if slot.process is not None))
        for slot in self._slots:
            slot.clear()

    # ------------------------------------------------------------------------- for sessions and workers

    @property
    def deaf(self) -> bool:
        """Whether no worker runs and none could be started recently."""
        return not self._closing and all(not slot.ready and slot.failures >= _MOST_LOSSES for slot in self._slots)

    def place(self, session: Session, slot: _Slot | None = None) -> None:
        """Put a session's utterance on ``slot``, or on the least loaded one, and send what there is of it."""
        slot = slot or min(self._slots, key=lambda candidate: candidate.load)
        session.slot = slot
        slot.sessions[session.number] = session
        if slot.ready:
            session.replay()

    def leave(self, session: Session) -> None:
        """Forget a session."""
        self._sessions.pop(session.number, None)
        for slot in self._slots:
            if slot.ready:
                slot.send(Message(Kind.CLOSE, session.number))

    def _received(self, slot: _Slot, message: Message) -> None:
        slot.signed(message.kind)
        session = self._sessions.get(message.session)
        if message.kind is Kind.WORDS and session is not None and session.slot is slot:
            session.deliver(message)

    # ----------------------------------------------------------------------------- workers come and go

    async def _launch(self, slot: _Slot) -> dict[str, str]:
        try:
            process = await Process.start(
                on_message=lambda message: self._received(slot, message), on_end=lambda: self._ended(slot, process)
            )
        except OSError as error:
            raise UnavailableError(
                f"a recognition worker cannot be started: {error}", cure="see the limits of memory, files and processes"
            ) from error
        slot.process = process
        process.send(self._order)
        try:
            async with asyncio.timeout(_LOAD_SECONDS):
                details = await process.loaded
        except BaseException as error:
            await process.close(at_once=True)  # cancelled in it, the pool's own closing waits for the process
            slot.process = None
            if isinstance(error, TimeoutError):
                raise UnavailableError(
                    f"{self._info.model} was not loaded within {_LOAD_SECONDS:.0f} s",
                    cure="free some memory, or lower speech.workers",
                ) from error
            raise
        slot.failures = 0
        return details

    def _ended(self, slot: _Slot, process: Process) -> None:
        """A worker is gone, by itself or because it was killed: save what it held, and replace it."""
        if self._closing or slot.process is not process or not process.was_ready:
            return
        suspect = process.busy_with()
        held = slot.clear()
        _log.warning("recognition worker ended", worker=slot.number, code=process.code, utterances=len(held))
        slot.restart = asyncio.get_running_loop().create_task(self._replace(slot))
        alive = any(other.ready for other in self._slots)
        for session in held:
            if session.utterance is None:
                continue
            if suspect == (session.number, session.utterance.number & 0xFFFFFFFF):
                session.utterance.losses += 1
                if session.utterance.losses >= _MOST_LOSSES:
                    _log.error("utterance given up: two workers ended on it", call=session.call)
                    session.slot = None
                    session.utterance.given_up = True
                    session.tell_failed(session.utterance)
                    continue
                self.place(session, slot)
            else:
                self.place(session, None if alive else slot)

    async def _replace(self, slot: _Slot) -> None:
        while True:
            await asyncio.sleep(_RESTART_SECONDS[min(slot.failures, len(_RESTART_SECONDS) - 1)])
            try:
                await self._launch(slot)
            except Exception as error:
                slot.failures += 1
                _log.error("recognition worker cannot be replaced", worker=slot.number, error=str(error))
                self._move_away(slot)
                continue
            for session in list(slot.sessions.values()):
                session.replay()
            return

    def _move_away(self, slot: _Slot) -> None:
        """A slot stays empty for now: its utterances go to another, or those waited for are told that they fail."""
        alive = any(other.ready for other in self._slots)
        for session in list(slot.sessions.values()):
            if alive:
                slot.sessions.pop(session.number, None)
                self.place(session)
            elif self.deaf and session.utterance is not None:
                session.tell_failed(session.utterance)

    async def _watch_signs(self) -> None:
        """Kill workers that do not respond although words are awaited; what follows a worker's end does the rest."""
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            now = time.monotonic()
            for slot in self._slots:
                patience = slot.patience
                if slot.process is None or patience is None:
                    continue
                if now - slot.last_sign > self._silent_seconds + patience / 4:
                    _log.warning("recognition worker does not respond and is killed", worker=slot.number)
                    slot.process.kill()
