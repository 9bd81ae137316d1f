"""Asks what an utterance means and has the reply ready, while the closing silence still runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from voicebot import logs
from voicebot.call import noting
from voicebot.call.meaning import hesitant, meaning
from voicebot.call.turn_events import Decided, Meaning
from voicebot.dialogue.conversation.script_talk import Plan, Talk
from voicebot.dialogue.talk import Utterance
from voicebot.journal import events
from voicebot.journal.writer import Journal

PREROLL_SECONDS: Final = 0.3
"""Frame before speech was noticed, and given to the recogniser with it."""
PLAN_SECONDS: Final = 2.0
"""Longest wait for a policy; after it the utterance counts as not understood."""
RENDER_SECONDS: Final = 1.0
"""Longest wait for a line that could not be rendered before; it is spoken as soon as it is there."""

_log = logs.get_logger()


class Clips(Protocol):
    """Speech of texts, ready or made on demand (``voicebot.speech.speaking.prompts.PromptCache``)."""

    def get(self, text: str, *, speed: float = 1.0) -> bytes | None:
        """Return what is ready."""

    def speaker(self, text: str, *, speed: float = 1.0) -> str:
        """Name of the voice that speaks what is ready."""

    async def speech(self, text: str, *, speed: float = 1.0) -> bytes:
        """Make it ready and return it."""


@dataclass(slots=True)
class Asked:
    """How things stood when the words of an utterance were asked for.

    Parameters
    ----------
    speaking
        The bot's voice was on the line.
    asked
        The question itself was being said, or had been.
    seconds
        How long the utterance was so far, with what was heard just before it.
    goes_on
        It continues the utterance that was replied to last.
    planned
        Set once it is known what it means.
    """

    speaking: bool
    asked: bool
    seconds: float
    goes_on: bool = False
    planned: asyncio.Event = field(default_factory=asyncio.Event, repr=False)


class Asker:
    """Asks the talk what an utterance means, and journals what it understood.

    Parameters
    ----------
    talk
        What is said.
    clips
        The voice.
    journal
        Where everything is written.
    clock
        Seconds that never go back.
    """

    def __init__(self, talk: Talk, clips: Clips, journal: Journal, clock: Callable[[], float]) -> None:
        self._talk, self._clips, self._journal, self._clock = talk, clips, journal, clock

    async def plan(self, query: int, known: Asked, utterance: Utterance) -> Plan:
        """Return what an utterance means and what would come next; a policy that fails costs a misunderstanding."""
        begun = self._clock()
        try:
            async with asyncio.timeout(PLAN_SECONDS):
                plan = await self._talk.plan(utterance, goes_on=known.goes_on)
        except Exception as error:
            _log.exception("an utterance could not be decided")
            self._journal.add(events.DecisionFailed(query, str(error)), self._clock())
            plan = await self._talk.plan(Utterance(silence=True))
        now = self._clock()
        self._journal.add(noting.understood(query, plan, goes_on=known.goes_on, seconds=now - begun), now)
        return plan

    async def decided(self, query: int, known: Asked, utterance: Utterance, plan: Plan) -> Decided:
        """Make the reply ready and return what the utterance is to the turn."""
        await self._make_ready(plan)
        understanding, language = plan.understanding, self._talk.language
        special = utterance.silence or bool(utterance.machine) or bool(utterance.digits)
        means = Meaning.ANSWER
        if not special:
            seconds = known.seconds - PREROLL_SECONDS
            means = meaning(
                utterance, understanding, language=language, speaking=known.speaking, asked=known.asked, seconds=seconds
            )
        if plan.nothing_new and means is not Meaning.NOTHING:
            means = Meaning.BACK_CHANNEL
        return Decided(
            self._clock(),
            query,
            means,
            complete=understanding.complete,
            hesitant=not special and hesitant(utterance.text, understanding, language),
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
