"""What the local policies of shipped scripts understand, at a step of a call."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from tests.unit.dialogue.shipped import policy_of
from voicebot.dialogue.talk import Lead, Question, State, Understanding, Utterance

NOW: Final = datetime(2026, 11, 23, 10)
LEADS: Final = {
    "en-US": Lead("Teresa Hall", "Harbor Bank", Decimal("120.50"), "USD", date(2026, 12, 1), "America/New_York"),
    "zh-CN": Lead("张伟", "北方银行", Decimal(1200), "CNY", date(2026, 12, 1), "Asia/Shanghai"),
}
BEFORE_IDENTITY: Final = frozenset({"", "identity", "other_person"})
CLEARLY: Final = 0.9


def heard(
    said: str | Utterance,
    step: str,
    language: str = "en-US",
    *,
    script: str = "reminder",
    lead: Lead | None = None,
) -> Understanding:
    """Return what an utterance means to a shipped script; a text is one that was recognised clearly."""
    utterance = Utterance(said, CLEARLY) if isinstance(said, str) else said
    state = State(step, right_party=step not in BEFORE_IDENTITY)
    question = Question(utterance, state, NOW, lead or LEADS[language])
    return policy_of(f"{language}/{script}").decide(question)
