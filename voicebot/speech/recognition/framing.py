"""Messages between the pool and a worker: length, kind, session, utterance, interim result, then a body. Pure."""

from __future__ import annotations

import enum
import json
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from voicebot.framing import Cutter, fixed
from voicebot.speech.recognition.engine import Heard
from voicebot.speech.recognition.recognizer import Hypothesis, TimedWord

_HEADER: Final = struct.Struct("<IBIqq")
"""Length of the body, kind, session, utterance, interim result."""
LONGEST_BODY: Final = 1 << 25

PROGRESS: Final = struct.Struct("<II")
"""What a worker is busy with, written to shared memory: session and low bits of the utterance; 0 0 when idle."""


class Kind(enum.IntEnum):
    """Kinds of messages: first those to the worker, then those to the pool."""

    LOAD = 1
    BEGIN = 2
    FEED = 3
    INTERIM = 4
    END = 5
    CLOSE = 6
    READY = 16
    CANNOT_LOAD = 17
    WORDS = 18
    ALIVE = 19
    DROPPED = 20
    """An interim result that was overtaken: no words will come."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``body`` is PCM for FEED and JSON for the rest."""

    kind: Kind
    session: int = 0
    utterance: int = 0
    interim: int = 0
    body: bytes = b""

    def pack(self) -> bytes:
        """The message as bytes."""
        return _HEADER.pack(len(self.body), self.kind, self.session, self.utterance, self.interim) + self.body

    def json(self) -> Any:
        """The body as data."""
        return json.loads(self.body)


def with_json(kind: Kind, value: Any, session: int = 0, utterance: int = 0, interim: int = 0) -> Message:
    """A message whose body is ``value`` as JSON, in ASCII: text of a caller may hold what UTF-8 cannot."""
    return Message(kind, session, utterance, interim, json.dumps(value).encode())


class Reader:
    """Splits a stream of bytes into messages."""

    def __init__(self) -> None:
        self._cutter = Cutter(fixed(_HEADER, _body_size))

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield the messages that ``data`` completes. Raises ValueError on what is no message."""
        for (_, kind, session, utterance, interim), body in self._cutter.feed(data):
            yield Message(Kind(kind), session, utterance, interim, body)


def _body_size(header: tuple[Any, ...]) -> int:
    length = int(header[0])
    if length > LONGEST_BODY:
        raise ValueError(f"a message of {length} bytes")
    return length


def pack_heard(heard: Heard, cpu_seconds: float, error: str = "") -> dict[str, Any]:
    """Words as JSON-ready data."""
    return {
        "best": asdict(heard.best),
        "alternatives": [asdict(hypothesis) for hypothesis in heard.alternatives],
        "words": [asdict(word) for word in heard.words],
        "cpu_seconds": cpu_seconds,
        "error": error,
    }


def unpack_heard(value: dict[str, Any]) -> Heard:
    """Words out of JSON data."""
    return Heard(
        _hypothesis(value["best"]),
        tuple(_hypothesis(hypothesis) for hypothesis in value["alternatives"]),
        tuple(TimedWord(**word) for word in value["words"]),
    )


def _hypothesis(value: dict[str, Any]) -> Hypothesis:
    confidence = min(1.0, max(0.0, float(value["confidence"])))
    return Hypothesis(str(value["text"]), confidence, "hints" if value["source"] == "hints" else "free")
