"""Who speaks when, one frame at a time: where the callee's speech begins, and exactly where it ends.

Three things are combined, because none is enough on its own:

* **A voice** (``voice.py``) must be heard for speech to start, so slams, clicks, coughs and traffic don't. It is slow
  at the end, and a television is a voice as well, so it does not end speech alone.
* **Level**, per 10 ms, times the end of speech: somebody has stopped where the level falls under the noise, under the
  voices behind them, or far under their own level.
* **The picture of the line** (``nearest``) says from which level on a voice is the person's, from which it may be, and
  what is the room or our own echo. Those are never speech here; what was rejected is reported when it is over.

A voice that is *clearly* louder than speech of unknown origin starts a new run: the earlier speech was the room's, and
this is the person.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from voicebot.speech.audio import FRAME_BYTES, FRAME_MILLISECONDS, SAMPLE_RATE
from voicebot.speech.listening.nearest.echo import Echo
from voicebot.speech.listening.nearest.levels import LOWEST_DBFS, upper
from voicebot.speech.listening.nearest.picture import CLEARLY_DB, Figures, Picture, Who
from voicebot.speech.listening.voice import Voice

BRIDGED_GAP_MS: Final = 60
"""Silence within a run that does not break it (the closure of a plosive)."""
SILENT_LEVEL_DBFS: Final = LOWEST_DBFS
"""Level given to digital silence."""

_HALF_MS: Final = FRAME_MILLISECONDS // 2
_HALF_SAMPLES: Final = SAMPLE_RATE * _HALF_MS // 1000

_ONSET: Final = 0.5
_ONSET_PLAYING: Final = 0.7
_ONSET_WINDOWS: Final = 2
_STAY: Final = 0.6
"""Under this probability in two windows running, what is heard is not a voice any more."""

_PRE_EMPHASIS: Final = np.float32(0.8)
"""Attenuates hum and traffic, and keeps a quiet final "s" above the floor."""
_PRE_EMPHASIS_GAIN: Final = np.float32(1.22)
"""Keeps levels about where they were."""

_STRONG_MS: Final = 40
_STRONG_PLAYING_MS: Final = 60
_OVER_ROOM_MS: Final = 80
"""Single sounds of a room are as loud as the person; so much of it in the last 400 ms is speech."""
_ALONE_PLAYING_MS: Final = 120
_SURE_FRAMES: Final = 20
_UNSURE_MS: Final = 100
"""A voice that may be the room's must last this long."""
_SUSTAINED_MS: Final = 400
"""What is lower than the person interrupts only by going on."""
_SUPERSEDED_FRAMES: Final = 15
"""Speech of unknown origin that lasted this long gives way to a clearly louder voice."""
_NEW_FRAMES: Final = 4
"""The newest frames are compared with those before."""
_MUCH_LOUDER_DB: Final = 11.0
"""Nobody becomes so much louder in mid-speech: it was not the person before."""
_AFTER_PERSON_MS: Final = 1000
"""So soon after the person has spoken over a room, only a sure voice goes on."""
_PHRASE_GAP_MS: Final = 200
"""Weak syllables of a voice that may be the person's."""
_CANDIDATE_FRAMES: Final = 40
"""A voice that has not become speech after so long is behind the person."""
_DIES_AWAY_MS: Final = 400
_VOICE_TAIL_MS: Final = 40
"""How long silero goes on hearing a voice that has ended."""
_SMOOTHED_FRAMES: Final = 3
_REJECTED_LEAST_MS: Final = 300
_REJECTED_MOST_MS: Final = 10_000
_REJECTED_GAP_MS: Final = 600


