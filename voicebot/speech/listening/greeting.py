"""What picked up: a person, voicemail, a screener, a switchboard, an announcement, or silence. Pure; decides meanwhile.

A person taken for a machine is the worst mistake, so a machine needs evidence of two kinds: what it says (the
language's ``Machines``) and how it says it (a monologue that no person gives a caller), or a beep. A person needs
only what people do: say little, then wait; or listen while the bot speaks, then answer. What stays unclear is a
person in the end, but *nothing counts as a person's answer before it is known that a person is there*, nor do words
that sound recorded (``refuses``) until the callee has taken a turn in the conversation.
"""

from __future__ import annotations

import enum
import re
from typing import Final

from rapidfuzz import fuzz

from voicebot import languages
from voicebot.languages.answering import Unreachable
from voicebot.speech.audio import FRAME_MILLISECONDS
from voicebot.speech.listening.activity import Activity

_PAUSE_MS: Final = 1000
"""A monologue goes on over shorter pauses."""
_MONOLOGUE_MS: Final = 4000
_STRONG_MONOLOGUE_MS: Final = 2500
_SCREENER_MONOLOGUE_MS: Final = 1500
_SHORT_MS: Final = 2500
"""People say no more than this when they pick up."""
_LONG_MS: Final = 7000
"""Shops, and people who speak to somebody else first, say no more than this."""
_WAIT_SHORT_MS: Final = 1500
"""After so little speech, only a person stays silent this long."""
_WAIT_OFFER_MS: Final = 1000
"""The same after an offer to help."""
_WAIT_LONG_MS: Final = 3000
_WAIT_ENDLESS_MS: Final = 6000
_MENU_OVER_MS: Final = 1200
"""A recorded menu or notice that pauses this long has said what it had to say."""
_MENU_LONGEST_MS: Final = 15_000
_ANNOUNCED_MS: Final = 2500
"""An announcement that is followed by no invitation to leave a message within this."""
_LISTENED_MS: Final = 1200
"""Somebody who is silent for so much of the bot's speech is listening."""
_LISTENED_FIRST_MS: Final = 3000
"""The same of first words over the bot's: recordings may begin a second or two after the answer."""
_ANSWER_MS: Final = 8000
"""Nobody's first answer is longer."""
_BEEP_MS: Final = 5000
"""A beep belongs to a monologue that ended at most this long before it."""
_SILENCE_SECONDS: Final = 12.0
_LONGEST_SECONDS: Final = 30.0
_FUZZY_LENGTH: Final = 15
"""Phrases from this length on may be a little misheard."""
_FUZZY: Final = 88.0
_SOUNDED_LENGTH: Final = 3
_NEARLY_SOUNDED: Final = 5
"""Phrases of so many syllables may be misheard in one of them."""
ASKED_AFTER_MS: Final = (1500, 3000, 4500, 6000, 8000, 10_000, 12_500, 15_000, 18_000)
"""Lengths of an utterance at which its words so far are wanted, while it is not known what picked up."""


class Verdict(enum.StrEnum):
    """What picked up."""

    UNDECIDED = "undecided"
    PERSON = "person"
    VOICEMAIL = "voicemail"
    SCREENER = "screener"
    SWITCHBOARD = "switchboard"
    """A recorded menu, notice or queue before a person."""
    ANNOUNCEMENT = "announcement"
    """The network says that the number cannot be reached."""
    SILENCE = "silence"

    @property
    def is_machine(self) -> bool:
        """Whether nobody is there (yet)."""
        return self in _MACHINES


_MACHINES: Final = frozenset({Verdict.VOICEMAIL, Verdict.SCREENER, Verdict.SWITCHBOARD, Verdict.ANNOUNCEMENT})
_UNKNOWN: Final = frozenset({Verdict.UNDECIDED, Verdict.SILENCE})
_NOT_WORDS: Final = re.compile(r"[^\w']+")
_LAST_CHARACTERS: Final = 1
_SHORT_WORDS: Final = 9
_SHORT_CHARACTERS: Final = 14
"""Most words, or characters where none are parted, of an answer by somebody who picked up for another."""
_KINDS: Final = ("voicemail", "unavailable", "screener", "asking", "notice", "business")
_SURE: Final = ("voicemail", "screener", "notice")


