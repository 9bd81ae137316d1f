"""What was understood, and what it led to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Understood:
    """What words, keys or silence mean; nothing is decided yet.

    Parameters
    ----------
    goes_on
        The whole that was understood, where these words continue those that were replied to.
    nothing_new
        It changes nothing of the reply that was given.
    literal
        It was said in so many words; so are all answers of records from before this was noted.
    agreement
        Share of the recogniser's hypotheses that mean the same; none where only one was looked at.
    second_ear
        Whether another recogniser heard the same meaning; none where none listened.
    pace
        How fast the words were spoken, relative to how fast people speak; none where that is not known.
    yes
        A yes in so many words stood beside it.
    introduced
        The callee introduced themselves as the person called.
    """

    name: ClassVar[str] = "understood"
    query: int = 0
    intent: str = ""
    confidence: float = 1.0
    slots: Mapping[str, Any] = field(default_factory=dict)
    policy: str = ""
    ranking: tuple[tuple[str, float], ...] = ()
    also: tuple[str, ...] = ()
    recognition: float = 1.0
    decision_ms: float = 0.0
    goes_on: str = ""
    nothing_new: bool = False
    literal: bool = True
    agreement: float | None = None
    second_ear: bool | None = None
    pace: float | None = None
    yes: bool = False
    introduced: bool = False


@dataclass(frozen=True, slots=True)
class DecisionFailed:
    """The policy failed on what was said; it counts as silence."""

    name: ClassVar[str] = "decision_failed"
    query: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn ended: what was understood under ``query`` is now what counts.

    Parameters
    ----------
    step
        Where the conversation stands now.
    taken
        How the script's table led here.
    outcome_so_far, counts_as, slots
        What the call would have come to if it had ended here: all that a crash leaves.
    takes_back
        It replaces the reply that was given last.
    weighed
        Why it was acted on, asked about or not understood: what was proved of it, and how much was needed.
    """

    name: ClassVar[str] = "turn"
    query: int = 0
    intent: str = ""
    step: str = ""
    taken: tuple[str, ...] = ()
    ending: str = ""
    outcome_so_far: str = "hung_up"
    slots: Mapping[str, Any] = field(default_factory=dict)
    takes_back: bool = False
    counts_as: str = ""
    weighed: str = ""
