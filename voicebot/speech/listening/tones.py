"""Tones on the line: beeps of answering machines, information tones, ringing, busy, fax. Pure, one frame at a time.

A tone differs from a voice by what a voice cannot do: hold nearly all of its energy in one or two lines of the
spectrum, at the same place. That alone does not make a beep: a sung or hummed vowel can be as pure for a tenth of a
second, and music consists of such stretches. A *beep* has quiet around it, too: it rises out of quiet within a few
hundredths of a second, and quiet follows, because the machine has begun to record. Notes in a row are music, whatever
is around them. Frequencies and cadences are those of ITU-T E.180 supplement 2 (tones of national networks), ITU-T
Q.35 / E.180 (special information tone: 950, 1400, 1800 Hz), ITU-T Q.23 (keys) and ITU-T T.30 (fax).
"""

from __future__ import annotations

import enum
import math
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from voicebot.speech.audio import FRAME_BYTES, FRAME_MILLISECONDS, FRAME_SAMPLES, SAMPLE_RATE

_FRAMES: Final = 3
_SAMPLES: Final = _FRAMES * FRAME_SAMPLES
_BIN_HZ: Final = SAMPLE_RATE / _SAMPLES
_WIDTH: Final = 2
"""Bins to each side that belong to one line (Hann window)."""
_PURE: Final = 0.9
"""Least share of the energy that the lines of a tone hold in every frame of it."""
_VERY_PURE: Final = 0.96
"""The same for the middle one of its frames."""
_LEAST_LEVEL_DBFS: Final = -50.0
"""Quieter is not looked at."""
_DRIFT_HZ: Final = 10.0
"""Between one frame and the next."""
_SPREAD: Final = 0.008
"""Most that a beep's frequency moves from its beginning to its end, as a share of it: an eighth of a semitone."""
_BLUR_MS: Final = (_FRAMES - 1) * FRAME_MILLISECONDS - 20
"""How much shorter than the tone itself the stretch is in which the window sees nothing else."""
_LEAST_TONE_MS: Final = 80
_NO_VOICE_MS: Final = 80
_LEAST_BEEP_MS: Final = 100
_LONGEST_BEEP_MS: Final = 3000
_HUM_BIN: Final = int(150 / _BIN_HZ)
_FIRST_BIN: Final = int(350 / _BIN_HZ)
_LAST_BIN: Final = int(3400 / _BIN_HZ)

_QUIET_DB: Final = 9.0
"""Under the tone's own level: nothing else sounds."""
_QUIET_BEFORE_MS: Final = 60
_ATTACK_MS: Final = 120
"""From the quiet to the first pure frame: onsets are rough, and the window blurs them."""
_RELEASE_MS: Final = 120
"""A tone rings on in the room in which it was recorded."""
_QUIET_AFTER_MS: Final = 240
_QUIET_AFTER_CADENCE_MS: Final = 900
"""The same for one that busy or congestion may go on with."""
_NOTES: Final = 3
"""A beep of more notes than this is a melody."""
_NOTE_GAP_MS: Final = 400
"""Notes that follow each other sooner belong together."""


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
_FAX_HZ: Final = 2100.0
_FAX_MS: Final = 1000
"""A called fax machine; the caller never hears the tone of a calling one (1100 Hz)."""
_KEY_ROWS: Final = (697.0, 770.0, 852.0, 941.0)
_KEY_COLUMNS: Final = (1209.0, 1336.0, 1477.0, 1633.0)
_KEY_DRIFT: Final = 0.02


@dataclass(frozen=True, slots=True)
class _Look:
    """What the window shows at one frame: the newest frame's level, and the tone in it, if any."""

    level: float
    lines: tuple[float, ...] = ()
    share: float = 0.0


