"""What a plan of the talk is to the turn machine. Pure."""

from __future__ import annotations

from typing import Final

from voicebot.call.turn_events import Turn
from voicebot.dialogue.conversation.script_talk import Plan
from voicebot.dialogue.talk import EngineIntent

_UNANSWERED: Final = frozenset({EngineIntent.NO_INPUT, EngineIntent.NO_MATCH})


def turn_of(plan: Plan, *, opens: bool = False) -> Turn:
    """Return the turn that a plan describes.

    Parameters
    ----------
    opens
        It is the first of a call.
    """
    lines = tuple(line.uninterruptible for line in plan.act.lines)
    replies = bool(plan.utterance.text or plan.utterance.digits)
    listening = plan.act.listening
    if listening is None:
        after_beep = plan.understanding.intent == EngineIntent.VOICEMAIL
        return Turn(lines, ends=True, opens=opens, after_beep=after_beep, replies=replies)
    return Turn(
        lines,
        expects=listening.expects,
        no_input_seconds=listening.no_input_seconds,
        max_digits=listening.max_digits,
        opens=opens,
        replies=replies,
    )


def asks_again(plan: Plan) -> bool:
    """Whether it puts the question again that got no answer, so that a "yes" answers it before it is heard out."""
    return plan.understanding.intent in _UNANSWERED
