"""Loads a recognition engine by its name."""

from __future__ import annotations

import time
from pathlib import Path

from voicebot.errors import UnavailableError
from voicebot.speech.recognition.engine import Engine, EngineName


def load_engine(engine: EngineName, folder: Path, language: str) -> Engine:
    """Load a model; imports the engine's library, so it is called in a worker only.

    Raises
    ------
    UnavailableError
        The folder holds no such model.
    """
    started = time.monotonic()
    loaded: Engine
    if engine == "vosk":
        from voicebot.speech.recognition.vosk_engine import VoskEngine  # noqa: PLC0415 - a worker needs only its own library

        loaded = VoskEngine(folder)
    elif engine == "moonshine":
        from voicebot.speech.recognition.moonshine_engine import MoonshineEngine  # noqa: PLC0415

        loaded = MoonshineEngine(folder)
    elif engine == "whisper":
        from voicebot.speech.recognition.whisper_engine import WhisperEngine  # noqa: PLC0415

        loaded = WhisperEngine(folder, language)
    else:
        raise UnavailableError(f"there is no recogniser engine {engine!r}")
    loaded.details["load_seconds"] = f"{time.monotonic() - started:.2f}"
    return loaded
