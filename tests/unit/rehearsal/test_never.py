"""What must not happen in a call, as found in the journal and in what the persona really said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.rehearsal.one_persona import EVERYTHING, persona
from voicebot.dialogue.script.reading.load import load_script
from voicebot.errors import ConfigurationError
from voicebot.journal import events
from voicebot.journal.events import Entry
from voicebot.paths import shipped
from voicebot.rehearsal.measure import Spoken
from voicebot.rehearsal.never import Course, broken, course_of_call
from voicebot.rehearsal.persona import Never, Persona, load_personas
from voicebot.rehearsal.selection import PERSONAS, choose

REMINDER = load_script(shipped("scripts_dialogue") / "en-US/reminder.yaml")
SPEAKS = ("behaviour: [dtmf_only]", "behaviour: []")
DEBT, IDENTITY = "steps.payment.say", "steps.identity.say"
CONFIRMED = events.Turn(taken=("identity affirm",))


def somebody(folder: Path, outcome: str, *changes: tuple[str, str]) -> Persona:
    expects = ("outcome: promise_to_pay, promise_date: 2026-11-27", f"outcome: {outcome}")
    return persona(folder, expects, EVERYTHING, SPEAKS, *changes)


def line(key: str, text: str = "Your payment of ten dollars is due on Friday.") -> events.LineBegun:
    return events.LineBegun(line=key, text=text)


def course(one: Persona, *happened: events.Event | str, outcome: str = "", barred: bool = False) -> Course:
    """A call in which these things happened, a second apart; a text is said by the persona."""
    spoken = [Spoken(what, at, at + 0.5, True) for at, what in enumerate(happened) if isinstance(what, str)]
    journal = [Entry(float(at), what) for at, what in enumerate(happened) if not isinstance(what, str)]
    return course_of_call(one, REMINDER, journal, spoken=spoken, outcome=outcome, barred=barred)


@pytest.mark.parametrize(
    ("happened", "told"),
    [
        ((line(IDENTITY), "yes, this is Carl", CONFIRMED, line(DEBT)), False),
        ((line(IDENTITY), "this is Carl speaking", CONFIRMED, line(DEBT)), False),
        ((line(IDENTITY), CONFIRMED, line(DEBT)), True),
        ((line(IDENTITY), CONFIRMED, line(DEBT), "yes, this is Carl"), True),
        ((line(IDENTITY), "um", CONFIRMED, line(DEBT)), True),
        ((line(IDENTITY), "Hello?", CONFIRMED, line(DEBT)), True),
        ((line(IDENTITY), "good morning", CONFIRMED, line(DEBT)), True),
        ((line(IDENTITY), "you have the wrong number", CONFIRMED, line(DEBT)), True),
        ((line(IDENTITY), "yes, this is Carl", line(DEBT)), True),
        ((line(IDENTITY), "yes, this is Carl", CONFIRMED, line(IDENTITY)), False),
        ((line(IDENTITY), CONFIRMED, line(DEBT), events.LineDropped(0.05), "what?"), False),
        ((line(IDENTITY), CONFIRMED, line(DEBT), events.LineDropped(0.4), "what?"), True),
        ((line(IDENTITY), CONFIRMED, line(DEBT), events.LineSaid(DEBT)), True),
    ],
)
def test_the_debt_before_the_right_person_confirmed(
    *, tmp_path: Path, happened: tuple[events.Event | str, ...], told: bool
) -> None:
    one = somebody(tmp_path, "will_pay_on_time")
    assert broken(one, course(one, *happened, outcome="will_pay_on_time")) == (("debt_told",) if told else ())


def test_a_key_confirms(tmp_path: Path) -> None:
    one = somebody(tmp_path, "will_pay_on_time")
    journal = [Entry(2.0, CONFIRMED), Entry(3.0, line(DEBT))]
    pressed = course_of_call(one, REMINDER, journal, pressed=[1.0])
    assert broken(one, pressed) == ()
    assert broken(one, course_of_call(one, REMINDER, journal, pressed=[4.0])) == ("debt_told",)


@pytest.mark.parametrize("outcome", ["wrong_person", "not_available", "deceased"])
def test_to_somebody_else_the_debt_is_never_named(tmp_path: Path, outcome: str) -> None:
    one = somebody(tmp_path, outcome)
    assert broken(one, course(one, "yes, this is Carl", CONFIRMED, line(DEBT), outcome=outcome)) == ("debt_told",)


@pytest.mark.parametrize(
    ("outcome", "happened", "expected"),
    [
        ("promise_to_pay", (), "promise_recorded"),
        ("partial_payment", (), "promise_recorded"),
        ("will_pay_on_time", (), "promise_recorded"),
        ("do_not_call", (), "barred"),
        ("voicemail", (), "taken_for_machine"),
        ("cannot_pay", (events.Greeting("voicemail"),), "taken_for_machine"),
        ("cannot_pay", (events.Greeting("screener"),), "taken_for_machine"),
        ("transferred", (), "human_called"),
        ("cannot_pay", (events.TransferBegun("700"),), "human_called"),
        ("cannot_pay", (events.Greeting("person"),), ""),
    ],
)
def test_what_else_must_not_happen(
    tmp_path: Path, outcome: str, happened: tuple[events.Event, ...], expected: str
) -> None:
    one = somebody(tmp_path, "cannot_pay")
    assert broken(one, course(one, *happened, outcome=outcome)) == ((expected,) if expected else ())
    silent = persona(tmp_path)
    assert broken(silent, course(silent, *happened, outcome=outcome)) == (), "only what the persona names"


def test_a_barred_number_is_told_from_the_list(tmp_path: Path) -> None:
    one = somebody(tmp_path, "cannot_pay")
    assert broken(one, course(one, outcome="cannot_pay", barred=True)) == ("barred",)


def test_a_promise_is_told_from_what_was_recorded_with_the_outcome(tmp_path: Path) -> None:
    one = somebody(tmp_path, "will_pay_on_time")
    assert broken(one, Course(outcome="will_pay_on_time")) == ()
    dated = Course(outcome="will_pay_on_time", slots={"promise_date": "2026-11-27"})
    assert broken(one, dated) == ("promise_recorded",)


@pytest.mark.parametrize(
    ("outcome", "never"),
    [
        ("promise_to_pay", "promise_recorded"),
        ("do_not_call", "barred"),
        ("voicemail", "taken_for_machine"),
        ("transferred", "human_called"),
    ],
)
def test_what_the_expected_outcome_needs_cannot_be_forbidden(tmp_path: Path, outcome: str, never: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        choose("reminder", [somebody(tmp_path, outcome)])
    (problem,) = told.value.problems
    assert f"never {never}" in problem.what
    assert "careful_carl" in problem.what
    assert "'never:'" in problem.cure


def test_every_shipped_persona_says_what_must_never_happen_to_it() -> None:
    personas = load_personas(PERSONAS)
    assert all(one.never for one in personas)
    for never in Never:
        assert sum(never in one.never for one in personas) > len(personas) / 2
