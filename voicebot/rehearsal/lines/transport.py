"""What a packet network does to a call: frames that are lost, and concealed, and frames that come late. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np

from voicebot.rehearsal.lines.rooms import Samples
from voicebot.speech.audio import FRAME_MILLISECONDS, FRAME_SAMPLES, SAMPLE_RATE

_PITCH: Final = (SAMPLE_RATE // 400, SAMPLE_RATE // 66)
_MATCHED: Final = FRAME_SAMPLES
_HISTORY: Final = _MATCHED + _PITCH[1]
_OVERLAP: Final = SAMPLE_RATE // 250
_WHOLE_SECONDS: Final = 0.01
_FADED_SECONDS: Final = 0.06


class Loss:
    """Which packets of 20 ms are lost (Gilbert's two states: one that loses nothing and one that loses everything).

    Parameters
    ----------
    percent
        Of all packets, 0 to 50.
    burst_ms
        How long a loss lasts on average; never shorter than chance makes it at this rate.
    draw
        Which ones.
    """

    def __init__(self, percent: float, burst_ms: float, draw: np.random.Generator) -> None:
        share = percent / 100.0
        packets = max(burst_ms / FRAME_MILLISECONDS, 1.0 / (1.0 - share))
        self._ends = 1.0 / packets
        self._begins = share / (packets * (1.0 - share))
        self._draw = draw
        self._losing = False

    def lost(self) -> bool:
        """Return whether the next packet is lost."""
        self._losing = self._draw.uniform() < (1.0 - self._ends if self._losing else self._begins)
        return self._losing


class Concealment:
    """Fills in for lost frames as phones do: the last pitch period again, fading to silence within 60 ms.

    After ITU-T G.711 Appendix I, with the overlap at the end of a loss and without its delay.
    """

    def __init__(self) -> None:
        self._history = np.zeros(_HISTORY, dtype=np.float32)
        self._period = np.zeros(0, dtype=np.float32)
        self._made = 0
        """Samples of the present loss that were filled in."""

    def received(self, frame: Samples) -> Samples:
        """Return a frame that arrived; its beginning is blended with what was filled in before it."""
        if self._made:
            ramp = np.linspace(0.0, 1.0, _OVERLAP, dtype=np.float32)
            frame = frame.copy()
            frame[:_OVERLAP] = ramp * frame[:_OVERLAP] + (1 - ramp) * self._repeated(_OVERLAP)
            self._made = 0
        self._remember(frame)
        return frame

    def lost(self) -> Samples:
        """Return a frame in place of one that was lost."""
        if not self._made:
            self._period = self._history[-_pitch(self._history) :].copy()
        frame = self._repeated(FRAME_SAMPLES)
        self._made += FRAME_SAMPLES
        self._remember(frame)
        return frame

    def _repeated(self, count: int) -> Samples:
        places = self._made + np.arange(count)
        faded = (places / SAMPLE_RATE - _WHOLE_SECONDS) / (_FADED_SECONDS - _WHOLE_SECONDS)
        return np.asarray(self._period[places % len(self._period)] * np.clip(1.0 - faded, 0.0, 1.0), dtype=np.float32)

    def _remember(self, frame: Samples) -> None:
        self._history = np.concatenate([self._history, frame])[-_HISTORY:]


def _pitch(history: Samples) -> int:
    """Return the lag in samples at which the end of ``history`` is most like what came before it."""
    last = history[-_MATCHED:].astype(np.float64)
    lags = np.arange(_PITCH[0], _PITCH[1] + 1)
    before = np.stack([history[-_MATCHED - lag : -lag] for lag in lags]).astype(np.float64)
    energy = np.einsum("ij,ij->i", before, before) + 1e-9
    return int(lags[np.argmax(before @ last / np.sqrt(energy))])


class Jitter:
    """When frames arrive that left on time: each a drawn while late, none before the one before it.

    Parameters
    ----------
    most_ms
        The longest delay.
    draw
        How late each is.
    """

    def __init__(self, most_ms: float, draw: np.random.Generator) -> None:
        self._most = most_ms / 1000.0
        self._draw = draw
        self._last = 0.0

    def arrives(self, at: float) -> float:
        """Return when a frame arrives that leaves at ``at``, seconds."""
        self._last = max(self._last, at + float(self._draw.uniform(0.0, self._most)))
        return self._last
