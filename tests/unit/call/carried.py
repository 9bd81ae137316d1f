"""A call carried by the real session, in time that is told and not waited for; doubles stand at its edges alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from tests.unit.dialogue.making import LEAD, NOW, SMALL, loaded
from voicebot.agi.phone import Disposition, HangUp
from voicebot.call.ended import Ended
from voicebot.call.session import CallSession
from voicebot.dialogue.conversation.script_talk import ScriptTalk
from voicebot.dialogue.talk import EngineIntent, Question, Understanding
from voicebot.dialogue.understanding.policy import engine_answer
from voicebot.journal.writer import Journal
from voicebot.speech.audio import FRAME_BYTES, FRAME_SECONDS, SAMPLE_RATE
from voicebot.speech.recognition.recognizer import EngineInfo, Hints, Hypothesis, Recognition

RECOGNITION_SECONDS: Final = 0.04
LOUD: Final = b"\x00\x10" * (FRAME_BYTES // 2)
"""A frame of the bot's voice."""


class Clips:
    """A voice that speaks every text for as long as it is told to, in one tone."""

    def __init__(self, seconds: float = 1.0) -> None:
        self.seconds = seconds
        self.late: dict[str, float] = {}
        """Texts that are not ready, and how long rendering them takes; infinite: it fails."""

    def get(self, text: str, *, speed: float = 1.0) -> bytes | None:
        del speed
        return None if text in self.late else LOUD * round(self.seconds / FRAME_SECONDS)

    def speaker(self, text: str, *, speed: float = 1.0) -> str:
        del text, speed
        return "tone"

    async def speech(self, text: str, *, speed: float = 1.0) -> bytes:
        del speed
        wait = self.late.get(text, 0.0)
        if wait == float("inf"):
            raise RuntimeError("the voice is gone")
        await asyncio.sleep(wait)
        self.late.pop(text, None)
        return LOUD * round(self.seconds / FRAME_SECONDS)


class Recognizer:
    """Hears the words that the test says next, a moment after it is asked."""

    def __init__(self) -> None:
        self.words: list[str] = []
        """What will be heard, one text an utterance; the last one is heard again when asked again."""
        self.fed = 0
        self.begun = 0
        self.closed = False
        self.tell: Callable[[Recognition], None]
        self._utterance = 0

    def begin(self, utterance: int, hints: Hints) -> None:
        del hints
        self._utterance = utterance
        self.begun += 1
        self.fed = 0

    def feed(self, pcm: bytes) -> None:
        self.fed += len(pcm)

    def interim(self, number: int) -> None:
        text = self.words[0] if self.words else ""
        heard = Recognition(self._utterance, number, Hypothesis(text, 0.9))
        asyncio.get_running_loop().call_later(RECOGNITION_SECONDS, self._told, heard)

    def _told(self, heard: Recognition) -> None:
        if not self.closed:
            self.tell(heard)

    def end(self) -> None:
        if self.words:
            self.words.pop(0)

    def close(self) -> None:
        self.closed = True


class Silent(Recognizer):
    """Never says a word."""

    def interim(self, number: int) -> None:
        """Take its time."""


class Pool:
    """Gives the call its recogniser."""

    info = EngineInfo("double", "none", "en-US", "a test")

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self.beneath = Recognizer()
        """Hears what goes on beneath the bot's voice."""
        self._opened = False

    async def start(self) -> None:
        """Nothing to load."""

    def open(self, call: str, on_words: Callable[[Recognition], None]) -> Recognizer:
        del call
        opened, self._opened = self._beneath() if self._opened else self._recognizer, True
        opened.tell = on_words
        return opened

    def _beneath(self) -> Recognizer:
        self.beneath.closed = False
        return self.beneath

    async def close(self) -> None:
        """Nothing to end."""


class Policy:
    """Understands the words that it was given as intents."""

    name = "double"

    def __init__(self, script: Any, **intents: str) -> None:
        self._script, self._intents = script, intents
        self.fails = False

    async def understand(self, question: Question) -> Understanding:
        if self.fails:
            raise RuntimeError("the policy is gone")
        known = engine_answer(self._script, question)
        if isinstance(known, Understanding):
            return known
        words = known or question.utterance.text
        return Understanding(self._intents.get(words.replace(" ", "_"), EngineIntent.NO_MATCH))


class Call:
    """One call: the session, and the telephone as this test plays it. A ``PhoneCall``."""

    def __init__(self, folder: Path, *, script: str = SMALL, **intents: str) -> None:
        self.loop = asyncio.get_running_loop()
        self.clips, self.recognizer = Clips(), Recognizer()
        self.attempt: UUID = uuid4()
        made = loaded(folder, script)
        self.policy = Policy(made, **intents)
        self.talk = ScriptTalk(made, LEAD, self.policy, lambda: NOW)
        self.journal = Journal(folder, self.attempt, begun_at=self.loop.time(), wall=NOW.timestamp())
        self.session = CallSession(
            talk=self.talk,
            clips=self.clips,
            recognizer=Pool(self.recognizer),
            journal=self.journal,
            longest_seconds=300.0,
            clock=self.loop.time,
        )
        self.session.attach(self)
        self.spoken: list[tuple[float, bytes | None]] = []
        """What the bot sent in each tick."""
        self.hang_ups = 0
        self.transfers: list[str] = []
        self.pressed: list[str] = []
        self.refuses_transfers = False

    def hang_up(self) -> None:
        self.hang_ups += 1
        self.loop.call_soon(self.session.hung_up, HangUp(Disposition.ANSWERED), self.loop.time())

    def press(self, key: str) -> None:
        self.pressed.append(key)

    def transfer(self, extension: str) -> None:
        if self.refuses_transfers:
            raise RuntimeError("no such extension")
        self.transfers.append(extension)

    def answer(self) -> None:
        self.session.media_up(self.loop.time())
        self.session.ringing(self.loop.time())
        self.session.answered(self.loop.time())

    async def line(self, frames: Iterable[bytes | None]) -> None:
        """Let the callee's line carry these, one each 20 ms; ``None``: nothing comes. The bot speaks meanwhile."""
        for pcm in frames:
            if pcm is not None:
                self.session.frame(pcm, self.loop.time())
            self.spoken.append((self.loop.time(), self.session.next_frame()))
            await asyncio.sleep(FRAME_SECONDS)

    async def nothing(self, seconds: float) -> None:
        """Let nothing come for so long."""
        await self.line([None] * round(seconds / FRAME_SECONDS))

    async def ended(self) -> Ended:
        """Let nothing come until the call is over."""
        while not self.session.ended.done():
            await self.nothing(0.02)
        return self.session.ended.result()

    def names(self) -> list[str]:
        """Names of the journal's entries, in order."""
        return [str(entry["event"]) for entry in self.journal.entries]

    def all(self, event: str) -> list[dict[str, Any]]:
        """Entries of one name."""
        return [dict(entry) for entry in self.journal.entries if entry["event"] == event]

    def first_sound_after(self, at: float) -> float:
        """When the bot first sent something that is no silence."""
        return next(when for when, frame in self.spoken if when > at and frame)


def frames(pcm: bytes) -> list[bytes]:
    """Cut sound into frames of 20 ms."""
    return [pcm[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0") for at in range(0, len(pcm), FRAME_BYTES)]


def seconds(pcm: bytes) -> float:
    """How long a sound lasts."""
    return len(pcm) / (2 * SAMPLE_RATE)
