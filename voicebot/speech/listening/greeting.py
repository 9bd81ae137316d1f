"""What picked up: a person, voicemail, a call screener, or silence. Pure; decides while the bot is talking.

A person taken for a machine is the worst mistake, so a machine needs evidence of two kinds: what it says (the
language's ``Machines``) and how it says it (a monologue that no person gives a caller), or a beep. A person needs
only what people do: say little, then wait. What stays unclear is a person in the end.
"""

from __future__ import annotations

import enum
import re
from typing import Final

from rapidfuzz import fuzz

from voicebot import languages
from voicebot.speech.listening.activity import Activity

_PAUSE_MS: Final = 1000
"""A monologue goes on over shorter pauses."""
_MONOLOGUE_MS: Final = 4000
_STRONG_MONOLOGUE_MS: Final = 2500
_SCREENER_MONOLOGUE_MS: Final = 1500
_SHORT_MS: Final = 2500
"""People say no more than this when they pick up."""
_WAIT_SHORT_MS: Final = 1500
"""After so little speech, only a person stays silent this long."""
_WAIT_LONG_MS: Final = 3000
_BEEP_MS: Final = 5000
"""A beep belongs to a monologue that ended at most this long before it."""
_SILENCE_SECONDS: Final = 12.0
_LONGEST_SECONDS: Final = 30.0
_FUZZY_LENGTH: Final = 15
"""Phrases from this length on may be a little misheard."""
_FUZZY: Final = 88.0


class Verdict(enum.StrEnum):
    """What picked up."""

    UNDECIDED = "undecided"
    PERSON = "person"
    VOICEMAIL = "voicemail"
    SCREENER = "screener"
    SILENCE = "silence"


_NOT_WORDS: Final = re.compile(r"[^\w']+")


