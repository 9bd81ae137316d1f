"""A recognition worker: one process, one thread, one model, the streams of many calls.

Started fresh as ``python -m voicebot.speech.recognition.worker SOCKET MEMORY`` with two inherited file descriptors:
a socket to the pool, and shared memory in which it writes whose audio it is busy with, so that the pool knows which
utterance killed it. It ends when the pool's end of the socket closes, and is killed when the pool's process dies.
"""

from __future__ import annotations

import contextlib
import gc
import mmap
import os
import signal
import socket
import sys
import time
from collections import deque
from pathlib import Path
from typing import Final

from voicebot.errors import VoicebotError
from voicebot.speech.recognition.engine import NOTHING, Engine, Heard, Stream
from voicebot.speech.recognition.engine_loading import load_engine
from voicebot.speech.recognition.framing import PROGRESS, Kind, Message, Reader, pack_heard, with_json
from voicebot.speech.recognition.recognizer import Hints

_ALIVE_SECONDS: Final = 0.25
_RECEIVE_BYTES: Final = 1 << 18


class _PoolGoneError(Exception):
    """The pool closed its end."""


class Worker:
    """The loop of one worker; blocking, in order, except that an overtaken interim result is dropped."""

    def __init__(self, connection: socket.socket, memory: mmap.mmap) -> None:
        self._connection = connection
        self._memory = memory
        self._reader = Reader()
        self._queue: deque[Message] = deque()
        self._streams: dict[int, Stream] = {}
        self._cpu: dict[int, float] = {}
        """Processor time that each session's utterance has cost."""
        self._said_alive = time.monotonic()

    def run(self) -> None:
        """Load what the first message names, then serve until the pool is gone."""
        with contextlib.suppress(_PoolGoneError, ConnectionError):
            order = self._next().json()
            try:
                engine = load_engine(order["engine"], Path(order["folder"]), order["language"])
            except (VoicebotError, OSError, RuntimeError, ValueError, ImportError) as error:
                self._send(with_json(Kind.CANNOT_LOAD, str(error) or type(error).__name__))
                return
            # The model stays as long as the process: the collector need not walk it again and again.
            gc.collect()
            gc.freeze()
            self._send(with_json(Kind.READY, engine.details))
            while True:
                self._serve(engine, self._next())

    def _next(self) -> Message:
        """The next message; takes in all that has arrived, so that overtaken interim results are seen as such."""
        self._receive(wait=not self._queue)
        return self._queue.popleft()

    def _receive(self, *, wait: bool) -> None:
        while True:
            if wait:
                PROGRESS.pack_into(self._memory, 0, 0, 0)
            try:
                data = self._connection.recv(_RECEIVE_BYTES, 0 if wait else socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            if not data:
                raise _PoolGoneError
            self._queue.extend(self._reader.feed(data))
            wait = not self._queue

    def _serve(self, engine: Engine, message: Message) -> None:
        PROGRESS.pack_into(self._memory, 0, message.session, message.utterance & 0xFFFFFFFF)
        cpu = time.process_time()
        match message.kind:
            case Kind.BEGIN:
                stream = self._streams.get(message.session)
                if stream is None:
                    stream = self._streams[message.session] = engine.stream()
                stream.end()
                stream.begin(Hints(tuple(_text(phrase) for phrase in message.json())))
                self._cpu[message.session] = time.process_time() - cpu
            case Kind.FEED:
                if stream := self._streams.get(message.session):
                    stream.feed(message.body)
                    self._cpu[message.session] += time.process_time() - cpu
            case Kind.INTERIM:
                stream = self._streams.get(message.session)
                if stream is None or self._overtaken(message):
                    self._send(Message(Kind.DROPPED, message.session, message.utterance, message.interim))
                else:
                    self._transcribe(stream, message)
            case Kind.END | Kind.CLOSE:
                if stream := self._streams.get(message.session):
                    stream.end()
                if message.kind is Kind.CLOSE:
                    self._streams.pop(message.session, None)
                    self._cpu.pop(message.session, None)
            case _:
                raise ValueError(f"the pool sent {message.kind.name}")
        if time.monotonic() - self._said_alive > _ALIVE_SECONDS:
            self._send(Message(Kind.ALIVE))

    def _overtaken(self, interim: Message) -> bool:
        """Whether a later request of the session is queued already, or nobody wants the words any more."""
        later = (Kind.INTERIM, Kind.END, Kind.CLOSE, Kind.BEGIN)
        return any(message.session == interim.session and message.kind in later for message in self._queue)

    def _transcribe(self, stream: Stream, message: Message) -> None:
        cpu = time.process_time()
        heard, error = Heard(NOTHING), ""
        try:
            heard = stream.interim()
        except Exception as fault:
            error = f"{type(fault).__name__}: {fault}"
        self._cpu[message.session] += time.process_time() - cpu
        answer = pack_heard(heard, self._cpu[message.session], error)
        self._send(with_json(Kind.WORDS, answer, message.session, message.utterance, message.interim))

    def _send(self, message: Message) -> None:
        self._connection.sendall(message.pack())
        self._said_alive = time.monotonic()


def _text(phrase: object) -> str:
    """A hinted phrase without lone surrogates, which no engine can read."""
    return str(phrase).encode("utf-8", "ignore").decode()


def main() -> None:
    """Serve the pool at the inherited descriptors."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the pool ends its workers itself
    connection = socket.socket(fileno=int(sys.argv[1]))
    with mmap.mmap(int(sys.argv[2]), PROGRESS.size) as memory:
        Worker(connection, memory).run()
    # Native libraries may be slow or crash while unloading, and there is nothing left to save.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
