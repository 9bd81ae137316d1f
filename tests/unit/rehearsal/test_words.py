"""What a persona says to each question."""

from __future__ import annotations

from datetime import date

from voicebot.rehearsal.persona import Persona, PersonaLead
from voicebot.rehearsal.words import Answers

LEAD = PersonaLead(
    name="Anna Bell",
    company="Harbor Bank",
    amount="120.50",
    currency="USD",
    due_date=date(2026, 12, 1),
    timezone="America/New_York",
)


def answers(**says: list[str]) -> Answers:
    today = date(2026, 11, 23)
    return Answers(
        Persona.model_validate(
            {
                "persona": "one",
                "script": "reminder",
                "lead": LEAD,
                "today": today,
                "says": says,
                "expect": {"outcome": "callback"},
            }
        )
    )


def test_the_lines_of_a_cue_come_in_order_and_the_last_is_repeated() -> None:
    one = answers(confirm=["no", "yes"], any=["hm"])
    assert [one.to("confirm"), one.to("confirm"), one.to("confirm"), one.to("when")] == ["no", "yes", "yes", "hm"]


def test_a_part_read_back_and_a_time_to_call_have_lines_of_their_own() -> None:
    one = answers(confirm=["no, fifty"], confirm_part=["yes, fifty"], when=["friday"], callback_time=["at three"])
    assert [one.to("confirm_part"), one.to("callback_time")] == ["yes, fifty", "at three"]


def test_without_such_lines_they_are_answered_like_the_whole_amount_and_a_day_to_pay() -> None:
    one = answers(confirm=["yes"], when=["friday"], any=["hm"])
    assert [one.to("confirm_part"), one.to("callback_time"), one.to("offer_human")] == ["yes", "friday", "hm"]
