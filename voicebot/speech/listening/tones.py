"""Tones on the line: beeps of answering machines, information tones, ringing, busy, fax. Pure, one frame at a time.

A tone is told from a voice by what a voice cannot do: hold nearly all of its energy in one or two lines of the
spectrum, at the same place, for a sixth of a second. Frequencies and cadences are those of ITU-T E.180 supplement 2
(tones of national networks), ITU-T Q.35 / E.180 (special information tone: 950, 1400, 1800 Hz) and ITU-T T.30 (fax).
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from voicebot.speech.audio import FRAME_BYTES, FRAME_MILLISECONDS, FRAME_SAMPLES, SAMPLE_RATE

_FRAMES: Final = 4
_SAMPLES: Final = _FRAMES * FRAME_SAMPLES
_BIN_HZ: Final = SAMPLE_RATE / _SAMPLES
_WIDTH: Final = 2
"""Bins to each side that belong to one line (Hann window)."""
_PURE: Final = 0.8
"""Least share of the energy that the lines of a tone hold."""
_LEAST_POWER: Final = 1e-5
"""-50 dBFS; quieter is not looked at."""
_DRIFT_HZ: Final = 10.0
_BLUR_MS: Final = (_FRAMES - 1) * FRAME_MILLISECONDS - 20
"""How much shorter than the tone itself the stretch is in which the window sees nothing else."""
_LEAST_TONE_MS: Final = 140
_FIRST_BIN: Final = int(300 / _BIN_HZ)
_LAST_BIN: Final = int(3400 / _BIN_HZ)


class Tone(enum.StrEnum):
    """What was heard."""

    BEEP = "beep"
    SIT = "sit"
    RINGING = "ringing"
    BUSY = "busy"
    CONGESTION = "congestion"
    FAX = "fax"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A tone from its start to its end.

    Parameters
    ----------
    lines
        Its one or two frequencies in Hz, rising.
    milliseconds
        How long it sounded.
    gap
        Silence (or other sound) before it, since the tone before; 0 for the first.
    """

    lines: tuple[float, ...]
    milliseconds: int
    gap: int


_PROGRESS_LINES: Final = ((440, 480), (480, 620), (400, 450), (425,), (450,), (400,))
"""Lines of ringing, busy and congestion: North America, United Kingdom, most of Europe, China, Japan."""
_SIT: Final = (950.0, 1400.0, 1800.0)
_SIT_FIRST: Final = (913.8, 950.0, 985.2)
_SIT_DRIFT_HZ: Final = 12.0
_SIT_GAP_MS: Final = 300
_FAX: Final[Mapping[float, int]] = {1100.0: 400, 2100.0: 1000}
"""Calling and called fax machine: frequency -> least length in milliseconds."""
_LONGEST_BEEP_MS: Final = 2500


class ToneDetector:
    """Tones of one call."""

    def __init__(self) -> None:
        self._window = np.hanning(_SAMPLES).astype(np.float32)
        self._frames: deque[np.ndarray[Any, Any]] = deque(
            [np.zeros(FRAME_SAMPLES, np.float32)] * _FRAMES, maxlen=_FRAMES
        )
        self._lines: tuple[float, ...] = ()
        self._pure_ms = 0
        self._since_ms = 0
        self._last: deque[Stretch] = deque(maxlen=3)
        self._told_fax = False
        self._waits = False

    def feed(self, frame: bytes) -> Tone | None:
        """Hear one 20 ms frame; return a tone when it is certain, which for most is at its end."""
        if len(frame) != FRAME_BYTES:
            frame = frame[: FRAME_BYTES - FRAME_BYTES % 2].ljust(FRAME_BYTES, b"\0")
        self._frames.append(np.frombuffer(frame, "<i2").astype(np.float32) / 32768)
        lines = self._pure_lines()
        if lines and _same(lines, self._lines):
            self._pure_ms += FRAME_MILLISECONDS
            return self._fax()
        ended = self._end()
        self._lines = lines
        self._pure_ms = FRAME_MILLISECONDS if lines else 0
        self._since_ms += FRAME_MILLISECONDS
        return ended or self._waited()

    def _pure_lines(self) -> tuple[float, ...]:
        """The one or two lines that hold nearly all energy; empty where there are none such."""
        newest = self._frames[-1]
        if float(newest @ newest) / FRAME_SAMPLES < _LEAST_POWER:
            return ()
        spectrum = np.fft.rfft(np.concatenate(self._frames) * self._window)
        power = (spectrum.real**2 + spectrum.imag**2)[: _LAST_BIN + 1]
        power[:_FIRST_BIN] *= 0.1  # hum is not a tone, but a voice's pitch must not be overlooked
        total = float(power.sum())
        first, share = _take_line(power)
        if share >= _PURE * total:
            return (first,)
        second, more = _take_line(power)
        if share + more >= _PURE * total and more >= share / 8:
            return tuple(sorted((first, second)))
        return ()

    def _fax(self) -> Tone | None:
        if len(self._lines) == 1 and not self._told_fax:
            for frequency, least in _FAX.items():
                if abs(self._lines[0] - frequency) < 2 * _DRIFT_HZ and self._pure_ms + _BLUR_MS >= least:
                    self._told_fax = True
                    return Tone.FAX
        return None

    def _end(self) -> Tone | None:
        """What the tone that has just ended was, with those before it."""
        milliseconds = self._pure_ms + _BLUR_MS
        told_fax, self._told_fax = self._told_fax, False
        if not self._lines or milliseconds < _LEAST_TONE_MS:
            return None
        gap = max(0, self._since_ms - _BLUR_MS) if self._last else 0
        self._last.append(Stretch(self._lines, milliseconds, gap))
        self._since_ms = 0
        self._waits = False
        if told_fax:
            return None
        tone = classify(tuple(self._last))
        if tone is Tone.BEEP and _may_become_sit(tuple(self._last)):
            self._waits = True
            return None
        return tone

    def _waited(self) -> Tone | None:
        """The beep that might have begun a special information tone, and did not."""
        if self._waits and self._since_ms > _SIT_GAP_MS and not self._lines:
            self._waits = False
            return Tone.BEEP
        return None


