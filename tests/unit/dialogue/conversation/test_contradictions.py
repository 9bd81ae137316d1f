"""What only seems to be said: the step's question and a plain yes settle it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.unit.dialogue.hearing import heard
from voicebot.dialogue.talk import Lead, Utterance

LEAD = Lead("Maria Lopez", "Acme Bank", Decimal("120.50"), "USD", date(2026, 12, 1), "America/New_York")


@pytest.mark.parametrize(
    ("script", "step", "text", "intent"),
    [
        ("reminder", "identity", "Yes, speaking, this is Maria.", "affirm"),
        ("reminder", "identity", "speaking, this is Maria", "affirm"),
        ("reminder", "identity", "You're talking to her.", "affirm"),
        ("reminder", "identity", "No, that's me.", "affirm"),
        ("reminder", "identity", "yes but he does not live here", "wrong_person"),
        ("reminder", "identity", "there's no Maria here", "wrong_person"),
        ("reminder", "payment", "Oh, sure, I will pay it on time.", "affirm"),
        ("reminder", "payment", "Yes, I will pay on time.", "affirm"),
        ("reminder", "payment", "I'll pay it on time.", "affirm"),
        ("reminder", "payment", "Yes, I'll pay by the due date.", "affirm"),
        ("reminder", "payment", "Yes, I will pay it before then.", "affirm"),
        ("reminder", "payment", "It's on autopay, so it should go through.", "affirm"),
        ("reminder", "payment", "Yes but I will pay it later", "promise_to_pay"),
        ("reminder", "payment", "yeah I can pay it a bit later", "promise_to_pay"),
        ("reminder", "payment", "yes I can pay it next Friday", "promise_to_pay"),
        ("reminder", "payment", "Yes I need more time", "promise_to_pay"),
        ("reminder", "when", "Yesterday.", "promise_to_pay"),
        ("reminder", "when", "I paid it yesterday.", "already_paid"),
        ("reminder", "offer_human", "okay I will pay it", "promise_to_pay"),
        ("reminder", "offer_human", "okay, yes please", "affirm"),
        ("collection", "payment", "I'm a little short right now.", "cannot_pay"),
        ("collection", "payment", "I'm a little short right now. Can I pay at the end of the month?", "promise_to_pay"),
    ],
)
def test_an_answer(script: str, step: str, text: str, intent: str) -> None:
    assert heard(text, step, script=script, lead=LEAD).intent == intent


def test_nobody_is_a_wrong_person_by_saying_their_own_name() -> None:
    assert heard(Utterance("This is Maria.", 0.7), "payment", lead=LEAD).intent != "wrong_person"


def test_a_past_day_is_asked_again() -> None:
    assert heard("Yesterday.", "when", lead=LEAD).slots == {"promise_date": date(2026, 11, 22)}
