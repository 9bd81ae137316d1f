"""Conditions of answers: the states of slots, and comparisons."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.dialogue.making import LEAD, NOW, changed, loaded, refused
from voicebot.dialogue.conversation import conversation
from voicebot.dialogue.script import conditions
from voicebot.dialogue.script.comparison import Comparison, parse
from voicebot.dialogue.talk import State, Understanding

VALUES = {
    "amount": Decimal(50), "owed": Decimal(120), "day": date(2026, 11, 27), "due": date(2026, 11, 1),
    "moment": datetime(2026, 11, 1, 9), "days": 22, "reason": "illness", "owns": True, "rents": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("amount < owed", True),
        ("amount > owed", False),
        ("amount >= 50", True),
        ("amount > 50", False),
        ("amount <= 49.99", False),
        ("day > due", True),
        ("moment <= due", True),
        ("days > 21", True),
        ("reason is illness", True),
        ("reason  is   not illness", False),
        ("reason is not work", True),
        ("reason is ILLNESS", True),
        ("owns is yes", True),
        ("owns is no", False),
        ("rents is no", True),
        ("unknown < 3", False),
        ("unknown is a", False),
        ("unknown is not a", False),
        ("amount < unknown", False),
        ("day < amount", False),
    ],
)
def test_comparisons(text: str, holds: bool) -> None:
    comparison = parse(text)
    assert comparison is not None
    assert comparison.holds(VALUES.get) is holds


@pytest.mark.parametrize(
    "text", ["amount", "amount known", "amount < ", "< 3", "Amount < 3", "amount == 3", "amount=3", ""]
)
def test_what_is_no_comparison(text: str) -> None:
    assert parse(text) is None


@given(st.sampled_from(["<", "<=", ">", ">=", "is", "is not"]), st.sampled_from(["3", "amount_due", "New York"]))
def test_canonical_text_is_read_back(how: str, right: str) -> None:
    comparison = parse(f"  slot {how}  {right} ")
    assert comparison is not None
    assert parse(str(comparison)) == comparison
    assert comparison.identifier.isidentifier()


def test_states_name_slots_and_the_comparisons_that_hold(tmp_path: Path) -> None:
    script = loaded(
        tmp_path,
        changed(
            ("{if: amount known, go: confirm_part}", "{if: amount < 20, go: how_much}"),
            ("deny: {note: refused", "deny: {if: days_past_due > 20, note: refused"),
        ),
    )
    assert [str(one) for one in conditions.comparisons(script)] == ["days_past_due > 20", "amount < 20"]
    found = conditions.states(script, LEAD, {"amount": Decimal(10), "promise_date": NOW.date()}, {"amount"}, 1, NOW)
    assert found == {
        "amount": "given", "promise_date": "known", "amount < 20": "known", "days_past_due > 20": "known"
    }  # fmt: skip


def test_a_comparison_leads_the_conversation(tmp_path: Path) -> None:
    script = loaded(
        tmp_path,
        changed(
            (
                "- {if: amount known, go: confirm_part}",
                "- {if: amount >= 50, go: when}\n        - {if: amount known, end: declined}",
            )
        ),
    )
    state = State("payment", right_party=True)
    for amount, step, ending in ((60, "when", ""), (20, "payment", "declined")):
        understood = Understanding("partial_payment", slots={"amount": Decimal(amount)})
        reached, _ = conversation.apply(script, LEAD, state, understood, NOW)
        assert (reached.step, reached.ending) == (step, ending)


def test_tries_count_how_often_the_question_was_put(tmp_path: Path) -> None:
    script = loaded(tmp_path, changed(("affirm: when", "affirm: [{if: tries >= 3, end: declined}, when]")))
    state = State("payment", right_party=True)
    for turn in range(3):
        reached, _ = conversation.apply(script, LEAD, state, Understanding("affirm"), NOW)
        assert (reached.ending or reached.step) == ("when" if turn < 2 else "declined")
        state, _ = conversation.apply(script, LEAD, state, Understanding("no_match" if turn else "no_input"), NOW)


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ("amuont < 3", "'amuont' cannot be compared"),
        ("amount < ammount_due", "'ammount_due' cannot be compared"),
        ("amount < due_date", "amount and due_date cannot be compared"),
        ("promise_date < 3", "promise_date and 3 cannot be compared"),
        ("days_past_due < amount_due", "days_past_due and amount_due cannot be compared"),
        ("amount is 3", "amount is compared by size"),
        ("reason < 3", "reason cannot be ordered"),
        ("reason is ill", "there is no choice 'ill'"),
        ("owns is maybe", "there is no answer 'maybe'"),
        ("name is Maria", "'name' cannot be compared"),
        ("promise_date knwon", "'promise_date knwon' is not a condition"),
    ],
)
def test_comparisons_that_cannot_be(tmp_path: Path, condition: str, what: str) -> None:
    slots = "  reason: {type: choice, choices: {illness: [ill, sick], work: [job]}}\n  owns: {type: yes_no}\n"
    text = changed(
        ("slots:\n", "slots:\n" + slots), ("{if: amount known, go: confirm_part}", f"{{if: {condition}, go: when}}")
    )
    (problem,) = refused(tmp_path, text)
    assert what in problem.what
    assert problem.cure or "write for example" in problem.what
    assert problem.line == text[: text.index(condition)].count("\n") + 1


def test_comparison_is_a_value() -> None:
    assert str(Comparison("a", "is not", "b")) == "a is not b"
