"""How our own voice comes back from the line: how late, and how much quieter. Pure.

What was sent and what was heard are correlated every half second while we speak, and every three seconds once the line
is known. An echo is the same wave form again: its correlation has one sharp peak, which no other voice has. From its
place and height follow delay and return loss; from these the level that our voice has on the line in each frame.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Any, Final

import numpy as np

from voicebot.speech.audio import FRAME_SAMPLES
from voicebot.speech.listening.nearest.levels import LOWEST_DBFS

_DECIMATION: Final = 4
"""Speech below 1 kHz is enough, and costs a tenth."""
_FRAME: Final = FRAME_SAMPLES // _DECIMATION
_HEARD_FRAMES: Final = 40
_LONGEST_DELAY_FRAMES: Final = 25
"""Half a second: mobile networks and their gateways stay below."""
_EVERY_FRAMES: Final = 25
_LEARNS: Final = 16
_SELDOM_FRAMES: Final = 150
"""After so many looks the line is known, and is looked at every 3 s."""
_FIRST_FRAMES: Final = 12
_PEAK: Final = 9.0
"""Height of a correlation's peak, in times its root mean square, from which it is an echo."""
_LOUDER_DB: Final = 6.0
"""An echo's single frames may be this much above what its return loss says."""
_SPREAD_FRAMES: Final = 3
"""Our frames around the delay that may sound in a frame that is heard: rooms ring, and ticks drift."""
_TRANSFORM: Final = 4096
_SILENT_POWER: Final = 1e-9
_QUIET: Final = np.zeros(FRAME_SAMPLES, np.float32)


class Echo:
    """The echo of our own voice on one line."""

    def __init__(self) -> None:
        self._sent: deque[np.ndarray[Any, Any]] = deque(maxlen=_HEARD_FRAMES + _LONGEST_DELAY_FRAMES)
        self._heard: deque[np.ndarray[Any, Any]] = deque(maxlen=_HEARD_FRAMES)
        self._sent_levels: deque[float] = deque(maxlen=_LONGEST_DELAY_FRAMES + _SPREAD_FRAMES)
        self._since = 0
        self._looks = 0
        self._frames = 0
        self.delay_frames: int | None = None
        """How many frames after it was sent our voice comes back; ``None`` while none was noticed."""
        self.return_loss_db = math.inf
        """How much quieter it is then."""

    def frame(self, sent: np.ndarray[Any, Any] | None, heard: np.ndarray[Any, Any], sent_dbfs: float) -> float:
        """Take 20 ms of both directions.

        Parameters
        ----------
        sent, heard
            Samples of -1 to 1 at 8 kHz; ``None``: nothing was sent.
        sent_dbfs
            Level of what was sent.

        Returns
        -------
        float
            dBFS that our own voice can have in this frame, -96 where it cannot be in it.
        """
        self._sent.append(_QUIET if sent is None else sent)
        self._heard.append(heard)
        self._sent_levels.append(sent_dbfs)
        self._frames = self._frames + 1 if sent is not None else 0
        self._since += 1
        if self._frames >= _FIRST_FRAMES and self._since >= self._wait:
            self._since = 0
            self._learn()
        return self._expected()

    @property
    def _wait(self) -> int:
        """How many frames pass before the line is looked at again."""
        if self._looks >= _LEARNS:
            return _SELDOM_FRAMES
        return _EVERY_FRAMES if self._frames > _EVERY_FRAMES else 6

    def _expected(self) -> float:
        if self.delay_frames is None:
            return LOWEST_DBFS
        newest = len(self._sent_levels) - 1 - self.delay_frames
        around = list(self._sent_levels)[max(newest - _SPREAD_FRAMES, 0) : max(newest + 2, 0)]
        if not around:
            return LOWEST_DBFS
        return max(LOWEST_DBFS, max(around) - self.return_loss_db + _LOUDER_DB)

    def _learn(self) -> None:
        """Correlate both directions (generalised cross-correlation, phase transform, Knapp and Carter 1976)."""
        heard = np.concatenate(self._heard).reshape(-1, _DECIMATION).mean(1)
        sent = np.concatenate(self._sent).reshape(-1, _DECIMATION).mean(1)
        if len(heard) < _FIRST_FRAMES * _FRAME or float(heard @ heard) < _SILENT_POWER:
            return
        self._looks += 1
        # Without windows the ends of both, cut off at the same time, would correlate with each other.
        ours = np.fft.rfft(sent * np.hanning(len(sent)), _TRANSFORM)
        theirs = np.fft.rfft(heard * np.hanning(len(heard)), _TRANSFORM)
        cross = theirs * np.conj(ours)
        sharp = np.fft.irfft(cross / np.maximum(np.abs(cross), 1e-12), _TRANSFORM)
        ahead = len(sent) - len(heard)
        """By so many samples what was sent begins before what was heard."""
        # heard[n] = loss * sent[n + ahead - delay]: the peak is at -(ahead - delay), circular.
        delays = np.arange(0, _LONGEST_DELAY_FRAMES * _FRAME)
        places = (delays - ahead) % _TRANSFORM
        found = np.abs(sharp[places])
        best = int(found.argmax())
        height = float(found[best] / max(1e-12, math.sqrt(float(np.mean(found**2)))))
        if height < _PEAK:
            return
        delay = int(delays[best])
        begins = max(ahead - delay, 0)
        ours_then = sent[begins : begins + len(heard)]
        power = float(ours_then @ ours_then)
        gain = abs(float(ours_then @ heard[: len(ours_then)])) / power if power > _SILENT_POWER else 0.0
        if gain <= 0.0:
            return
        loss = -20.0 * math.log10(gain)
        self.delay_frames = round(delay / _FRAME)
        self.return_loss_db = loss if math.isinf(self.return_loss_db) else (self.return_loss_db + loss) / 2