class BeepDetector:
    """Tells when an answering machine has beeped: at the end of the beep, so that a message can begin."""

    def __init__(self) -> None:
        self._tones = ToneDetector()

    def feed(self, frame: bytes) -> bool:
        """Hear one 20 ms frame; ``True`` once for each beep."""
        return self._tones.feed(frame) is Tone.BEEP


def classify(stretches: tuple[Stretch, ...]) -> Tone | None:
    """What the last of up to three tones in a row is."""
    last = stretches[-1]
    if (
        len(stretches) == len(_SIT)
        and all(
            len(stretch.lines) == 1 and abs(stretch.lines[0] - frequency) < 50
            for stretch, frequency in zip(stretches, _SIT, strict=True)
        )
        and all(stretch.gap < _SIT_GAP_MS for stretch in stretches[1:])
    ):
        return Tone.SIT
    if any(_same(last.lines, lines) for lines in _PROGRESS_LINES):
        return _progress(stretches)
    return Tone.BEEP if len(last.lines) == 1 and last.milliseconds <= _LONGEST_BEEP_MS else None


def _progress(stretches: tuple[Stretch, ...]) -> Tone | None:
    """Ringing, busy or congestion by its cadence; a single short tone of 400 to 450 Hz is a beep."""
    last = stretches[-1]
    before = stretches[-2] if len(stretches) > 1 and _same(stretches[-2].lines, last.lines) else None
    if before is not None and abs(before.milliseconds - last.milliseconds) < 100 and last.gap < 900:
        if 350 <= last.milliseconds <= 800:
            return Tone.BUSY
        if last.milliseconds < 350 and last.gap < 400:
            return Tone.CONGESTION
    if last.milliseconds >= 800:
        return Tone.RINGING
    return Tone.BEEP if len(last.lines) == 1 and before is None and last.milliseconds < 350 else None


def _may_become_sit(stretches: tuple[Stretch, ...]) -> bool:
    """The last tone may be the first or second of a special information tone."""
    last = stretches[-1]
    if len(last.lines) != 1 or last.milliseconds > 450:
        return False
    if any(abs(last.lines[0] - frequency) < _SIT_DRIFT_HZ for frequency in _SIT_FIRST):
        return True
    before = stretches[-2].lines[0] if len(stretches) > 1 and last.gap < _SIT_GAP_MS else 0.0
    return abs(last.lines[0] - _SIT[1]) < 50 and abs(before - _SIT[0]) < 50


def _same(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return len(one) == len(other) and all(abs(a - b) < _DRIFT_HZ for a, b in zip(one, other, strict=True))


def _take_line(power: np.ndarray[Any, Any]) -> tuple[float, float]:
    """The strongest line of a power spectrum: its frequency in Hz and its energy, which is taken out."""
    peak = int(power.argmax())
    low, high = max(0, peak - _WIDTH), peak + _WIDTH + 1
    part = power[low:high].astype(np.float64)
    energy = float(part.sum())
    frequency = float((part * np.arange(low, low + len(part))).sum() / energy) * _BIN_HZ if energy > 0 else 0.0
    power[low:high] = 0
    return frequency, energy
