"""Who decides what an utterance means: the local policy in process, or Rasa behind the same protocol."""

from __future__ import annotations

from typing import Protocol

from voicebot.dialogue.talk import Question, Understanding


class Policy(Protocol):
    """Decides what an utterance means in one script. Never raises on input, never blocks the event loop."""

    @property
    def name(self) -> str:
        """``local`` or ``rasa``."""

    async def understand(self, question: Question) -> Understanding:
        """Return the intent and slot values of ``question``; ``no_match`` where nothing fits."""
