"""What the recogniser gets: each utterance from shortly before it was noticed, and nothing of the room.

What is not the callee's, and may show what picked up, is recognised apart from that (``overhearing``).

Where voices are heard behind the person, what follows the person's words is replaced by silence until the person
speaks again; it is held back for a moment, since speech is noticed a little late.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from voicebot.call.asking import PREROLL_SECONDS, Asked
from voicebot.call.overhearing import Overhearing
from voicebot.dialogue.talk import Utterance
from voicebot.speech.audio import FRAME_MILLISECONDS, FRAME_SECONDS, SAMPLE_RATE, SILENT_FRAME
from voicebot.speech.listening.activity import Activity
from voicebot.speech.listening.nearest.picture import Who
from voicebot.speech.recognition.recognizer import Hints, Recognition, RecognizerSession

_KEPT_FRAMES: Final = 60
"""What was heard before an utterance, for speech that was noticed late."""
_ROOM_PREROLL_FRAMES: Final = 6
"""Where voices are heard behind the person, so much before the person's speech is given as well."""
_ROOM_TAIL_MS: Final = 120
"""So much after the person's speech is given there."""
_SOUND_BYTES: Final = 10 * SAMPLE_RATE * 2
"""So much of an utterance is kept for a second look at it."""
_HELD_FRAMES: Final = 10
"""Frames that are held back until it is known whether the person speaks in them."""


def heard(recognition: Recognition) -> Utterance:
    """Return what was recognised as the conversation takes it."""
    best = recognition.best
    alternatives = tuple((other.text, other.confidence) for other in recognition.alternatives)
    hinted = best.source == "hints"
    return Utterance(best.text, best.confidence, alternatives, seconds=recognition.audio_seconds, hinted=hinted)


class Utterances:
    """The callee's utterances, one after the other.

    Parameters
    ----------
    recognizer
        The call's place in a recogniser.
    overhearing
        Hears what goes on beneath our voice.
    """

    def __init__(self, recognizer: RecognizerSession, overhearing: Overhearing) -> None:
        self._recognizer, self._overhearing = recognizer, overhearing
        self._before: deque[bytes] = deque(maxlen=_KEPT_FRAMES)
        self._held: deque[bytes] = deque()
        self._hints = Hints()
        self._sound = bytearray()
        self._speech_ms = 0
        self._room = False
        self._awaited = 0
        """Number under which words were asked for that have not come; 0 for none."""
        self.number = 0
        """Of the open utterance; 0 when there is none."""
        self.who = Who.NOBODY
        """Whose it is, as sure as it was at the surest."""
        self.seconds = 0.0
        """How much of it has been heard since it was noticed."""
        self.begun_at = 0.0
        """When the first sample that the recogniser was given of it was heard."""

    def hear(self, pcm: bytes, activity: Activity, at: float, *, room: bool, beneath: Activity | None = None) -> None:
        """Take 20 ms of the line.

        Parameters
        ----------
        pcm, activity
            What was heard, and whether the person speaks in it.
        at
            When; seconds.
        room
            Voices are heard behind the person.
        beneath
            The voice beneath ours, while it is not settled what picked up.
        """
        self._overhearing.hear(pcm, activity, beneath)
        self._speech_ms, self._room = activity.speech_ms, room
        self.who = max(self.who, activity.who, key=_SURENESS.index)
        self._before.append(pcm)
        if not self.number:
            self.who = activity.who
            return
        if activity.anew:
            self._begin(self.number, at)
            self.who = activity.who
            return
        self.seconds += FRAME_SECONDS
        if not room or activity.silence_ms <= _ROOM_TAIL_MS:
            self._release()
            self._feed(pcm)
            return
        self._held.append(pcm)
        if len(self._held) > _HELD_FRAMES:
            self._held.popleft()
            self._feed(SILENT_FRAME)

    def asked(self, *, speaking: bool, asked: bool, asks: bool = True, goes_on: bool = False) -> Asked:
        """Return the situation in which the words of the open utterance are requested; see ``Asked``."""
        sound = bytes(self._sound)
        return Asked(speaking, asked, self.seconds, goes_on, self.who, asks=asks, sound=sound, utterance=self.number)

    def open(self, number: int, hints: Hints, at: float) -> None:
        """Begin an utterance with what was heard just before ``at``."""
        self._hints = hints
        self._begin(number, at)

    def ask(self, query: int) -> None:
        """Ask for the words so far."""
        self._awaited = query
        self._recognizer.interim(query)

    def listen_in(self) -> None:
        """Ask for the words so far though no turn waits for them, unless others are awaited: they would be lost."""
        if not self._awaited:
            self._recognizer.interim(0)

    def told(self, query: int) -> None:
        """These words have come."""
        if query == self._awaited:
            self._awaited = 0

    def end(self) -> None:
        """Forget the open utterance."""
        self.number = 0
        self.who = Who.NOBODY
        self._held.clear()
        self._sound.clear()
        self._recognizer.end()

    def close(self) -> None:
        """Leave the recogniser."""
        self._recognizer.close()
        self._overhearing.close()

    def _begin(self, number: int, at: float) -> None:
        before = _ROOM_PREROLL_FRAMES if self._room else round(PREROLL_SECONDS / FRAME_SECONDS)
        begun = list(self._before)[-(before + self._speech_ms // FRAME_MILLISECONDS) :]
        self.number, self.seconds = number, 0.0
        self.begun_at = at - len(begun) * FRAME_SECONDS
        self._held.clear()
        self._awaited = 0
        self._sound.clear()
        self._recognizer.begin(number, self._hints)
        for pcm in begun:
            self._feed(pcm)
        self._before.clear()

    def _release(self) -> None:
        """Give what was held back: the person has gone on."""
        while self._held:
            self._feed(self._held.popleft())

    def _feed(self, pcm: bytes) -> None:
        if len(self._sound) < _SOUND_BYTES:
            self._sound += pcm
        self._recognizer.feed(pcm)


_SURENESS: Final = list(Who)
