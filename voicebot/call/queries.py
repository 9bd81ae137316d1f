"""What has been asked about the callee's words in this turn, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from voicebot.call.asking import Asked, Asker
from voicebot.call.turn_events import Decided
from voicebot.dialogue.conversation.script_talk import Plan
from voicebot.dialogue.talk import Utterance


class Queries:
    """The questions of one turn, by number.

    Parameters
    ----------
    asker
        Finds out what words mean.
    start
        Runs what takes time.
    decided
        Takes each decision, with the situation in which it was asked for.
    """

    def __init__(
        self,
        asker: Asker,
        start: Callable[[Coroutine[Any, Any, None]], object],
        decided: Callable[[Asked, Decided], None],
    ) -> None:
        self._asker, self._start, self._decided = asker, start, decided
        self._asked: dict[int, Asked] = {}
        self.plans: dict[int, Plan] = {}
        """What would come next, as far as it is known."""
        self._newest = 0

    def clear(self) -> None:
        """Forget everything; another turn begins."""
        self._asked.clear()
        self.plans.clear()

    def words(self, query: int, known: Asked) -> None:
        """The words of an utterance were requested under this number."""
        self._newest = query
        self._asked[query] = known

    def awaits(self, query: int) -> bool:
        """Whether these words have not been overtaken."""
        return query == self._newest and query in self._asked

    @property
    def newest(self) -> Asked | None:
        """The situation when words were last requested."""
        return self._asked.get(self._newest)

    def decide(self, query: int, utterance: Utterance, *, goes_on: bool = False) -> None:
        """Find out what words, keys, silence or a machine mean; ``goes_on``: to the question before."""
        known = self._asked.setdefault(query, Asked(speaking=False, asked=True, seconds=0.0, goes_on=goes_on))
        self._start(self._carry(query, known, utterance))

    async def _carry(self, query: int, known: Asked, utterance: Utterance) -> None:
        heard, plan = await self._asker.plan(query, known, utterance, lambda: self.awaits(query))
        self.plans[query] = plan
        known.planned.set()
        self._decided(known, await self._asker.decided(query, known, heard, plan))
