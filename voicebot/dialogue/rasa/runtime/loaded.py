"""A loaded Rasa model that answers two questions: what a text means, and where an intent leads.

Runs in Rasa's own environment (Python 3.8 to 3.10); imports only the standard library and Rasa.
"""

from __future__ import annotations

import asyncio
import logging
import os
import warnings
from collections import OrderedDict
from typing import Any, Dict, List, Optional, Sequence, Text, Tuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["RASA_TELEMETRY_ENABLED"] = "false"
warnings.filterwarnings("ignore")

from rasa.core.agent import Agent
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.log_utils import configure_structlog

configure_structlog(logging.ERROR)

_KEPT = 20_000
_LISTEN = "action_listen"
_UNSAID = "-"


class Model:
    """One model.

    Parameters
    ----------
    path
        The ``.tar.gz`` that Rasa trained.
    """

    def __init__(self, path: Text) -> None:
        self._agent = Agent.load(path)
        if not self._agent.is_ready():
            raise RuntimeError(f"{path} cannot be loaded")
        metadata = self._agent.processor.model_metadata
        self.assistant: Text = metadata.assistant_id or ""
        self.model_id: Text = metadata.model_id
        # Where an intent leads is the same whoever asks; rules take milliseconds, and there are only so many cells.
        self._decided: "OrderedDict[Tuple[Any, ...], Dict[Text, Any]]" = OrderedDict()

    async def parse(self, texts: Sequence[Text]) -> List[List[Tuple[Text, float]]]:
        """Return for each text its intents with their probabilities, the likeliest first."""
        found = []
        for text in texts:
            # what begins with a slash would be a command to Rasa's own parser
            parsed = await self._agent.parse_message(text.lstrip("/") or _UNSAID)
            found.append([(one["name"], round(float(one["confidence"]), 6)) for one in parsed["intent_ranking"]])
        return found

    def decide(self, slots: Dict[Text, Text], intent: Text, history: Sequence[Sequence[Any]] = ()) -> Dict[Text, Any]:
        """Return action, confidence and policy for an intent.

        Parameters
        ----------
        slots
            All slots of the domain.
        history
            Turns before, oldest first, as (slots, intent, action).
        """
        key = (tuple(sorted(slots.items())), intent, repr(history) if history else "")
        known: Optional[Dict[Text, Any]] = self._decided.get(key)
        if known is None:
            known = self._decided[key] = self._predict(slots, intent, history)
            if len(self._decided) > _KEPT:
                self._decided.popitem(last=False)
        return known

    def _predict(self, slots: Dict[Text, Text], intent: Text, history: Sequence[Sequence[Any]]) -> Dict[Text, Any]:
        events: List[Event] = []
        for earlier_slots, earlier_intent, action in history:
            events += [*_said(earlier_slots, earlier_intent), ActionExecuted(action)]
        events += _said(slots, intent)
        tracker = DialogueStateTracker.from_events("voicebot", events, slots=self._agent.domain.slots)
        found = self._agent.predict_next_with_tracker(tracker, EventVerbosity.NONE)
        best = max(found["scores"], key=lambda one: one["score"])
        return {
            "action": best["action"],
            "confidence": round(float(best["score"]), 4),
            "policy": (found["policy"] or "").rpartition("_")[2],
        }

    def warm_up(self, texts: Sequence[Text]) -> None:
        """Ask once what takes longest the first time (Jieba's dictionary takes more than a second)."""
        asyncio.run(self.parse(texts))


def _said(slots: Dict[Text, Text], intent: Text) -> List[Event]:
    """Return the events of one turn up to where an action is to be chosen."""
    meant = {"name": intent, "confidence": 1.0}
    return [
        *(SlotSet(name, value) for name, value in slots.items()),
        ActionExecuted(_LISTEN),
        UserUttered(f"/{intent}", intent=meant, entities=[], parse_data={"intent": meant, "entities": []}),
    ]
