"""A small script, cheap to train."""

from __future__ import annotations

from typing import Any

from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.pinned import pinned_text, text_hash


def small() -> Script:
    """Return a script with three steps and five intents."""
    steps: dict[str, Any] = {
        "identity": {"say": "Is this you?", "answers": {"affirm": "when", "deny": {"end": "refused"}}},
        "when": {
            "say": "When?",
            "asks": "promise_date",
            "answers": {
                "promise_to_pay": [{"if": "promise_date known", "go": "confirm"}, {"stay": True}],
                "cannot_pay": {"end": "refused"},
            },
        },
        "confirm": {
            "say": "Right?",
            "answers": {
                "affirm": [{"if": "promise_date given", "go": "confirm"}, {"end": "refused"}],
                "deny": {"go": "when", "forget": "promise_date"},
            },
        },
    }
    examples = {
        "affirm": ["yes", "yeah", "sure", "that is right", "correct", "of course"],
        "deny": ["no", "nope", "not really", "that is wrong", "no way", "i do not think so"],
        "promise_to_pay": ["i will pay friday", "friday", "i can do it on friday", "let me pay on friday", "by friday"],
        "cannot_pay": ["i have no money", "i lost my job", "i can't pay", "i am broke", "there is nothing left"],
        "stop_calling": ["stop calling me", "do not call again", "take me off your list", "leave me alone"],
    }
    intents = {intent: {"examples": texts} for intent, texts in examples.items()}
    script = Script.model_validate(
        {
            "script": "small",
            "version": "1",
            "language": "en-US",
            "slots": {"promise_date": {"type": "date", "intent": "promise_to_pay"}},
            "start": "identity",
            "steps": steps,
            "always": {"stop_calling": {"end": "do_not_call"}},
            "endings": {"refused": {}, "do_not_call": {"say": "Goodbye."}, "gave_up": {"outcome": "no_response"}},
            "reprompts": {"no_input": ["Hello?"], "no_match": ["Sorry?"]},
            "exhausted": {"end": "gave_up"},
            "voicemail": {"end": "gave_up"},
            "screener": {"end": "gave_up"},
            "intents": intents,
        }
    )
    script._content_hash = text_hash(pinned_text(script))
    return script
