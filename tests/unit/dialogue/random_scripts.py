"""Scripts as hypothesis makes them up: every name leads somewhere, and anything else may be wrong with them.

Most are nearly sound (escapes under ``always``, the debt after the identity), so that many keep every rule; each of
these habits is broken now and then.
"""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.faults import names_that_lead_nowhere

ANSWERS: Final = (
    "affirm", "deny", "promise_to_pay", "partial_payment", "cannot_pay", "already_paid", "callback_request", "goodbye",
)  # fmt: skip
ESCAPES: Final = ("wrong_person", "talk_to_human", "attorney", "bankruptcy", "deceased")
DIGRESSIONS: Final = ("who_is_this", "are_you_robot", "repeat", "wait")
INTENTS: Final = (*ANSWERS, *ESCAPES, *DIGRESSIONS, "stop_calling", "dispute", "out_of_scope")
CONDITIONS: Final = (
    "promise_date given", "promise_date known", "promise_date missing", "amount given", "amount known",
    "amount missing", "amount < amount_due", "days_past_due > 30", "tries >= 2",
)  # fmt: skip
SLOTS: Final = {
    "promise_date": {"type": "date", "intent": "promise_to_pay", "intents": ["partial_payment", "affirm", "deny"]},
    "amount": {"type": "money", "intent": "partial_payment", "intents": ["promise_to_pay", "affirm"]},
}
ENDINGS: Final[dict[str, Any]] = {
    "already_paid": {"say": "Thank you. Goodbye."},
    "attorney": {"say": "I have noted that. Goodbye."},
    "bankruptcy": {"say": "I have noted that. Goodbye."},
    "deceased": {"say": "I am sorry. Goodbye."},
    "declined": {"outcome": "refused", "or_noted": "true", "say": "I understand. Goodbye."},
    "do_not_call": {"say": "We will not call again. Goodbye."},
    "gave_up": {"outcome": "no_response", "or_noted": "true", "say": "Goodbye."},
    "partial_payment": {"say": "I have noted it. Goodbye.", "record": ["amount", "promise_date"]},
    "promise_to_pay": {"say": "I have noted it. Goodbye.", "record": ["promise_date"]},
    "transferred": {"action": "transfer", "extension": "700", "say": "One moment."},
    "voicemail": {"say": "Please call us. Goodbye."},
    "wrong_person": {"say": "I am sorry. Goodbye."},
}
OPEN_ENDINGS: Final = ("already_paid", "declined", "gave_up", "transferred")
QUESTIONS: Final = (
    "Can you help me?", "Is that all right?", "Can you pay {amount_due}?", "You will pay by {promise_date}, right?",
    "You will pay {amount} by {promise_date}, right?", "What do you think, {name}?",
)  # fmt: skip


def _seldom(draw: st.DrawFn, one_in: int = 8) -> bool:
    return draw(st.integers(0, one_in - 1)) == one_in - 1


@st.composite
def random_scripts(draw: st.DrawFn, most_steps: int = 4) -> Script:
    """Draw a script of up to ``most_steps`` steps beside the one that asks who is on the line."""
    steps = [f"step_{number}" for number in range(draw(st.integers(1, most_steps)))]
    data: dict[str, Any] = {
        "script": "random", "version": "1", "language": "en-US", "start": "identity",
        "slots": {name: {**slot, "ask": draw(st.sampled_from(steps))} for name, slot in SLOTS.items()},
        "disclosures": {
            "greeting": {"before": "talk", "say": "Hello, this is {company}."},
            **({"collector": {"before": "debt", "say": "This is about a debt."}} if draw(st.booleans()) else {}),
        },
        "steps": {"identity": _identity(draw, steps), **{name: _step(draw, name, steps) for name in steps}},
        "always": _always(draw, steps),
        "digressions": {
            name: {
                "say": "I am a machine.",
                "ask_again": draw(st.sampled_from(["short", "full", "not"])),
                "most": str(draw(st.integers(1, 3))),
            }
            for name in DIGRESSIONS
            if name == "are_you_robot" or draw(st.booleans())
        },
        "endings": ENDINGS,
        "reprompts": {
            "no_input": ["I can't hear you.", "Are you there?"][: draw(st.integers(1, 2))],
            "no_match": ["Pardon?", "I still did not get that."][: draw(st.integers(1, 2))],
        },
        "exhausted": {"end": "gave_up"} if not _seldom(draw) else {"go": draw(st.sampled_from(steps))},
        "limits": {"turns": str(draw(st.integers(8, 20))), "digressions": str(draw(st.integers(1, 5)))},
        "voicemail": {"say": "Please call {company}.", "end": "voicemail"},
        "screener": {"say": "This is {company} for {name}.", "end": "gave_up"},
        "transfer": {"failed": {"say": "Nobody is free.", "end": "declined"}},
        "intents": {intent: {"examples": _examples(intent)} for intent in INTENTS},
        "debt_words": ["debt", "pay"],
    }  # fmt: skip
    script = Script.model_validate(data)
    assert not names_that_lead_nowhere(script), names_that_lead_nowhere(script)
    return script


