"""Codecs on the way from the person: what is coded and decoded again, 20 ms by 20 ms, as it goes."""

from __future__ import annotations

import contextlib
import io
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import soundfile

from voicebot.rehearsal.lines.celp import Celp
from voicebot.rehearsal.persona import Codec
from voicebot.speech.audio import FRAME_SAMPLES, SAMPLE_RATE, SILENT_FRAME

_GSM_BYTES: Final = 33
_ENDLESS: Final = _GSM_BYTES * 10_000_000
"""What a decoder is told of the length of a stream that goes on: more than two days."""


class Coding(Protocol):
    """One direction of one call through a codec."""

    def __call__(self, pcm: bytes) -> bytes:
        """Code and decode 20 ms of 16-bit PCM at 8 kHz."""


def make_coding(codec: Codec) -> Coding | None:
    """Return a codec with nothing in its memory; ``None`` for ``none``."""
    match codec:
        case "gsm":
            return Gsm()
        case "g729":
            return G729Like()
        case "none":
            return None


class Gsm:
    """GSM 06.10 full rate, libsndfile's; one frame late, as a frame has to be complete before it is coded."""

    def __init__(self) -> None:
        kind = {"samplerate": SAMPLE_RATE, "channels": 1, "format": "RAW", "subtype": "GSM610"}
        self._stream = _Stream()
        self._resources = contextlib.ExitStack()
        self._coder = self._resources.enter_context(soundfile.SoundFile(self._stream, "w", **kind))
        self._coder.write(np.frombuffer(SILENT_FRAME, dtype="<i2"))  # the decoder reads one frame on being opened
        self._decoder = self._resources.enter_context(soundfile.SoundFile(self._stream, "r", **kind))

    def __call__(self, pcm: bytes) -> bytes:
        """Code and decode 20 ms."""
        self._coder.write(np.frombuffer(pcm, dtype="<i2"))
        decoded: npt.NDArray[np.int16] = self._decoder.read(FRAME_SAMPLES, dtype="int16")
        return decoded.astype("<i2").tobytes()

    def __del__(self) -> None:
        self._resources.close()


class G729Like:
    """A coder of G.729's structure; see ``celp``."""

    def __init__(self) -> None:
        self._celp = Celp()

    def __call__(self, pcm: bytes) -> bytes:
        """Code and decode 20 ms."""
        decoded = self._celp(np.frombuffer(pcm, dtype="<i2").astype(np.float64))
        return np.clip(np.round(decoded), -32768, 32767).astype("<i2").tobytes()


class _Stream:
    """A file for libsndfile that is written at one end and read at the other."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._place = 0

    def write(self, data: memoryview) -> int:
        self._bytes += data
        return len(data)

    def readinto(self, buffer: bytearray) -> int:
        count = min(len(buffer), len(self._bytes))
        buffer[:count] = self._bytes[:count]
        del self._bytes[:count]
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Only say where that would be: libsndfile measures the length of a file so."""
        self._place = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: _ENDLESS}[whence] + offset
        return self._place

    def tell(self) -> int:
        return self._place