@dataclass(frozen=True, slots=True)
class Rejected:
    """Voices that were not taken for the callee's, once they are over or have gone on for long.

    Parameters
    ----------
    who
        ``ROOM`` or ``ECHO``.
    lasted_ms
        From the first to the last of it.
    ended_ms
        How long ago it ended.
    level_dbfs
        Upper level of it.
    line
        The picture of the line then.
    """

    who: Who
    lasted_ms: int
    ended_ms: int
    level_dbfs: float
    line: Figures


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
    who
        Whose speech the run is; ``NOBODY`` when none is on.
    anew
        The run begins in the middle of other speech that turned out to be the room's.
    rejected
        Voices that were rejected, where that is over with this frame.
    """

    speech: bool
    speech_ms: int
    silence_ms: int
    level_dbfs: float
    who: Who = Who.NOBODY
    anew: bool = False
    rejected: Rejected | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What there is in one frame, before it is judged whose it is.

    Parameters
    ----------
    samples
        -1 to 1.
    halves
        Level of each 10 ms, pre-emphasised.
    smooth
        Level over the last 60 ms, pre-emphasised.
    voices
        Probabilities of a voice in the last windows, the newest last.
    """

    samples: np.ndarray[Any, Any]
    halves: tuple[float, float]
    smooth: float
    voices: tuple[float, ...]