class _Spectrum:
    """Looks for lines in the last 60 ms."""

    def __init__(self) -> None:
        self._window = np.hanning(_SAMPLES).astype(np.float32)
        self._frames: deque[np.ndarray[Any, Any]] = deque(
            [np.zeros(FRAME_SAMPLES, np.float32)] * _FRAMES, maxlen=_FRAMES
        )

    def look(self, frame: bytes) -> _Look:
        if len(frame) != FRAME_BYTES:
            frame = frame[: FRAME_BYTES - FRAME_BYTES % 2].ljust(FRAME_BYTES, b"\0")
        newest = np.frombuffer(frame, "<i2").astype(np.float32) / 32768
        self._frames.append(newest)
        level = 10 * math.log10(float(newest @ newest) / FRAME_SAMPLES + 1e-12)
        if level < _LEAST_LEVEL_DBFS:
            return _Look(level)
        spectrum = np.fft.rfft(np.concatenate(self._frames) * self._window)
        power = (spectrum.real**2 + spectrum.imag**2)[_HUM_BIN : _LAST_BIN + 1]
        total = float(power.sum())
        first, share = _take_line(power)
        if share >= _PURE * total:
            return _Look(level, (first,) if first >= _FIRST_BIN * _BIN_HZ else (), share / total)
        second, more = _take_line(power)
        lowest = min(first, second)
        if share + more >= _PURE * total and more >= share / 8 and lowest >= _FIRST_BIN * _BIN_HZ:
            return _Look(level, tuple(sorted((first, second))), (share + more) / total)
        return _Look(level)


