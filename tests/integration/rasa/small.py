"""Small scripts: one written, others drawn at random; cheap to train, each a script as designers could write it."""

from __future__ import annotations

import random
from typing import Any, Final

from voicebot.dialogue.pinned import pinned_text, text_hash
from voicebot.dialogue.script import Script

INTENTS: Final = ("affirm", "deny", "promise_to_pay", "already_paid", "cannot_pay", "dispute", "repeat", "goodbye")
_ALWAYS: Final = ("stop_calling", "talk_to_human", "wrong_person")
_SLOTS: Final = ("promise_date", "amount", "callback_at")
_STATES: Final = ("given", "known", "missing")


def _script(steps: dict[str, Any], intents: dict[str, Any], name: str, always: dict[str, Any]) -> Script:
    script = Script.model_validate(
        {
            "script": name,
            "version": "1",
            "language": "en-US",
            "slots": {
                "promise_date": {"type": "date", "intent": "promise_to_pay"},
                "amount": {"type": "money", "intent": "partial_payment"},
                "callback_at": {"type": "time", "intent": "callback_request"},
            },
            "start": next(iter(steps)),
            "steps": steps,
            "always": always,
            "digressions": {"who_is_this": {"say": "A friend."}},
            "endings": {"refused": {}, "do_not_call": {"say": "Goodbye."}, "gave_up": {"outcome": "no_response"}},
            "reprompts": {"no_input": ["Hello?"], "no_match": ["Sorry?"]},
            "exhausted": {"end": "gave_up"},
            "voicemail": {"end": "gave_up"},
            "screener": {"end": "gave_up"},
            "intents": intents,
        }
    )  # fmt: skip
    script._content_hash = text_hash(pinned_text(script))
    return script


def small() -> Script:
    """Return a script with three steps and five intents."""
    steps = {
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
    return _script(steps, intents, "small", {"stop_calling": {"end": "do_not_call"}})


def random_script(seed: int) -> Script:
    """Return a script without examples: steps, answers, guards and moves drawn at random, in random order."""
    draw = random.Random(seed)
    names = [f"step_{number}" for number in range(draw.randint(1, 5))]

    def move() -> dict[str, Any]:
        kind = draw.choice(["go", "go", "end", "stay", "hold"])
        where = {"go": draw.choice(names), "end": draw.choice(["refused", "do_not_call"])}
        return {kind: where.get(kind, True)}

    def moves() -> list[dict[str, Any]]:
        found = [{"if": f"{draw.choice(_SLOTS)} {draw.choice(_STATES)}", **move()} for _ in range(draw.randint(0, 4))]
        return [*found, move()] if draw.random() < 0.8 or not found else found

    steps = {
        name: {
            "say": "What?",
            "answers": {intent: moves() for intent in draw.sample(INTENTS, draw.randint(1, len(INTENTS)))},
        }
        for name in names
    }
    always = {intent: moves() for intent in draw.sample(_ALWAYS, draw.randint(0, 3))}
    return _script(steps, {}, f"random_{seed}", always)
