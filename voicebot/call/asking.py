"""Finds out what an utterance means and prepares the reply while the closing silence still runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from voicebot import logs
from voicebot.call import noting
from voicebot.call.meaning import breaks_at_a_comma, hesitant, meaning
from voicebot.call.turn_events import Decided, Meaning
from voicebot.call.whose import Said, counts, teaches
from voicebot.dialogue.conversation.script_talk import Plan, Talk
from voicebot.dialogue.talk import EngineIntent, Utterance
from voicebot.dialogue.understanding.expectation import STRANGE
from voicebot.dialogue.understanding.two_ears import together
from voicebot.journal import events
from voicebot.journal.writer import Journal
from voicebot.speech.listening.nearest.picture import Who
from voicebot.speech.recognition.second_ear import SecondEar

PREROLL_SECONDS: Final = 0.3
"""Frames before speech was noticed that the recogniser gets as well."""
PLAN_SECONDS: Final = 2.0
"""Longest wait for a policy; after it the utterance counts as not understood."""
RENDER_SECONDS: Final = 1.0
"""Longest wait for a line that could not be rendered before the call; it is spoken as soon as it is ready."""

_NO_ANSWER: Final = (Meaning.NOTHING, Meaning.BACK_CHANNEL)

_log = logs.get_logger()


class Clips(Protocol):
    """Speech of texts, ready or rendered on demand (``voicebot.speech.speaking.prompts.PromptCache``)."""

    def get(self, text: str, *, speed: float = 1.0) -> bytes | None:
        """Return what is ready."""

    def speaker(self, text: str, *, speed: float = 1.0) -> str:
        """Name of the voice of the ready clip."""

    async def speech(self, text: str, *, speed: float = 1.0) -> bytes:
        """Render it and return it."""


@dataclass(slots=True)
class Asked:
    """The situation when the words of an utterance were requested.

    Parameters
    ----------
    speaking
        The bot's voice was on the line.
    asked
        The question itself was being said, or had been.
    seconds
        Length of the utterance so far, with the audio just before it.
    goes_on
        It continues the utterance that was replied to last.
    who
        Whose speech it is, as far as its level tells.
    heeded
        Its words counted as the callee's.
    teaches
        It shows how loud the callee is.
    asks
        The line that asks had been begun, or the words belong to the question before.
    sound
        What the recogniser was given of it, 8 kHz 16-bit PCM.
    utterance
        Its number.
    planned
        Set once it is known what it means.
    """

    speaking: bool
    asked: bool
    seconds: float
    goes_on: bool = False
    who: Who = Who.PERSON
    heeded: bool = False
    teaches: bool = False
    asks: bool = True
    sound: bytes = field(default=b"", repr=False)
    utterance: int = 0
    planned: asyncio.Event = field(default_factory=asyncio.Event, repr=False)


class Asker:
    """Asks the talk what an utterance means, and journals the answer.

    Parameters
    ----------
    talk
        What is said.
    clips
        The voice.
    journal
        Where everything is recorded.
    clock
        Seconds that never go back.
    second_ear
        Listens once more to what is doubtful; ``None``: nobody does.
    """

    def __init__(
        self,
        talk: Talk,
        clips: Clips,
        journal: Journal,
        clock: Callable[[], float],
        second_ear: SecondEar | None = None,
    ) -> None:
        self._talk, self._clips, self._journal, self._clock = talk, clips, journal, clock
        self._second_ear = second_ear

    async def plan(
        self, query: int, known: Asked, utterance: Utterance, wanted: Callable[[], bool]
    ) -> tuple[Utterance, Plan]:
        """Find out what an utterance means and what would come next; if the policy fails it counts as not understood.

        Parameters
        ----------
        query, known
            Number and situation.
        utterance
            What was heard.
        wanted
            Whether it has not been overtaken meanwhile.

        Returns
        -------
        tuple
            What was heard in the end, perhaps by another recogniser, and what it leads to.
        """
        begun = self._clock()
        plan = await self._planned(query, known, utterance)
        if known.sound and self._second_ear is not None and self._talk.doubts(plan) and wanted():
            both = await self._listen_again(query, known, utterance, self._second_ear)
            if both is not None and wanted():
                utterance, begun = both, self._clock()
                plan = await self._planned(query, known, utterance)
        now = self._clock()
        self._journal.add(noting.understood(query, plan, goes_on=known.goes_on, seconds=now - begun), now)
        return utterance, plan

    async def _planned(self, query: int, known: Asked, utterance: Utterance) -> Plan:
        try:
            async with asyncio.timeout(PLAN_SECONDS):
                return await self._talk.plan(utterance, goes_on=known.goes_on)
        except Exception as error:
            _log.exception("the policy failed on an utterance")
            self._journal.add(events.DecisionFailed(query, str(error)), self._clock())
            return await self._talk.plan(Utterance(silence=True))

    async def _listen_again(
        self, query: int, known: Asked, utterance: Utterance, second_ear: SecondEar
    ) -> Utterance | None:
        """Return what two recognisers heard; ``None`` where the other had no time."""
        asked = self._clock()
        found = await second_ear.look(str(self._journal.attempt), known.sound)
        if found is None:
            return None
        both = together(utterance, found.best.text, found.best.confidence)
        now = self._clock()
        counts = both.text != utterance.text
        self._journal.add(noting.second_look(query, found, waited=now - asked, counts=counts), now)
        if counts:
            self._journal.add(noting.second_words(query, known.utterance, both), now)
        return both

    async def decided(self, query: int, known: Asked, utterance: Utterance, plan: Plan) -> Decided:
        """Prepare the reply and return what the utterance is to the turn."""
        await self._make_ready(plan)
        understanding, language = plan.understanding, self._talk.language
        special = utterance.silence or bool(utterance.machine) or bool(utterance.digits)
        unknown_keys = utterance.digits and understanding.intent == EngineIntent.NO_MATCH
        means, all_said = (Meaning.UNCLEAR if unknown_keys else Meaning.ANSWER), True
        if not special:
            answers = self._talk.urgent(plan) or self._talk.answers(plan)
            means = meaning(
                utterance,
                understanding,
                language=language,
                speaking=known.speaking,
                asked=known.asked,
                asks=known.asks,
                clear=plan.understood and (answers or plan.sure),
                seconds=known.seconds - PREROLL_SECONDS,
            )
            said = Said(
                known.who,
                means,
                answers=self._talk.urgent(plan) or (answers and known.asks),
                strange=understanding.intent == STRANGE,
                over_us=known.speaking,
                sure=min(utterance.confidence, understanding.confidence),
            )
            all_said = means in _NO_ANSWER or (answers and plan.settles and not breaks_at_a_comma(utterance.text))
            known.teaches = teaches(said, utterance.text, language)
            known.heeded = counts(said) or known.teaches
            if not known.heeded:
                return Decided(self._clock(), query, Meaning.NOTHING, complete=understanding.complete)
        if plan.nothing_new and means not in _NO_ANSWER:
            means, all_said = Meaning.BACK_CHANNEL, False
        return Decided(
            self._clock(),
            query,
            means,
            complete=understanding.complete,
            hesitant=not special and hesitant(utterance.text, understanding, language),
            value=bool(understanding.slots),
            settled=all_said,
            urgent=self._talk.urgent(plan),
            takes_back=plan.takes_back,
        )

    async def _make_ready(self, plan: Plan) -> None:
        """Render what could not be known before the call."""
        lines = ((line.text, line.speed) for line in plan.act.lines)
        missing = [(text, speed) for text, speed in lines if self._clips.get(text, speed=speed) is None]
        if missing:
            try:
                async with asyncio.timeout(RENDER_SECONDS):
                    await asyncio.gather(*(self._clips.speech(text, speed=speed) for text, speed in missing))
            except Exception as error:
                self._journal.add(events.RenderFailed(str(error) or type(error).__name__), self._clock())
