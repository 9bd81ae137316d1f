"""What is heard on a line over time: voice activity, beeps, and who or what picked up. Pure.

Lines that use discontinuous transmission or comfort noise send nothing while nobody speaks. Whatever is not sent is
treated as silence, at the pace of the clock, so that none of these detectors depends on frames arriving.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from voicebot.languages.answering import Unreachable
from voicebot.speech.audio import FRAME_MILLISECONDS, FRAME_SECONDS, SILENT_FRAME
from voicebot.speech.listening.activity import Activity, Measured, VoiceActivity
from voicebot.speech.listening.greeting import GreetingClassifier, Verdict
from voicebot.speech.listening.nearest.picture import Picture
from voicebot.speech.listening.tones import BeepDetector

NOTHING_SENT_SECONDS: Final = 0.1
"""A line that has sent nothing for this long is silent; frames that the network delays arrive sooner."""
MISSING_SECONDS: Final = 0.06
"""A shorter gap never counts as silence."""
_ROUNDING_SECONDS: Final = 1e-6
_AS_LOUD_DB: Final = 15.0
"""Under the loudest frames of the callee: syllables are, an echo is lower."""
_LEVEL_FALLS_DB: Final = 0.02
"""How fast the callee's loudest level is forgotten, per frame of speech."""


@dataclass(frozen=True, slots=True)
class Sound:
    """20 ms of the line.

    Parameters
    ----------
    pcm
        As it was sent, or silence.
    activity
        Whether the callee speaks in it.
    beneath
        The voice beneath ours, whosever it is, while it is not settled what picked up; ``None`` afterwards.
    beep
        A beep has ended.
    verdict
        What picked up, in the frame in which that became known.
    """

    pcm: bytes
    activity: Activity
    beneath: Activity | None = None
    beep: bool = False
    verdict: Verdict | None = None