class _Note:
    """A tone that is sounding, and how quiet it was before it."""

    def __init__(self, look: _Look, before: deque[float]) -> None:
        self._lines = [look.lines]
        self._shares = [look.share]
        self._before = tuple(before)
        self.peak = look.level

    @property
    def milliseconds(self) -> int:
        return len(self._lines) * FRAME_MILLISECONDS

    @property
    def lines(self) -> tuple[float, ...]:
        return self._lines[-1]

    def goes_on(self, look: _Look) -> bool:
        if not look.lines or not _same(look.lines, self.lines):
            return False
        self._lines.append(look.lines)
        self._shares.append(look.share)
        self.peak = max(self.peak, look.level)
        return True

    @property
    def steady(self) -> bool:
        """It is purer and steadier than voices are."""
        inner = self._lines[1:-1] or self._lines
        spread = max((max(line) - min(line)) / max(line) for line in zip(*inner, strict=True))
        return spread <= _SPREAD and sorted(self._shares)[len(self._shares) // 2] >= _VERY_PURE

    @property
    def is_no_voice(self) -> bool:
        """It has lasted longer than a voice is so pure and steady."""
        return self.milliseconds >= _NO_VOICE_MS and self.steady

    @property
    def rises_from_quiet(self) -> bool:
        """There was quiet, up to shortly before it."""
        quiet, run = self.peak - _QUIET_DB, 0
        for level in self._before:
            run = run + 1 if level < quiet else 0
            if run * FRAME_MILLISECONDS >= _QUIET_BEFORE_MS:
                return True
        return False


class _Beep:
    """One to three notes that are a beep if nothing but quiet follows."""

    def __init__(self, note: _Note, *, cadence: bool) -> None:
        self._peak = note.peak
        self._notes = 1
        self._milliseconds = note.milliseconds
        self._since_ms = self._loud_ms = 0
        self._cadence = cadence

    def joined(self, note: _Note, *, cadence: bool) -> None:
        """Take one more note."""
        self._notes += 1
        self._milliseconds += note.milliseconds
        self._peak = max(self._peak, note.peak)
        self._since_ms = self._loud_ms = 0
        self._cadence = self._cadence or cadence

    def follows(self, look: _Look) -> bool | None:
        """Take a frame after it: ``True`` proves it, ``False`` disproves it."""
        self._since_ms += FRAME_MILLISECONDS
        self._loud_ms += FRAME_MILLISECONDS * (look.level >= self._peak - _QUIET_DB)
        if self._loud_ms > _RELEASE_MS or self._notes > _NOTES or self._milliseconds > _LONGEST_BEEP_MS:
            return False
        wanted = _QUIET_AFTER_CADENCE_MS if self._cadence else _QUIET_AFTER_MS
        return True if self._since_ms - self._loud_ms >= wanted else None


class ToneDetector:
    """Tones of one call."""

    def __init__(self) -> None:
        self._spectrum = _Spectrum()
        self._before: deque[float] = deque(
            [-120.0] * ((_QUIET_BEFORE_MS + _ATTACK_MS) // FRAME_MILLISECONDS),
            maxlen=(_QUIET_BEFORE_MS + _ATTACK_MS) // FRAME_MILLISECONDS,
        )
        self._note: _Note | None = None
        self._beep: _Beep | None = None
        self._since_ms = 0
        self._last: deque[Stretch] = deque(maxlen=3)
        self._told_fax = False

    def feed(self, frame: bytes) -> Tone | None:
        """Hear one 20 ms frame; return a tone when it is certain, for a beep a quarter of a second after its end."""
        look = self._spectrum.look(frame)
        if self._note is not None and self._note.goes_on(look):
            return self._fax(self._note)
        told = self._end() if self._note is not None else None
        if look.lines:
            self._note = _Note(look, self._before)
        self._before.append(look.level)
        self._since_ms += FRAME_MILLISECONDS
        return told or self._proved(look)

    @property
    def sounds(self) -> bool:
        """Whether what is heard now is a tone, and nobody's voice."""
        return self._note is not None and self._note.is_no_voice

    def _fax(self, note: _Note) -> Tone | None:
        at_its_place = len(note.lines) == 1 and abs(note.lines[0] - _FAX_HZ) < 2 * _DRIFT_HZ
        if at_its_place and not self._told_fax and note.milliseconds + _BLUR_MS >= _FAX_MS:
            self._told_fax = True
            return Tone.FAX
        return None

    def _end(self) -> Tone | None:
        """What the tone that has just ended was, with those before it."""
        note, self._note = self._note, None
        told_fax, self._told_fax = self._told_fax, False
        assert note is not None  # noqa: S101 - asked by the caller
        milliseconds = note.milliseconds + _BLUR_MS
        if milliseconds < _LEAST_TONE_MS:
            return None
        gap = max(0, self._since_ms - _BLUR_MS) if self._last else 0
        self._last.append(Stretch(note.lines, milliseconds, gap))
        self._since_ms = 0
        if told_fax:
            self._beep = None
            return None
        tone = classify(tuple(self._last))
        if tone is not Tone.BEEP:
            self._beep = None
            return tone
        if milliseconds >= _LEAST_BEEP_MS and note.steady:
            self._may_be_beep(note, gap)
        return None

    def _may_be_beep(self, note: _Note, gap: int) -> None:
        cadence = any(_same(note.lines, lines) for lines in _PROGRESS_LINES) or _may_become_sit(tuple(self._last))
        if self._beep is not None and gap <= _NOTE_GAP_MS:
            self._beep.joined(note, cadence=cadence)
        elif note.rises_from_quiet:
            self._beep = _Beep(note, cadence=cadence)

    def _proved(self, look: _Look) -> Tone | None:
        if self._beep is None or self._note is not None:
            return None
        proved = self._beep.follows(look)
        if proved is not None:
            self._beep = None
        return Tone.BEEP if proved else None


class BeepDetector:
    """Tells when an answering machine has beeped: once quiet follows the beep, so that a message can begin."""

    def __init__(self) -> None:
        self._tones = ToneDetector()

    def feed(self, frame: bytes) -> bool:
        """Hear one 20 ms frame; ``True`` once for each beep."""
        return self._tones.feed(frame) is Tone.BEEP

    @property
    def sounds(self) -> bool:
        """Whether what is heard now is a tone: neither the callee's voice nor one behind them."""
        return self._tones.sounds


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
    return Tone.BEEP if last.milliseconds <= _LONGEST_BEEP_MS and not _is_key(last.lines) else None


def _is_key(lines: tuple[float, ...]) -> bool:
    """Two lines of one key of a telephone."""
    return len(lines) == 2 and all(
        any(abs(line - nominal) < _KEY_DRIFT * nominal for nominal in group)
        for line, group in zip(lines, (_KEY_ROWS, _KEY_COLUMNS), strict=True)
    )


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
    return Tone.BEEP if len(last.lines) == 1 and before is None else None


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
    """The strongest line of a spectrum that begins at the hum: its frequency in Hz and its energy, taken out."""
    peak = int(power.argmax())
    low, high = max(0, peak - _WIDTH), peak + _WIDTH + 1
    part = power[low:high].astype(np.float64)
    energy = float(part.sum())
    middle = float((part * np.arange(low, low + len(part))).sum() / energy) + _HUM_BIN if energy > 0 else 0.0
    power[low:high] = 0
    return middle * _BIN_HZ, energy