class GreetingClassifier:
    """Tells what picked up; fed with every frame's activity from the answer on, with beeps, and with words.

    Parameters
    ----------
    language
        BCP 47 tag.
    screened
        A screener or switchboard has spoken before: what follows is the person it asks, or their voicemail.
    """

    def __init__(self, language: str, *, screened: bool = False) -> None:
        self._language = language
        self._screened = screened
        spoken = languages.of(language)
        self._phrases = spoken.machines
        self._spaced, self._sounds = spoken.spaced, spoken.sounds
        self._began: float | None = None
        self._spoke = False
        self._monologue_from: float | None = None
        self._monologue_ms = 0.0
        self._longest_ms = 0.0
        self._silence_ms = 0
        self._listened_ms = 0
        self._run_answers = False
        self._asked = 0
        self._beep: float | None = None
        self._toned: set[str] = set()
        """What the newest words ended with, if that was a tone."""
        self._evidence: dict[str, set[str]] = {kind: set() for kind in _KINDS}
        self._offers = False
        self._unreachable: dict[Unreachable, set[str]] = {}
        self._verdict = Verdict.UNDECIDED
        self._talks = False
        self._keys: list[str] = []
        self.why = ""
        """One sentence on the verdict, once there is one."""

    # ------------------------------------------------------------------------------------------ events

    def frame(self, activity: Activity, at: float, *, playing: bool = False) -> Verdict:
        """One frame's voice activity.

        Parameters
        ----------
        at
            Seconds, on any clock that does not jump.
        playing
            The bot speaks now.
        """
        if self._began is None:
            self._began = at
        self._silence_ms = activity.silence_ms
        if activity.speech:
            if self._monologue_from is None:
                self._monologue_from = at - activity.speech_ms / 1000
                first = playing and not (self._spoke or self._screened)
                self._run_answers = self._listened_ms >= (_LISTENED_FIRST_MS if first else _LISTENED_MS)
            self._spoke = True
            self._listened_ms = 0
            self._monologue_ms = (at - self._monologue_from) * 1000
            self._longest_ms = max(self._longest_ms, self._monologue_ms)
        else:
            self._listened_ms += FRAME_MILLISECONDS * playing
            if self._silence_ms > _PAUSE_MS or self._listened_ms >= _LISTENED_MS:
                self._monologue_from = None
        return self._decide(at)

    def beep(self, at: float) -> Verdict:
        """A beep has ended."""
        self._beep = at
        return self._decide(at)

    def words(self, text: str, at: float) -> Verdict:
        """What was heard of an utterance so far; later words of the same one repeat the earlier."""
        words = self._normal(text)
        if not words:
            return self._decide(at)
        said = self._said(words)
        self._toned = self._last(words)
        for kind, phrases in said.items():
            self._evidence[kind] |= phrases
        self._offers = self._offers or self._any(words, self._phrases.offers)
        for reason, tellings in self._phrases.unreachable.items():
            found = {phrase for phrase in tellings if self._says(words, phrase)}
            if found and not self._any(words, self._phrases.people):
                self._unreachable.setdefault(reason, set()).update(found)
        if not self._any(words, self._phrases.people) and not said["voicemail"]:
            self._note_keys(words)  # a mailbox has keys of its own, for more options
        recorded = any(said.values()) or self._phrases_press(words)
        if self._run_answers and not recorded and self._monologue_ms <= _ANSWER_MS:
            self._talks = self._talks or not any(self._evidence[kind] for kind in _SURE)
        return self._decide(at)

    def hung_up(self, at: float) -> Verdict:
        """The callee has hung up: somebody who says little and leaves is a person."""
        if self._verdict in _UNKNOWN and self._spoke and not self._suspected():
            if self._longest_ms <= _MONOLOGUE_MS:
                self._verdict, self.why = Verdict.PERSON, "said little and hung up"
            return self._verdict
        return self._decide(at)

    def wants_words(self, utterance_ms: float) -> bool:
        """Whether the words so far of an utterance that goes on are wanted, because it is not known who speaks.

        Parameters
        ----------
        utterance_ms
            How long it has lasted; each length asks once.
        """
        passed = sum(utterance_ms >= least for least in ASKED_AFTER_MS)
        new, self._asked = passed > self._asked, passed
        return new and self._verdict in _UNKNOWN

    # ------------------------------------------------------------------------------------------ verdict

    @property
    def key(self) -> str:
        """The key that a screener asks for; empty if it asks for none, or offers several."""
        return self._keys[0] if len(self._keys) == 1 else ""

    @property
    def unreachable(self) -> Unreachable | None:
        """Why the number cannot be reached, as an announcement tells it."""
        said = self._unreachable
        return max(said, key=lambda one: (one is not Unreachable.NO_ANSWER, len(said[one])), default=None)

    @property
    def settled(self) -> bool:
        """A person has taken a turn: nothing that is heard changes that."""
        return self._verdict is Verdict.PERSON and self._talks

    @property
    def wary(self) -> bool:
        """It is not known what picked up, and it sounds as if more were to come: nobody is talked over."""
        if self._verdict not in _UNKNOWN or self._offers:
            return False
        return self._longest_ms > _SHORT_MS or self._suspected() or bool(self._weak())

    @property
    def spoke_at_length(self) -> bool:
        """What was said is longer than what people say when they pick up."""
        return self._longest_ms > _LONG_MS

    def after_screener(self) -> GreetingClassifier:
        """The classifier of what comes after a screener or switchboard."""
        return GreetingClassifier(self._language, screened=True)

    def refuses(self, text: str) -> str:
        """Why words cannot be a person's answer, though a person may be there; empty where they can.

        Until the callee has taken a turn in the conversation (listened, then answered), words that sound recorded,
        and words that follow such, do not count. After that it takes two phrases of a machine at once.
        """
        words = self._normal(text)
        if self._any(words, self._phrases.people):
            return ""
        said = self._said(words)
        machines = said["unavailable"].union(*(said[kind] for kind in _SURE))
        if self._phrases_press(words):
            machines.add(self._pressed(words))
        if self._talks:
            return f"it sounds recorded: {_quoted(machines)}" if len(machines) >= 2 else ""
        if machines:
            return f"it sounds recorded: {_quoted(machines)}"
        earlier = set[str]().union(*self._evidence.values(), *self._unreachable.values())
        return f"a recorded greeting said {_quoted(earlier)}" if earlier and not self._offers else ""

    def _decide(self, at: float) -> Verdict:
        """Return the verdict; a "person" who has taken no turn yet may prove to be a machine after all.

        A line that was silent may still speak.
        """
        if self._verdict is Verdict.UNDECIDED:
            self._verdict, self.why = self._weigh(at)
        elif self._verdict is Verdict.SILENCE and self._spoke:
            found = self._machine(at) or self._person(at - self._began if self._began is not None else 0.0)
            self._verdict, self.why = found or (self._verdict, self.why)
        elif self._verdict is Verdict.PERSON and not self._talks:
            found = self._machine(at)
            self._verdict, self.why = found or (self._verdict, self.why)
        return self._verdict

    def _weigh(self, at: float) -> tuple[Verdict, str]:
        machine = self._machine(at)
        if machine is not None:
            return machine
        if self._began is None:
            self._began = at
        passed = at - self._began
        if not self._spoke:
            if passed >= _SILENCE_SECONDS:
                return Verdict.SILENCE, f"nothing was said for {passed:.0f} s"
            return Verdict.UNDECIDED, ""
        return self._person(passed) or (Verdict.UNDECIDED, "")

    def _person(self, passed: float) -> tuple[Verdict, str] | None:
        spoken, waits = f"{self._longest_ms / 1000:.1f} s", self._silence_ms
        if self._talks:
            return Verdict.PERSON, "listened to the bot, then answered"
        if not self._suspected():
            if self._longest_ms <= _SHORT_MS and waits >= _WAIT_SHORT_MS and not self._weak():
                return Verdict.PERSON, f"said little ({spoken}) and waits"
            if self._offers and self._longest_ms <= _LONG_MS and waits >= _WAIT_OFFER_MS:
                return Verdict.PERSON, f"offered help ({spoken}) and waits"
            if self._longest_ms <= _LONG_MS and waits >= _WAIT_LONG_MS:
                return Verdict.PERSON, f"spoke for {spoken} and waits"
            if waits >= _WAIT_ENDLESS_MS and not (self._weak() and self._longest_ms > _LONG_MS):
                return Verdict.PERSON, f"spoke for {spoken}, nothing of it recorded, and waits"
        if passed >= _LONGEST_SECONDS and self._suspected():
            return Verdict.SWITCHBOARD, f"nobody came for {passed:.0f} s, and something recorded was said"
        if passed >= _LONGEST_SECONDS:
            return Verdict.PERSON, "nothing proved a machine"
        return None

    def _weak(self) -> set[str]:
        return self._evidence["unavailable"] | self._evidence["business"]

    def _suspected(self) -> bool:
        return any(self._evidence[kind] for kind in _SURE) or bool(self._unreachable)

    def _machine(self, at: float) -> tuple[Verdict, str] | None:
        return self._screener() or self._voicemail(at) or self._announcement() or self._switchboard()

    def _screener(self) -> tuple[Verdict, str] | None:
        if self._screened and not self._keys:  # one that repeats what it asks for is a screener still
            return None
        sure, maybe = self._evidence["screener"], self._evidence["asking"]
        # A mailbox asks for the caller's name too: what it says of messages tells it from a screener. Tones have both.
        messages = self._evidence["voicemail"] - set(self._phrases.tones)
        if not sure or (messages and not maybe and len(sure) < 2):
            return None
        if len(sure) + len(maybe) >= 2 or self._longest_ms >= _SCREENER_MONOLOGUE_MS:
            return Verdict.SCREENER, f"it said {_quoted(sure | maybe)}"
        return None

    def _voicemail(self, at: float) -> tuple[Verdict, str] | None:
        sure = self._evidence["voicemail"] | (self._toned if self._silence_ms >= _MENU_OVER_MS else set())
        if self._evidence["screener"] and sure <= set(self._phrases.tones):
            return None
        maybe = self._evidence["unavailable"] | self._evidence["business"] | self._evidence["notice"]
        spoken = f"spoke for {self._longest_ms / 1000:.1f} s"
        if len(sure) >= 2 or (sure and maybe):
            return Verdict.VOICEMAIL, f"it said {_quoted(sure | maybe)}"
        if sure and self._longest_ms >= _STRONG_MONOLOGUE_MS:
            return Verdict.VOICEMAIL, f"it {spoken} and said {_quoted(sure)}"
        unavailable = self._evidence["unavailable"]
        if len(unavailable) >= 2 and self._longest_ms >= _MONOLOGUE_MS and not self._unreachable:
            return Verdict.VOICEMAIL, f"it {spoken} and said {_quoted(unavailable)}"
        closed = unavailable and self._evidence["business"] and self._longest_ms > _LONG_MS
        if closed and self._silence_ms >= _WAIT_LONG_MS and not self._offers:
            return Verdict.VOICEMAIL, f"it {spoken}, said {_quoted(maybe)}, and waits"
        beeped = self._beep is not None and at - self._beep < _BEEP_MS / 1000
        if beeped and (sure or maybe or self._unreachable):
            return Verdict.VOICEMAIL, f"it said {_quoted(sure | maybe)} and beeped"
        if beeped and self._longest_ms >= _STRONG_MONOLOGUE_MS:
            return Verdict.VOICEMAIL, f"it {spoken} and beeped"
        return None

    def _announcement(self) -> tuple[Verdict, str] | None:
        reason = self.unreachable
        if reason is None or self._evidence["voicemail"] or self._offers:
            return None
        said = set().union(*self._unreachable.values()) | self._evidence["unavailable"]
        over = self._silence_ms >= _ANNOUNCED_MS or self._longest_ms >= _MENU_LONGEST_MS
        if len(said) >= 2 and (over or not reason.may_record):
            return Verdict.ANNOUNCEMENT, f"{reason.value}: it said {_quoted(said)}"
        if over and self._longest_ms >= _SCREENER_MONOLOGUE_MS:
            return Verdict.ANNOUNCEMENT, f"{reason.value}: it said {_quoted(said)}"
        return None

    def _switchboard(self) -> tuple[Verdict, str] | None:
        """A recorded notice or menu that has come to its end, or comes to none."""
        notice = self._evidence["notice"]
        if not notice or self._screened:
            return None
        over = self._silence_ms >= _MENU_OVER_MS or self._longest_ms >= _MENU_LONGEST_MS
        enough = len(notice) >= 2 or self._evidence["business"] or self._longest_ms >= _STRONG_MONOLOGUE_MS
        if over and (enough or self._keys) and not self._offers:
            return Verdict.SWITCHBOARD, f"it said {_quoted(notice)}"
        return None

    # ------------------------------------------------------------------------------------------ phrases

    def _normal(self, text: str) -> str:
        words = _NOT_WORDS.sub(" ", text.lower().replace("’", "'")).strip()
        return words if self._spaced else words.replace(" ", "")

    def _said(self, words: str) -> dict[str, set[str]]:
        """Phrases of machines in these words, by kind; none where the words are a person's."""
        if self._any(words, self._phrases.people) or self._of_others(words):
            return {kind: set() for kind in _KINDS}
        said = {
            kind: {phrase for phrase in getattr(self._phrases, kind) if self._says(words, phrase)} for kind in _KINDS
        }
        # Whether a message or a name is wanted after the tone has not been said yet.
        said["voicemail"] -= self._last(words)
        return said

    def _last(self, words: str) -> set[str]:
        """What is said of tones with which these words end."""
        ends = len(words) - _LAST_CHARACTERS
        return {one for one in self._phrases.tones if one in words and words.rindex(one) + len(one) >= ends}

    def _of_others(self, words: str) -> bool:
        """Whether a short answer speaks of somebody else, as a wife of her husband; machines speak of themselves."""
        short = len(words.split()) <= _SHORT_WORDS if self._spaced else len(words) <= _SHORT_CHARACTERS
        return short and self._phrases.of_others.search(words) is not None

    def _any(self, words: str, phrases: tuple[str, ...]) -> bool:
        """Whether one of these is said, word for word: what speaks for a person is not guessed."""
        return any(self._has(words, phrase) for phrase in phrases)

    def _has(self, words: str, phrase: str) -> bool:
        return f" {phrase} " in f" {words} " if self._spaced else phrase in words

    def _says(self, words: str, phrase: str) -> bool:
        return (
            self._has(words, phrase)
            or self._sounds_like(words, phrase)
            or (
                self._spaced
                and len(phrase) >= _FUZZY_LENGTH
                and len(words) >= len(phrase)
                and fuzz.partial_ratio(phrase, words, score_cutoff=_FUZZY) > 0
            )
        )

    def _sounds_like(self, words: str, phrase: str) -> bool:
        """Whether a phrase sounds like a part of the words, where writing hides that; long ones but for one sound."""
        if self._sounds is None or len(phrase) < _SOUNDED_LENGTH:
            return False
        wanted, heard = self._sounds(phrase).split(), self._sounds(words).split()
        most = int(len(wanted) >= _NEARLY_SOUNDED)
        return any(
            sum(one != other for one, other in zip(wanted, heard[at : at + len(wanted)], strict=True)) <= most
            for at in range(len(heard) - len(wanted) + 1)
        )

    def _phrases_press(self, words: str) -> bool:
        return self._phrases.press is not None and self._phrases.press.search(words) is not None

    def _pressed(self, words: str) -> str:
        found = self._phrases.press.search(words) if self._phrases.press is not None else None
        return found[0] if found else ""

    def _note_keys(self, words: str) -> None:
        """A key to be pressed is a challenge where it connects the call, and otherwise part of a menu."""
        if self._phrases.press is None:
            return
        connects = bool(self._evidence["asking"] or self._evidence["screener"])
        for asked in self._phrases.press.finditer(words):
            key = self._phrases.keys[asked["key"]]
            if key not in self._keys:
                self._keys.append(key)
            self._evidence["screener" if connects and len(self._keys) == 1 else "notice"].add(asked[0])


def _quoted(phrases: set[str]) -> str:
    return ", ".join(f"“{phrase}”" for phrase in sorted(phrases))