class Beneath:
    """Whether the callee goes on speaking beneath the bot's own voice, as a recording does and a person does not.

    Voice activity is deliberately hard of hearing while the bot speaks, since nothing that is quiet should interrupt
    it. What picked up is told by ears that are not; only what is about as loud as the callee has been counts, so
    that an echo of the bot is not taken for the callee. Where nothing has been heard of the callee, nothing is known.
    """

    def __init__(self) -> None:
        self._open = VoiceActivity()
        self._callee: float | None = None
        self._silence_ms = 0

    def hear(self, frame: Measured, activity: Activity, *, playing: bool, sent: bytes | None = None) -> Activity:
        """Judge a frame; ``activity``: what the call's own ears make of it; ``sent``: our own voice in it."""
        heard = self._open.judge(frame, sent=sent)
        if not playing or activity.speech:
            if activity.speech:
                self._callee = max(activity.level_dbfs, (self._callee or activity.level_dbfs) - _LEVEL_FALLS_DB)
            self._silence_ms = activity.silence_ms
            return activity
        beneath = heard.speech and self._callee is not None and heard.level_dbfs > self._callee - _AS_LOUD_DB
        self._silence_ms = 0 if beneath else self._silence_ms + FRAME_MILLISECONDS
        return Activity(beneath, heard.speech_ms if beneath else 0, self._silence_ms, heard.level_dbfs)


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
        self._beneath = Beneath()
        self._beeps = BeepDetector()
        self._greeting: GreetingClassifier | None = GreetingClassifier(language)
        self._screener: GreetingClassifier | None = None
        self._utterance = self._screened_in = 0
        self._heard_until = at
        self._told = Verdict.UNDECIDED
        self.why = ""
        """One sentence on the last verdict."""
        self.key = ""
        """Key that the screener asks for."""
        self.known = Verdict.UNDECIDED
        """What has picked up, as far as is known; undecided again after a screener, until the next speaker is known."""
        self.unreachable: Unreachable | None = None
        """Why the number cannot be reached, where an announcement said so."""

    def restart(self, at: float) -> None:
        """Start again after the callee was connected to somebody else."""
        self._activity, self._beneath = VoiceActivity(), Beneath()
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

    def words(self, text: str, at: float, utterance: int = 0) -> Verdict | None:
        """Take the callee's words; return what picked up, once they show it.

        ``utterance``: its number; what a screener goes on to say in the same breath is not the next speaker's.
        """
        if self._greeting is None or not text:
            return None
        self._utterance = utterance
        if self._screener is not None and utterance and utterance == self._screened_in:
            self._screener.words(text, at)
            self.key = self._screener.key or self.key
            return None
        verdict = self._greeting.words(text, at)
        self.key = self._greeting.key or self.key
        return self._news(verdict)

    @property
    def line(self) -> Picture:
        """How loud everybody on this line is."""
        return self._activity.picture

    def dismissed(self, utterance: int) -> None:
        """What was heard out was no answer; a screener's words show nothing of those who come after it."""
        if utterance and utterance == self._screened_in:
            self.line.over()
        else:
            self.line.dismissed()

    @property
    def wary(self) -> bool:
        """More is to come of whatever picked up: nobody is talked over."""
        return self._greeting is not None and self._greeting.wary

    @property
    def spoke_at_length(self) -> bool:
        """The first words were no greeting: they answer nothing."""
        return self._greeting is not None and self._greeting.spoke_at_length

    @property
    def person(self) -> bool:
        """Whether a person is known to be there: only then is what is said an answer."""
        return self.known is Verdict.PERSON

    def refuses(self, text: str) -> str:
        """Why words sound recorded and are nobody's answer; empty where they may be one."""
        return self._greeting.refuses(text) if self._greeting is not None else ""

    def wants_words(self, utterance_ms: float) -> bool:
        """Whether the words so far of an utterance that goes on are wanted, to tell who speaks."""
        return self._greeting is not None and self._greeting.wants_words(utterance_ms)

    def hung_up(self, at: float) -> Verdict | None:
        """The callee has hung up, which only people do after few words."""
        return self._news(self._greeting.hung_up(at)) if self._greeting is not None else None

    def _hear(self, pcm: bytes, at: float, *, playing: bool, sent: bytes | None = None) -> Sound:
        beep = self._beeps.feed(pcm)
        frame = self._activity.measure(pcm)
        if self._beeps.sounds:  # a tone is loud, and must not pass for the level of anybody
            floor = self._activity.picture.floor
            frame = replace(frame, halves=(floor, floor), smooth=floor, voices=(0.0,) * len(frame.voices))
        activity = self._activity.judge(frame, playing=playing, sent=sent)
        beneath: Activity | None = None
        verdict: Verdict | None = None
        if self._greeting is not None and beep:
            verdict = self._news(self._greeting.beep(at))
        if self._greeting is not None and not self._greeting.settled:
            beneath = self._beneath.hear(frame, activity, playing=playing, sent=sent)
            verdict = self._news(self._greeting.frame(beneath, at, playing=playing)) or verdict
        return Sound(pcm, activity, beneath, beep, verdict)

    def _news(self, verdict: Verdict) -> Verdict | None:
        """Return the classifier's verdict if it is new; after a screener the next speaker is classified again."""
        if self._greeting is None or verdict is self._told:
            return None
        self._told, self.why, self.known = verdict, self._greeting.why, verdict
        if verdict in (Verdict.SCREENER, Verdict.SWITCHBOARD):
            self._screener, self._screened_in = self._greeting, self._utterance
            self._greeting, self._told = self._greeting.after_screener(), Verdict.UNDECIDED
            self._activity.anew()
            self.known = Verdict.UNDECIDED
        elif verdict is Verdict.ANNOUNCEMENT:
            self.unreachable, self._greeting = self._greeting.unreachable, None
        elif verdict is Verdict.VOICEMAIL:
            self._greeting = None
        return verdict
