"""What picked up: a person, a voicemail, a call screener, or nobody that speaks. Pure; decides while the bot talks.

A person taken for a machine is the worst mistake, so a machine needs evidence of two kinds: what it says (phrases
below) and how it says it (a monologue that no person gives a caller), or a beep. A person needs only what people
do: say little, then wait. What stays unclear is a person in the end.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from voicebot.speech.listening.activity import Activity

_PAUSE_MS: Final = 1000
"""A monologue goes on over shorter pauses."""
_MONOLOGUE_MS: Final = 4000
_STRONG_MONOLOGUE_MS: Final = 2500
_SCREENER_MONOLOGUE_MS: Final = 1500
_SHORT_MS: Final = 2500
"""People say no more than this when they pick up."""
_WAIT_SHORT_MS: Final = 1500
"""Silence after so little that only a person keeps."""
_WAIT_LONG_MS: Final = 3000
_BEEP_MS: Final = 5000
"""A beep belongs to a monologue that ended no longer before it."""
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


@dataclass(frozen=True, slots=True)
class Phrases:
    """What machines and people say in one language, in plain lower-case words (no spaces where none are written).

    Parameters
    ----------
    voicemail
        Said by machines; one with a monologue, or two, or one with a beep is enough.
    unavailable
        Said by machines and by people; counts only in a long monologue.
    screener
        Said by call screeners; one with a monologue is enough.
    asking
        Said by screeners and by people; counts only as a second.
    people
        Said by people who take a message or ask back: then nothing else in the same sentence counts.
    """

    voicemail: tuple[str, ...]
    unavailable: tuple[str, ...]
    screener: tuple[str, ...]
    asking: tuple[str, ...]
    people: tuple[str, ...]


_PHRASES: Final[Mapping[str, Phrases]] = {
    "en": Phrases(
        voicemail=(
            "leave a message",
            "leave me a message",
            "leave us a message",
            "leave your message",
            "leave a brief message",
            "leave a detailed message",
            "leave your name and",
            "record your message",
            "after the tone",
            "after the beep",
            "at the tone",
            "at the beep",
            "voice mail",
            "voicemail",
            "voice mailbox",
            "mailbox is full",
            "the mailbox",
            "automated voice messaging",
            "automatic voice message",
            "answering machine",
            "you may hang up",
            "press pound for more options",
            "i'll get back to you",
            "i will get back to you",
            "we'll get back to you",
            "return your call as soon as",
            "call you back as soon as",
            "no one is available to take your call",
            "cannot take your call",
            "can't take your call",
            "can not take your call",
            "unable to take your call",
            "can't come to the phone",
            "cannot come to the phone",
            "unable to come to the phone",
            "missed your call",
        ),
        unavailable=(
            "not available",
            "you have reached",
            "you've reached",
            "unavailable",
            "is not in service",
            "has been disconnected",
            "the number you have dialed",
            "the number you dialed",
            "person you are calling",
            "person you are trying to reach",
            "party you are calling",
            "the subscriber",
            "the wireless customer",
            "not accepting calls",
            "please try again later",
            "try your call again",
            "away from the phone",
            "away from my phone",
        ),
        screener=(
            "state your name",
            "say your name",
            "record your name",
            "your name and the reason",
            "your name and why",
            "your name and reason",
            "your name after the",
            "screening service",
            "call screening",
            "screening their calls",
            "screening this call",
            "call assist",
            "using a screening",
            "before i try to connect",
            "before connecting your call",
            "see if this person is available",
            "see if they are available",
            "see if they're available",
            "virtual assistant for the person",
            "unknown callers",
            "to get a copy of this conversation",
        ),
        asking=(
            "who is calling",
            "who's calling",
            "reason for your call",
            "reason for calling",
            "why you're calling",
            "why you are calling",
            "the purpose of your call",
            "stay on the line",
            "please hold while",
            "go ahead and say",
        ),
        people=(
            "can i take a message",
            "could i take a message",
            "may i take a message",
            "take a message",
            "would you like to leave",
            "do you want to leave",
            "want me to tell",
            "wanna leave",
            "do you want me to",
            "if you want to leave a message",
            "did you leave",
            "you left",
            "got your voicemail",
            "got your message",
            "my voicemail",
            "stop leaving",
            "don't leave",
            "leave a message with me",
        ),
    ),
    "zh": Phrases(
        voicemail=(
            "请留言",
            "请在提示音",
            "提示音后",
            "哔声后",
            "滴声后",
            "嘟声后",
            "嘀声后",
            "语音信箱",
            "语音留言",
            "留言信箱",
            "录音留言",
            "听到嘀",
            "听到哔",
            "尽快回复您",
            "尽快给您回电",
        ),
        unavailable=(
            "您拨打的",
            "您所拨打的",
            "你拨打的",
            "暂时无法接通",
            "无法接通",
            "暂时无人接听",
            "无人接听",
            "无法接听",
            "不能接听",
            "已关机",
            "正在通话中",
            "请稍后再拨",
            "是空号",
            "已停机",
            "不在服务区",
        ),
        screener=(
            "智能助理",
            "来电助理",
            "语音助理",
            "语音助手",
            "智能秘书",
            "电话秘书",
            "机主",
            "请说出您的姓名",
            "请说明来意",
            "说明您的来意",
            "我会转告",
            "帮您转达",
            "来电过滤",
        ),
        asking=("请问您是哪位", "请问您是谁", "请问有什么事", "您找他有什么事", "请说明", "请稍等"),
        people=("要留言吗", "要不要留言", "你要留言", "需要留言吗", "我帮你转告", "要我转告", "我让他"),
    ),
}

_NOT_WORDS: Final = re.compile(r"[^\w']+")


class GreetingClassifier:
    """Tells what picked up; fed with every frame's activity from the answer on, with beeps, and with words.

    Parameters
    ----------
    language
        BCP 47 tag; machines in a language without phrases are told by monologue and beep only.
    screened
        A screener has spoken before: what follows is the person it asks, or their voicemail.
    """

    def __init__(self, language: str, *, screened: bool = False) -> None:
        self._language = language
        self._screened = screened
        primary = language.replace("_", "-").split("-")[0].lower()
        self._phrases = _PHRASES.get(primary, Phrases((), (), (), (), ()))
        self._spaced = primary != "zh"
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
            for kind, found in self._evidence.items():
                found.update(phrase for phrase in getattr(self._phrases, kind) if self._says(words, phrase))
        return self._decide(at)

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
        """The verdict; it does not change once it is made."""
        if self._verdict is Verdict.UNDECIDED:
            self._verdict, self.why = self._weigh(at)
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
        if self._screened:
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