class VoiceActivity:
    """Voice activity of one call; pure per frame, no clock.

    Costs about 3 ms a second of speech and 1 ms a second of silence.
    """

    def __init__(self) -> None:
        self.picture = Picture()
        self.echo = Echo()
        self._voice = Voice()
        self._voices: tuple[float, ...] = ()
        self._powers: deque[float] = deque([0.0] * _SMOOTHED_FRAMES, maxlen=_SMOOTHED_FRAMES)
        self._active = False
        self._who = Who.NOBODY
        self._run: list[float] = []
        """Levels of the run's frames of speech."""
        self._run_ms = 0
        self._silence_ms = 0
        self._was_person = False
        self._spoken = False
        self._candidates: deque[float] = deque()
        self._candidate_ms = 0
        self._strong_ms = 0
        self._sure: deque[bool] = deque(maxlen=_SURE_FRAMES)
        self._sure_ms = 0
        self._gap_ms = 0
        self._rejected: list[float] = []
        self._rejected_ms = 0
        self._rejected_gap_ms = 0
        self._rejected_echo = 0

    def anew(self) -> None:
        """Somebody else is on the line from now on: no level that was learnt holds, but for what is always there."""
        self.picture = Picture(self.picture.floor)

    def feed(self, frame: bytes, *, playing: bool = False, sent: bytes | None = None) -> Activity:
        """Hear one frame.

        Parameters
        ----------
        frame
            20 ms of 8 kHz 16-bit PCM; shorter ones are taken as filled up with silence.
        playing
            The bot speaks now: only a clear voice above the background starts speech.
        sent
            What the bot sends in the same 20 ms, ``None`` for silence; its echo is not speech.
        """
        return self.judge(self.measure(frame), playing=playing, sent=sent)

    def measure(self, frame: bytes) -> Measured:
        """Measure one frame; this is the expensive part, and others who judge the same frames can share it."""
        frame, samples = _samples(frame)
        emphasised = _emphasised(samples)
        halves = (_level(emphasised[:_HALF_SAMPLES]), _level(emphasised[_HALF_SAMPLES:]))
        self._powers.append(float(emphasised @ emphasised) / len(emphasised))
        smooth = _dbfs(sum(self._powers) / _SMOOTHED_FRAMES)
        self._voice.frame(frame, samples, above_floor=max(halves) > self.picture.floor)
        return Measured(samples, halves, smooth, tuple(self._voice.recent))

    def judge(self, measured: Measured, *, playing: bool = False, sent: bytes | None = None) -> Activity:
        """Judge a frame that these or other ears of the same line have measured; parameters as for ``feed``."""
        halves, smooth, self._voices = measured.halves, measured.smooth, measured.voices
        level = max(halves)
        ours = _samples(sent)[1] if sent else None
        echo = self.echo.frame(ours, measured.samples, _level(_emphasised(ours)) if ours is not None else LOWEST_DBFS)
        anew = False
        if self._active:
            self._go_on(halves, echo)
            anew = self._gives_way(smooth)
        elif self._starts(level, smooth, echo, playing=playing):
            self._start()
        else:
            self._silence_ms += FRAME_MILLISECONDS
        speech = self._active and self._silence_ms < FRAME_MILLISECONDS
        if speech:
            self._run.append(smooth)
            self.picture.suspect(smooth)
        self.picture.frame(level, voice=self._voices[-1] >= _ONSET)
        rejected = self._reject(smooth, echo)
        who = self._who if self._active else Who.NOBODY
        return Activity(speech, self._run_ms, self._silence_ms, round(_level(measured.samples), 1), who, anew, rejected)

    def _starts(self, level: float, smooth: float, echo: float, *, playing: bool) -> bool:
        """Whether speech is confirmed with this frame; counts how long it has been going on unconfirmed."""
        least = max(self.picture.unsure_from(), echo)
        if level <= least:
            self._gap_ms += FRAME_MILLISECONDS
            if self._gap_ms > (BRIDGED_GAP_MS if self.picture.room is None else _PHRASE_GAP_MS):
                self._were_behind(0)
                self._no_candidate()
            elif self._candidate_ms:
                self._candidate_ms += FRAME_MILLISECONDS
                self._sure.append(False)
            return False
        self._gap_ms = 0
        self._were_behind(_CANDIDATE_FRAMES)
        self._candidate_ms = min(self._candidate_ms, _CANDIDATE_FRAMES * FRAME_MILLISECONDS) + FRAME_MILLISECONDS
        self._candidates.append(smooth)
        self._strong_ms += FRAME_MILLISECONDS
        soon = self._was_person and self._silence_ms < _AFTER_PERSON_MS
        sure = self.picture.goes_on_from() if soon and not playing else self.picture.sure_from()
        self._sure.append(sure is not None and smooth >= max(sure, echo))
        if not self._voiced(playing=playing):
            return False
        quiet_room = self.picture.room is None
        if quiet_room or (soon and not playing):
            enough = _STRONG_PLAYING_MS if playing else _STRONG_MS
        else:
            enough = _OVER_ROOM_MS
        if FRAME_MILLISECONDS * sum(self._sure) >= enough:
            self._who = Who.PERSON
            return True
        so_far = upper(list(self._candidates))
        self._who = self.picture.judge(so_far)
        if playing and sure is None and self._who is Who.PERSON:
            self._who = Who.ALONE  # while we speak, people talk to others as well
        if quiet_room and (self._who is Who.ALONE or sure is None):
            return self._strong_ms >= (_ALONE_PLAYING_MS if playing else _STRONG_MS)
        if playing:
            return quiet_room and self.picture.near_enough(so_far) and self._strong_ms >= _SUSTAINED_MS
        return self._who is Who.UNSURE and self._strong_ms >= _UNSURE_MS and (quiet_room or not soon)

    def _voiced(self, *, playing: bool) -> bool:
        if playing:
            return min(self._voices) >= _ONSET_PLAYING
        return min(self._voices[-_ONSET_WINDOWS:]) >= _ONSET

    def _were_behind(self, but: int) -> None:
        """Give what has not become speech, all but the last frames, to what is behind the person."""
        while len(self._candidates) > but:
            level = self._candidates.popleft()
            if not self._dies_away:
                self.picture.behind(level, voice=True)

    @property
    def _dies_away(self) -> bool:
        """Whether the person's own voice may still be heard, in the room's answer or as a weak end of a word."""
        return self._spoken and self._silence_ms <= _DIES_AWAY_MS

    def _no_candidate(self) -> None:
        self._candidates.clear()
        self._sure.clear()
        self._candidate_ms = self._strong_ms = self._sure_ms = 0

    def _start(self) -> None:
        self._active = True
        self._run_ms = self._candidate_ms
        # What has just become speech was not rejected after all.
        del self._rejected[-len(self._candidates) :]
        self._rejected_ms = max(0, self._rejected_ms - self._candidate_ms)
        self._run = list(self._candidates)
        for level in self._run[:-1]:
            self.picture.suspect(level)
        self._no_candidate()
        self._silence_ms = 0

    def _go_on(self, halves: tuple[float, float], echo: float) -> None:
        """Carry the run on, or let silence grow; the run ends when the silence is no gap any more."""
        threshold = max(self.picture.ends_below(self._speaker()), echo)
        voice = max(self._voices[-2:]) >= _STAY
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
        elif self._silence_ms > BRIDGED_GAP_MS:
            self._was_person = self._who is Who.PERSON
            self._spoken = True
            self._active = False
            self._run_ms = 0

    def _speaker(self) -> float:
        """How loud the speaker of this run is."""
        level = upper(self._run[-100:])
        person = self.picture.person
        return level if person is None or self._who is not Who.PERSON else max(level, person)

    def _gives_way(self, smooth: float) -> bool:
        """Judge the run again by what has come; whether a clearly louder voice begins in it, which is the person."""
        long = len(self._run) >= _SUPERSEDED_FRAMES
        if not self._active or (self._who is Who.PERSON and not long):
            self._sure_ms = 0
            return False
        so_far, known = upper(self._run[:-_NEW_FRAMES]), self.picture.sure_from()
        border = so_far + CLEARLY_DB if known is None else max(known, so_far + CLEARLY_DB if long else known)
        if self._who is Who.PERSON:
            border = so_far + _MUCH_LOUDER_DB
        self._sure_ms = self._sure_ms + FRAME_MILLISECONDS if smooth >= border else 0
        if self._sure_ms < _STRONG_PLAYING_MS:
            return False
        self._sure_ms = 0
        if not long:
            self._who = Who.PERSON if known is not None else self._who
            return False
        self._who = Who.PERSON
        for level in self._run[:-2]:
            self.picture.behind(level, voice=True)
        self.picture.over()
        self._run = []
        self._run_ms = _STRONG_PLAYING_MS
        return True

    def _reject(self, smooth: float, echo: float) -> Rejected | None:
        """Follow the voices that do not speak to us, and what is no voice."""
        voice = self._voices[-1] >= _ONSET and smooth > self.picture.floor + 6.0
        if not (self._active or self._dies_away or self._candidate_ms or (voice and smooth <= echo)):
            self.picture.behind(smooth, voice=voice)
        if voice and not (self._active or self._dies_away):
            self._rejected.append(smooth)
            self._rejected_echo += smooth <= echo
            self._rejected_ms += FRAME_MILLISECONDS + self._rejected_gap_ms
            self._rejected_gap_ms = 0
        elif self._rejected:
            self._rejected_gap_ms += FRAME_MILLISECONDS
        over = self._rejected_gap_ms > _REJECTED_GAP_MS or self._rejected_ms > _REJECTED_MOST_MS
        if not over:
            return None
        found = None
        if len(self._rejected) * FRAME_MILLISECONDS >= _REJECTED_LEAST_MS:
            who = Who.ECHO if 2 * self._rejected_echo > len(self._rejected) else Who.ROOM
            found = Rejected(who, self._rejected_ms, self._rejected_gap_ms, upper(self._rejected), self.picture.figures)
        self._rejected.clear()
        self._rejected_ms = self._rejected_gap_ms = self._rejected_echo = 0
        return found


def _samples(frame: bytes) -> tuple[bytes, np.ndarray[Any, Any]]:
    """Return a whole frame, and its samples of -1 to 1."""
    if len(frame) != FRAME_BYTES:
        frame = frame[: FRAME_BYTES - FRAME_BYTES % 2].ljust(FRAME_BYTES, b"\0")
    return frame, np.frombuffer(frame, "<i2").astype(np.float32) * np.float32(1 / 32768)


def _emphasised(samples: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    emphasised = samples.copy()
    emphasised[1:] -= _PRE_EMPHASIS * samples[:-1]
    emphasised *= _PRE_EMPHASIS_GAIN
    return emphasised


def _level(samples: np.ndarray[Any, Any]) -> float:
    return _dbfs(float(samples @ samples) / len(samples))


def _dbfs(power: float) -> float:
    return max(SILENT_LEVEL_DBFS, 10 * math.log10(power)) if power > 0 else SILENT_LEVEL_DBFS
