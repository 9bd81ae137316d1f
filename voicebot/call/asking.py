"""Finds out what an utterance means and prepares the reply while the closing silence still runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from voicebot import logs
from voicebot.call import noting
from voicebot.call.meaning import hesitant, meaning
from voicebot.call.turn_events import Decided, Meaning
from voicebot.call.whose import Said, counts, teaches
from voicebot.dialogue.conversation.script_talk import Plan, Talk
from voicebot.dialogue.talk import EngineIntent, Utterance
from voicebot.dialogue.understanding.expectation import STRANGE
from voicebot.journal import events
from voicebot.journal.writer import Journal
from voicebot.speech.listening.nearest.picture import Who

PREROLL_SECONDS: Final = 0.3
"""Frames before speech was noticed that the recogniser gets as well."""
PLAN_SECONDS: Final = 2.0
"""Longest wait for a policy; after it the utterance counts as not understood."""
RENDER_SECONDS: Final = 1.0
"""Longest wait for a line that could not be rendered before the call; it is spoken as soon as it is ready."""

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
    """

    def __init__(self, talk: Talk, clips: Clips, journal: Journal, clock: Callable[[], float]) -> None:
        self._talk, self._clips, self._journal, self._clock = talk, clips, journal, clock

    async def plan(self, query: int, known: Asked, utterance: Utterance) -> Plan:
        """Return what an utterance means and what would come next; if the policy fails it counts as not understood."""
        begun = self._clock()
        try:
            async with asyncio.timeout(PLAN_SECONDS):
                plan = await self._talk.plan(utterance, goes_on=known.goes_on)
        except Exception as error:
            _log.exception("the policy failed on an utterance")
            self._journal.add(events.DecisionFailed(query, str(error)), self._clock())
            plan = await self._talk.plan(Utterance(silence=True))
        now = self._clock()
        self._journal.add(noting.understood(query, plan, goes_on=known.goes_on, seconds=now - begun), now)
        return plan

    async def decided(self, query: int, known: Asked, utterance: Utterance, plan: Plan) -> Decided:
        """Prepare the reply and return what the utterance is to the turn."""
        await self._make_ready(plan)
        understanding, language = plan.understanding, self._talk.language
        special = utterance.silence or bool(utterance.machine) or bool(utterance.digits)
        unknown_keys = utterance.digits and understanding.intent == EngineIntent.NO_MATCH
        means = Meaning.UNCLEAR if unknown_keys else Meaning.ANSWER
        if not special:
            seconds = known.seconds - PREROLL_SECONDS
            means = meaning(
                utterance, understanding, language=language, speaking=known.speaking, asked=known.asked, seconds=seconds
            )
            said = Said(
                known.who,
                means,
                answers=self._talk.urgent(plan) or self._talk.answers(plan),
                strange=understanding.intent == STRANGE,
                over_us=known.speaking,
                sure=min(utterance.confidence, understanding.confidence),
            )
            known.teaches = teaches(said, utterance.text, language)
            known.heeded = counts(said) or known.teaches
            if not known.heeded:
                return Decided(self._clock(), query, Meaning.NOTHING, complete=understanding.complete)
        if plan.nothing_new and means is not Meaning.NOTHING:
            means = Meaning.BACK_CHANNEL
        return Decided(
            self._clock(),
            query,
            means,
            complete=understanding.complete,
            hesitant=not special and hesitant(utterance.text, understanding, language),
            value=bool(understanding.slots),
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
