"""What runs inside a recognition worker: one engine, many streams, one thread."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from voicebot.errors import UnavailableError
from voicebot.speech.recognizer import Hints, Hypothesis

EngineName = Literal["vosk", "moonshine"]
NOTHING = Hypothesis("", 0.0)


@dataclass(frozen=True, slots=True)
class Heard:
    """Words of a stream so far, best first."""

    best: Hypothesis
    alternatives: tuple[Hypothesis, ...] = ()


class Stream(Protocol):
    """One call's ear in a worker; begins, hears and ends one utterance after the other."""

    def begin(self, hints: Hints) -> None:
        """Start an utterance."""

    def feed(self, pcm: bytes) -> None:
        """Hear 8 kHz 16-bit PCM, a whole number of samples."""

    def look(self) -> Heard:
        """Words of all that was fed of this utterance."""

    def end(self) -> None:
        """Forget the utterance; may be called at any time."""


class Engine(Protocol):
    """A loaded model."""

    @property
    def details(self) -> dict[str, str]:
        """Facts for people: version, what hints do."""

    def stream(self) -> Stream:
        """An ear for one call."""


def load_engine(engine: EngineName, folder: Path) -> Engine:
    """Load a model; imports the engine's library, so it is called in a worker only.

    Raises
    ------
    UnavailableError
        The folder holds no such model.
    """
    started = time.monotonic()
    loaded: Engine
    if engine == "vosk":
        from voicebot.speech.vosk_engine import VoskEngine  # noqa: PLC0415 - a worker needs only its own library

        loaded = VoskEngine(folder)
    elif engine == "moonshine":
        from voicebot.speech.moonshine_engine import MoonshineEngine  # noqa: PLC0415

        loaded = MoonshineEngine(folder)
    else:
        raise UnavailableError(f"there is no recogniser engine {engine!r}")
    loaded.details["load_seconds"] = f"{time.monotonic() - started:.2f}"
    return loaded
