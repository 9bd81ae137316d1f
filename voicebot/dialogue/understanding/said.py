"""One utterance as its meaning is looked for: its words, their clauses, the values in them, and what was asked."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.dialogue.talk import State
from voicebot.dialogue.understanding.heard_values import HeardValues
from voicebot.dialogue.understanding.normal import Clauses


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance.

    Parameters
    ----------
    words
        Masked (``normal.masked``).
    parts
        Clauses of the words.
    values
        Those in it; a value that is denied or corrected is not among them.
    state
        Where the conversation stands.
    """

    words: str
    parts: Clauses
    values: HeardValues
    state: State

    @property
    def step(self) -> str:
        """Step whose question this answers; empty where none was asked."""
        return self.state.step
