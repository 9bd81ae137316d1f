"""How a call's session ended."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.agi.phone import HangUp
from voicebot.dialogue.talk import Ending


@dataclass(slots=True)
class Ended:
    """How a session ended."""

    hang_up: HangUp
    ending: Ending | None
    answered_at: float | None
    ended_at: float
    turns: int
    transferred: bool