class GreetingClassifier:
    """Tells what picked up; fed with every frame's activity from the answer on, with beeps, and with words.

    Parameters
    ----------
    language
        BCP 47 tag.
    screened
        A screener has spoken before: what follows is the person it asks, or their voicemail.
    """

    def __init__(self, language: str, *, screened: bool = False) -> None:
        self._language = language
        self._screened = screened
        spoken = languages.of(language)
        self._phrases = spoken.machines
        self._spaced = spoken.spaced
        self._began: float | None = None
        self._spoke = False
        self._monologue_from: float | None = None
        self._monologue_ms = 0.0
        self._longest_ms = 0.0
        self._silence_ms = 0
        self._beep: float | None = None
        self._evidence: dict[str, set[str]] = {
            "voicemail": set(),
            "unavailable": set(),
            "screener": set(),
            "asking": set(),
        }
        self._verdict = Verdict.UNDECIDED
        self._keys: list[str] = []
        self.why = ""
        """One sentence on the verdict, once there is one."""

    def frame(self, activity: Activity, at: float) -> Verdict:
        """One frame's voice activity.

        Parameters
        ----------
        at
            Seconds, on any clock that does not jump.
        """
        if self._began is None:
            self._began = at
        self._silence_ms = activity.silence_ms
        if activity.speech:
            self._spoke = True
            if self._monologue_from is None:
                self._monologue_from = at - activity.speech_ms / 1000
            self._monologue_ms = (at - self._monologue_from) * 1000
            self._longest_ms = max(self._longest_ms, self._monologue_ms)
        elif self._silence_ms > _PAUSE_MS:
            self._monologue_from = None
        return self._decide(at)

    def beep(self, at: float) -> Verdict:
        """A beep has ended."""
        self._beep = at
        return self._decide(at)

    def words(self, text: str, at: float) -> Verdict:
        """What was heard of an utterance so far; later words of the same one repeat the earlier."""
        words = _NOT_WORDS.sub(" ", text.lower().replace("’", "'")).strip()
        if not self._spaced:
            words = words.replace(" ", "")
        if not any(self._says(words, phrase) for phrase in self._phrases.people):
            said = {
                kind: {phrase for phrase in getattr(self._phrases, kind) if self._says(words, phrase)}
                for kind in self._evidence
            }
            for kind, phrases in said.items():
                self._evidence[kind] |= phrases
            if not said["voicemail"]:  # a mailbox has keys of its own, for more options
                self._note_keys(words)
        return self._decide(at)

    @property
    def key(self) -> str:
        """The key that a screener asks for; empty if it asks for none, or offers several."""
        return self._keys[0] if len(self._keys) == 1 else ""

    def _note_keys(self, words: str) -> None:
        if self._phrases.press is None:
            return
        for asked in self._phrases.press.finditer(words):
            self._evidence["screener"].add(asked[0])
            key = self._phrases.keys[asked["key"]]
            if key not in self._keys:
                self._keys.append(key)

    def after_screener(self) -> GreetingClassifier:
        """The classifier of what comes after a screener."""
        return GreetingClassifier(self._language, screened=True)

    def _says(self, words: str, phrase: str) -> bool:
        if not self._spaced:
            return phrase in words
        if f" {phrase} " in f" {words} ":
            return True
        return (
            len(phrase) >= _FUZZY_LENGTH
            and len(words) >= len(phrase)
            and fuzz.partial_ratio(phrase, words, score_cutoff=_FUZZY) > 0
        )

    def _decide(self, at: float) -> Verdict:
        """Return the verdict; once made it stays, except for a "person" who asks for a key to be connected."""
        if self._verdict is Verdict.UNDECIDED:
            self._verdict, self.why = self._weigh(at)
        elif self._verdict is Verdict.PERSON and self._keys and self._evidence["asking"]:
            found = self._screener()
            self._verdict, self.why = found or (self._verdict, self.why)
        return self._verdict

    def _weigh(self, at: float) -> tuple[Verdict, str]:
        machine = self._screener() or self._voicemail(at)
        if machine is not None:
            return machine
        if self._began is None:
            self._began = at
        passed = at - self._began
        if not self._spoke:
            if passed >= _SILENCE_SECONDS:
                return Verdict.SILENCE, f"nothing was said for {passed:.0f} s"
            return Verdict.UNDECIDED, ""
        suspected = any(self._evidence[kind] for kind in ("voicemail", "unavailable", "screener"))
        if not suspected:
            if self._longest_ms <= _SHORT_MS and self._silence_ms >= _WAIT_SHORT_MS:
                return Verdict.PERSON, f"said little ({self._longest_ms / 1000:.1f} s) and waits"
            if self._longest_ms <= _MONOLOGUE_MS and self._silence_ms >= _WAIT_LONG_MS:
                return Verdict.PERSON, f"spoke for {self._longest_ms / 1000:.1f} s and waits"
        if passed >= _LONGEST_SECONDS:
            return Verdict.PERSON, "nothing proved a machine"
        return Verdict.UNDECIDED, ""

    def _screener(self) -> tuple[Verdict, str] | None:
        if self._screened and not self._keys:  # one that repeats what it asks for is a screener still
            return None
        sure, maybe = self._evidence["screener"], self._evidence["asking"]
        # A mailbox asks for the caller's name too: what it says of messages and tones tells it from a screener.
        if not sure or (self._evidence["voicemail"] and not self._evidence["asking"] and len(sure) < 2):
            return None
        if len(sure) + len(maybe) >= 2 or self._longest_ms >= _SCREENER_MONOLOGUE_MS:
            return Verdict.SCREENER, f"it said {_quoted(sure | maybe)}"
        return None

    def _voicemail(self, at: float) -> tuple[Verdict, str] | None:
        sure, maybe = self._evidence["voicemail"], self._evidence["unavailable"]
        spoken = f"spoke for {self._longest_ms / 1000:.1f} s"
        if len(sure) >= 2 or (sure and maybe):
            return Verdict.VOICEMAIL, f"it said {_quoted(sure | maybe)}"
        if sure and self._longest_ms >= _STRONG_MONOLOGUE_MS:
            return Verdict.VOICEMAIL, f"it {spoken} and said {_quoted(sure)}"
        if len(maybe) >= 2 and self._longest_ms >= _MONOLOGUE_MS:
            return Verdict.VOICEMAIL, f"it {spoken} and said {_quoted(maybe)}"
        beeped = self._beep is not None and at - self._beep < _BEEP_MS / 1000
        if beeped and (sure or maybe):
            return Verdict.VOICEMAIL, f"it said {_quoted(sure | maybe)} and beeped"
        if beeped and self._longest_ms >= _STRONG_MONOLOGUE_MS:
            return Verdict.VOICEMAIL, f"it {spoken} and beeped"
        return None


def _quoted(phrases: set[str]) -> str:
    return ", ".join(f"“{phrase}”" for phrase in sorted(phrases))
