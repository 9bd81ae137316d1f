"""What goes on beneath our voice and is not taken for the callee's, heard only to tell what picked up.

A recording does not stop for us. What it says while we speak is no interruption and no answer, and the call's own ears
leave it out; but its words show that it is a recording. So while that is not known, they are recognised apart from the
callee's utterances and go to the greeting classifier alone. Voices that are quieter than the one that picked up are
left out: they are behind a person.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from voicebot.speech.audio import FRAME_MILLISECONDS
from voicebot.speech.listening.activity import Activity
from voicebot.speech.listening.greeting import ASKED_AFTER_MS
from voicebot.speech.listening.nearest.levels import upper
from voicebot.speech.recognition.recognizer import Hints, Recognition, RecognizerSession

_BEGINS_MS: Final = 200
"""So much of a voice begins a run."""
_OVER_MS: Final = 500
_ENOUGH_MS: Final = 600
"""Shorter runs say nothing."""
_LONGEST_MS: Final = 20_000
_LOWER_DB: Final = 8.0
"""A voice this much quieter than the one that picked up is somebody else's."""
_BEFORE_FRAMES: Final = 25


class Overhearing:
    """Runs of speech beneath our voice, one after the other.

    Parameters
    ----------
    opened
        Gives a place in a recogniser of their own, once one is needed, to somebody who takes words.
    tell
        Takes the number of a run and its words so far.
    """

    def __init__(
        self,
        opened: Callable[[Callable[[Recognition], None]], RecognizerSession],
        tell: Callable[[int, str], None],
    ) -> None:
        self._opened, self._tell = opened, tell
        self._recognizer: RecognizerSession | None = None
        self._before: deque[bytes] = deque(maxlen=_BEFORE_FRAMES)
        self._levels: list[float] = []
        self._loudest: deque[float] = deque(maxlen=250)
        self._run_ms = self._asked = 0
        self._number = 0
        self._on = False

    def hear(self, pcm: bytes, activity: Activity, beneath: Activity | None) -> None:
        """Take 20 ms of the line.

        Parameters
        ----------
        pcm
            What was heard.
        activity
            What the call's own ears make of it: what they take is not overheard.
        beneath
            The voice beneath ours; ``None`` once it is known what picked up.
        """
        self._before.append(pcm)
        if activity.speech:
            self._loudest.append(activity.level_dbfs)
        if beneath is None:
            self.close()
            return
        if activity.speech:
            self._end()
            return
        if not self._on:
            if beneath.speech:
                self._levels.append(beneath.level_dbfs)
            elif beneath.silence_ms > _OVER_MS:
                self._levels.clear()
            if beneath.speech and beneath.speech_ms >= _BEGINS_MS and self._near_enough:
                self._begin()
            return
        self._run_ms += FRAME_MILLISECONDS
        if beneath.speech:
            self._levels.append(beneath.level_dbfs)
        if self._recognizer is not None:
            self._recognizer.feed(pcm)
        passed = sum(self._run_ms >= least for least in ASKED_AFTER_MS)
        if passed > self._asked:
            self._asked = passed
            self._ask()
        if beneath.silence_ms >= _OVER_MS or self._run_ms >= _LONGEST_MS:
            self._end()

    def close(self) -> None:
        """Leave the recogniser."""
        if self._recognizer is not None:
            self._recognizer.close()
            self._recognizer = None
        self._on = False
        self._levels.clear()

    @property
    def _near_enough(self) -> bool:
        return bool(self._loudest) and upper(self._levels) >= upper(list(self._loudest)) - _LOWER_DB

    def _begin(self) -> None:
        self._recognizer = self._recognizer or self._opened(self._words)
        self._number += 1
        self._on, self._run_ms, self._asked = True, 0, 0
        self._recognizer.begin(self._number, Hints())
        for pcm in self._before:
            self._recognizer.feed(pcm)

    def _words(self, recognition: Recognition) -> None:
        if recognition.best.text and self._recognizer is not None:
            self._tell(recognition.utterance, recognition.best.text)

    def _ask(self) -> None:
        if self._recognizer is not None and self._near_enough:
            self._recognizer.interim(self._number)

    def _end(self) -> None:
        """End the run; the recogniser keeps it until its words have come."""
        if self._on and self._run_ms >= _ENOUGH_MS:
            self._ask()
        self._on = False
        self._levels.clear()
