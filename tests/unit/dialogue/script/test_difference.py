"""Versions of a script are compared statement by statement."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voicebot.dialogue.script.difference import differences
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.pinned import pinned_text
from voicebot.dialogue.script.reading.finding import shipped_scripts
from voicebot.dialogue.script.reading.load import load_script

REMINDER = load_script(shipped_scripts()["en-US/reminder"])
TEXT = pinned_text(REMINDER)


def changed(**sections: Any) -> Script:
    """The reminder with some entries put in or (``None``) taken out."""
    content = json.loads(TEXT)
    for section, entries in sections.items():
        if not isinstance(entries, dict):
            content[section] = entries
            continue
        for name, entry in entries.items():
            if entry is None:
                del content[section][name]
            elif isinstance(entry, dict) and name in content.get(section, {}):
                content[section][name] |= entry
            else:
                content.setdefault(section, {})[name] = entry
    return Script.model_validate(content)


def told(new: Script) -> list[tuple[str, str]]:
    return [(one.kind, str(one)) for one in differences(REMINDER, new)]


def test_the_same_content_has_no_differences() -> None:
    assert told(REMINDER) == []
    assert told(Script.model_validate_json(TEXT)) == []


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (
            changed(endings={"goodbye": {"say": "Bye."}}),
            ("changed", "ending goodbye, says: “Thank you for your time. Goodbye.” → “Bye.”"),
        ),
        (
            changed(steps={"amount": {"keys": {"9": "stop_calling", "1": {"intent": "affirm", "words": "all"}}}}),
            ("changed", "step amount, key 1: nothing → affirm “all”"),
        ),
        (
            changed(slots={"promise_date": {"horizon_days": 30}}),
            ("changed", "value promise_date, days ahead at most: 60 → 30"),
        ),
        (
            changed(always={"goodbye": [{"end": "declined"}]}),
            ("changed", "at any time goodbye, leads: ends with goodbye → ends with declined"),
        ),
        (
            changed(disclosures={"law": {"before": "debt", "say": "This is the law."}}),
            ("added", "disclosure law: This is the law."),
        ),
        (changed(digressions={"thanks": None}), ("removed", "asked back thanks: “You are welcome.”")),
        (
            changed(reprompts={"no_input": [{"text": ["Hello?"]}]}),
            (
                "changed",
                "script, reprompts after silence: 1 new (“Hello?”), "
                "2 gone (“I can't hear you.”; “Are you still there?”)",
            ),
        ),
        (
            changed(intents={"wait": {"examples": [*REMINDER.intents["wait"].examples, "one sec please"]}}),
            ("changed", "intent wait, examples: 1 new (one sec please)"),
        ),
        (
            changed(variants={"plain": {}, "brief": {"changes": {"steps": {"when": {"say": "When?"}}}}}),
            ("added", "variant brief: step when, says: “Which day can you pay it by?” → “When?”"),
        ),
        (changed(version="2"), ("changed", "script, version: 1 → 2")),
        (changed(start="other_person"), ("changed", "script, start: identity → other_person")),
    ],
)
def test_one_change_is_one_difference(new: Script, expected: tuple[str, str]) -> None:
    assert expected in told(new)
    assert all(kind == expected[0] or "outcome" in text for kind, text in told(new))


def test_answers_are_told_with_their_conditions() -> None:
    moves = [
        {"if": {"slot": "promise_date", "state": "known"}, "go": "confirm"},
        {"stay": True, "say": {"text": ["A day, please."]}, "note": "refused"},
    ]
    answers = dict(json.loads(TEXT)["steps"]["when"]["answers"]) | {"deny": moves}
    assert told(changed(steps={"when": {"answers": answers}})) == [
        (
            "changed",
            "step when, answer deny: if amount known: goes to confirm_amount; else goes to offer_human, notes "
            "cannot_pay → if promise_date known: goes to confirm; "
            "else says “A day, please.”, asks again, notes refused",
        )
    ]


def test_a_step_and_an_outcome_that_are_new_are_told_once() -> None:
    step = {"say": {"text": ["May I ask why?"]}, "answers": {"affirm": [{"end": "cannot_pay"}]}}
    found = told(
        changed(
            steps={"why": step},
            endings={"cannot_pay": {}},
            always={"goodbye": [{"go": "why"}]},
        )
    )
    assert ("added", "step why: “May I ask why?”") in found
    assert ("added", "ending cannot_pay") in found
    assert not [text for _, text in found if text.startswith("step why,")]
    back = [
        (one.kind, one.part, one.name)
        for one in differences(changed(steps={"why": step}, endings={"cannot_pay": {}}), REMINDER)
    ]
    assert ("removed", "step", "why") in back


_PATHS = (
    ("steps", "payment", "again"),
    ("steps", "when", "max_digits"),
    ("steps", "when", "no_input_seconds"),
    ("endings", "declined", "or_noted"),
    ("endings", "transferred", "extension"),
    ("digressions", "wait", "ask_again"),
    ("limits", "turns"),
    ("screener", "wait_seconds"),
    ("lead", "needs"),
    ("slots", "amount", "least"),
    ("description",),
)


@pytest.mark.parametrize("path", _PATHS)
def test_whatever_is_changed_is_found(path: tuple[str, ...]) -> None:
    number = 7
    values: dict[str, Any] = {
        "again": {"text": [f"Say {number}?"]},
        "or_noted": False,
        "extension": str(number),
        "ask_again": "short",
        "needs": [f"column_{number}"],
        "least": str(number),
        "description": f"Number {number}",
    }
    content = json.loads(TEXT)
    here = content
    for part in path[:-1]:
        here = here.setdefault(part, {})
    here[path[-1]] = values.get(path[-1], number)
    new = Script.model_validate(content)
    (found,) = differences(REMINDER, new)
    assert found.kind == "changed"