def _examples(intent: str) -> list[str]:
    return [f"{intent.replace('_', ' ')} {word}" for word in _WORDS]


_WORDS: Final = ("now", "then", "there", "here", "again", "today", "indeed", "too", "maybe", "surely")


def _identity(draw: st.DrawFn, steps: list[str]) -> dict[str, Any]:
    first = steps[0]
    answers: dict[str, Any] = {
        "affirm": {"go": first, "right_party": "true"} if not _seldom(draw, 10) else {"go": first},
        "deny": {"end": "wrong_person"},
    }
    for intent in draw(st.lists(st.sampled_from(ANSWERS[2:]), max_size=3, unique=True)):
        answers[intent] = draw(
            st.sampled_from(
                [{"hold": "true"}, {"stay": "true"}, {"end": "declined"}, {"hold": "true", "say": "First:"}]
            )
        )
    return {"say": "Am I speaking with {name}?", "keys": {"1": "affirm", "2": "deny"}, "answers": answers}


def _step(draw: st.DrawFn, name: str, steps: list[str]) -> dict[str, Any]:
    question = draw(st.sampled_from(QUESTIONS))
    step: dict[str, Any] = {"say": question}
    read = [slot for slot in SLOTS if f"{{{slot}}}" in question]
    if read and not _seldom(draw):
        step["confirms"] = read
    elif draw(st.booleans()):
        step["asks"] = draw(st.sampled_from(list(SLOTS)))
    step["answers"] = {
        intent: _moves(draw, name, steps, read)
        for intent in draw(st.lists(st.sampled_from(ANSWERS), min_size=2, max_size=5, unique=True))
    }
    if step.get("asks"):
        asked = step["asks"]
        intent = SLOTS[asked]["intent"]
        step["answers"][intent] = [{"if": f"{asked} known", **_way(draw, name, steps)}, {"stay": "true"}]
    if "promise_date" in read and not _seldom(draw):
        ending = "partial_payment" if "amount" in read else "promise_to_pay"
        guards = [{"if": f"{slot} given", "go": name} for slot in read if not _seldom(draw)]
        step["answers"]["affirm"] = [*guards, {"end": ending}]
    if draw(st.booleans()):
        step["exhausted"] = {"end": draw(st.sampled_from(OPEN_ENDINGS))}
    return step


def _moves(draw: st.DrawFn, name: str, steps: list[str], read: list[str]) -> list[dict[str, Any]]:
    moves = [
        {"if": condition, **_way(draw, name, steps)}
        for condition in draw(st.lists(st.sampled_from(CONDITIONS), max_size=2, unique=True))
    ]
    moves.append(_way(draw, name, steps))
    if read and _seldom(draw, 2):
        moves[-1]["forget"] = read
    return moves


def _way(draw: st.DrawFn, name: str, steps: list[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(["go", "go", "end", "end", "stay", "hold"]))
    way: dict[str, Any] = {"stay": "true"} if kind == "stay" else {"hold": "true"}
    if kind == "go":
        way = {"go": draw(st.sampled_from([*steps, *(["identity"] if _seldom(draw, 20) else [])]))}
    if kind == "end":
        unread = _seldom(draw, 20)
        way = {"end": draw(st.sampled_from([*OPEN_ENDINGS, *(["promise_to_pay"] if unread else [])]))}
    if draw(st.integers(0, 3)) == 0:
        way["say"] = draw(st.sampled_from(["Thank you.", "I see."]))
    if _seldom(draw):
        way["note"] = draw(st.sampled_from(["refused", "cannot_pay"]))
    return way


def _always(draw: st.DrawFn, steps: list[str]) -> dict[str, Any]:
    always: dict[str, Any] = {}
    if not _seldom(draw, 15):
        always["stop_calling"] = {"end": "do_not_call"}
    for intent in ESCAPES:
        if not _seldom(draw, 30):
            always[intent] = {"end": "transferred" if intent == "talk_to_human" else intent}
    if draw(st.booleans()):
        always["goodbye"] = {"end": "declined"}
    if _seldom(draw, 3):
        always["callback_request"] = [{"if": draw(st.sampled_from(CONDITIONS)), "end": "declined"}, {"end": "gave_up"}]
    return always
