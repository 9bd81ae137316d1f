"""What is heard on a line over time: voice activity, beeps, and who or what picked up. Pure.

Lines that use discontinuous transmission or comfort noise send nothing while nobody speaks. Whatever is not sent is
treated as silence, at the pace of the clock, so that none of these detectors depends on frames arriving.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from voicebot.speech.audio import FRAME_SECONDS, SILENT_FRAME
from voicebot.speech.listening.activity import Activity, VoiceActivity
from voicebot.speech.listening.greeting import GreetingClassifier, Verdict
from voicebot.speech.listening.nearest.picture import Picture
from voicebot.speech.listening.tones import BeepDetector

NOTHING_SENT_SECONDS: Final = 0.1
"""A line that has sent nothing for this long is silent; frames that the network delays arrive sooner."""
MISSING_SECONDS: Final = 0.06
"""A shorter gap never counts as silence."""
_ROUNDING_SECONDS: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Sound:
    """20 ms of the line.

    Parameters
    ----------
    pcm
        As it was sent, or silence.
    activity
        Whether the callee speaks in it.
    beep
        A beep has ended.
    verdict
        What picked up, in the frame in which that became known.
    """

    pcm: bytes
    activity: Activity
    beep: bool = False
    verdict: Verdict | None = None


class Hearing:
    """The ears of one call, from its answer on.

    Parameters
    ----------
    language
        BCP 47 tag; what machines say.
    at
        When the call was answered; ``time.monotonic()`` seconds.
    """

    def __init__(self, language: str, at: float) -> None:
        self._activity = VoiceActivity()
        self._beeps = BeepDetector()
        self._greeting: GreetingClassifier | None = GreetingClassifier(language)
        self._heard_until = at
        self._told = Verdict.UNDECIDED
        self.why = ""
        """One sentence on the last verdict."""
        self.key = ""
        """Key that the screener asks for."""

    def restart(self, at: float) -> None:
        """Start again after the callee was connected to somebody else."""
        self._activity = VoiceActivity()
        self._heard_until = at

    def frame(self, pcm: bytes, at: float, *, playing: bool, sent: bytes | None = None) -> Sound:
        """Hear a frame that was sent.

        Parameters
        ----------
        pcm
            20 ms, 8 kHz 16-bit.
        at
            When it came.
        playing
            The bot speaks now.
        sent
            What the bot sent last; ``None`` for silence.
        """
        self._heard_until = at
        return self._hear(pcm, at, playing=playing, sent=sent)

    def silence(self, now: float, *, playing: bool) -> Iterator[Sound]:
        """Treat what was not sent up to now as silence, once the gap is long enough."""
        if now - self._heard_until < MISSING_SECONDS:
            return
        while self._heard_until + FRAME_SECONDS <= now + _ROUNDING_SECONDS:
            self._heard_until += FRAME_SECONDS
            yield self._hear(SILENT_FRAME, self._heard_until, playing=playing)

    def wake_at(self) -> float:
        """When to call ``silence`` unless a frame comes before."""
        return self._heard_until + NOTHING_SENT_SECONDS

    def words(self, text: str, at: float) -> Verdict | None:
        """Take the callee's words; return what picked up, once they show it."""
        if self._greeting is None or not text:
            return None
        verdict = self._greeting.words(text, at)
        self.key = self._greeting.key or self.key
        return self._news(verdict)

    @property
    def line(self) -> Picture:
        """How loud everybody on this line is."""
        return self._activity.picture

    def _hear(self, pcm: bytes, at: float, *, playing: bool, sent: bytes | None = None) -> Sound:
        activity = self._activity.feed(pcm, playing=playing, sent=sent)
        beep = self._beeps.feed(pcm)
        verdict: Verdict | None = None
        if self._greeting is not None and beep:
            verdict = self._news(self._greeting.beep(at))
        if self._greeting is not None:
            verdict = self._news(self._greeting.frame(activity, at)) or verdict
        return Sound(pcm, activity, beep, verdict)

    def _news(self, verdict: Verdict) -> Verdict | None:
        """Return the classifier's verdict if it is new; after a screener the next speaker is classified again."""
        if self._greeting is None or verdict is self._told:
            return None
        self._told, self.why = verdict, self._greeting.why
        if verdict is Verdict.SCREENER:
            self._greeting, self._told = self._greeting.after_screener(), Verdict.UNDECIDED
        elif verdict is not Verdict.PERSON:
            self._greeting = None
        return verdict
