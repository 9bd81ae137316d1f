"""Journals are read again: the way of a call, and what another version would have made of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.call.recordings import Recording, promised
from voicebot.call.replay import Replayed, replay, walk_of
from voicebot.dialogue.drawing.counts import Turn, Walk
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.finding import shipped_scripts
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.talk import Lead
from voicebot.journal.reader import read_entries

LEAD = Lead("Anna Reed", "Harbor Bank", Decimal("120.50"), "USD", date(2026, 11, 25), "America/New_York")
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def script() -> Script:
    return load_script(shipped_scripts()["en-US/reminder"])


def changed(tmp_path: Path, **steps: Any) -> Script:
    """The reminder with other answers in some steps."""
    source = shipped_scripts()["en-US/reminder"]
    for shared in source.parent.glob("*.yaml"):
        (tmp_path / shared.name).write_text(shared.read_text(encoding="utf-8"), encoding="utf-8")
    content = yaml.safe_load(source.read_text(encoding="utf-8"))
    for name, answers in steps.items():
        content["steps"].setdefault(name, {}).setdefault("answers", {}).update(answers)
    file = tmp_path / "reminder.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return load_script(file)


def test_a_journal_tells_the_way_of_a_call() -> None:
    assert walk_of(promised().ended()) == Walk(
        "identity",
        (
            Turn(("identity affirm",), "payment"),
            Turn(("payment promise_to_pay",), "confirm"),
            Turn(("confirm affirm",), "confirm", "promise_to_pay"),
        ),
    )
    cut = Recording().ask("identity").hear("promise_to_pay", "payment", also=("affirm",)).ask("payment")
    assert walk_of(cut.ended(by_callee=True)) == Walk(
        "identity", (Turn(("identity promise_to_pay",), "payment"),), hung_up=True
    )
    assert walk_of(Recording().ended()) is None


def test_the_same_script_comes_to_the_same(script: Script) -> None:
    assert replay(script, LEAD, DAY, promised().ended()) == Replayed(
        "promise_to_pay", {"promise_date": date(2026, 11, 27)}
    )


def test_the_day_of_the_call_is_the_one_on_which_it_took_place(script: Script) -> None:
    late = promised().ended()
    assert replay(script, LEAD, date(2026, 12, 20), late).outcome != "promise_to_pay"
    assert replay(script, LEAD, None, late).outcome == "promise_to_pay"


def test_another_version_may_come_to_another_outcome(script: Script, tmp_path: Path) -> None:
    paid = Recording().ask("identity").hear("affirm", "payment").ask("payment")
    paid.hear("deny", "when").ask("when").hear("already_paid", "when", ending="already_paid")
    assert replay(script, LEAD, DAY, paid.ended()).outcome == "already_paid"
    other = changed(tmp_path, payment={"deny": {"end": "declined"}})
    assert replay(other, LEAD, DAY, paid.ended()).outcome == "refused"


def test_what_nobody_answered_stays_open(script: Script, tmp_path: Path) -> None:
    yes = Recording().ask("identity").hear("affirm", "payment").ask("payment")
    yes.hear("affirm", "payment", ending="will_pay_on_time")
    other = changed(tmp_path, payment={"affirm": {"go": "when"}})
    assert replay(script, LEAD, DAY, read_entries(yes.entries)) == Replayed("will_pay_on_time")
    assert replay(other, LEAD, DAY, yes.ended()) == Replayed("hung_up", {}, "when")
    gone = Recording().ask("identity").hear("affirm", "payment").ask("payment")
    assert replay(script, LEAD, DAY, gone.ended(by_callee=True)) == Replayed("hung_up")


def test_a_transfer_that_nobody_takes_goes_on(script: Script) -> None:
    call = Recording().ask("identity").hear("talk_to_human", "identity", ending="transferred")
    call.add("transferred", extension="700", answered=False)
    call.ask("callback_time").hear("callback_request", "callback_time", slots={"callback_at": "2026-11-24T15:00:00"})
    found = replay(script, LEAD, DAY, call.ended())
    assert (found.outcome, found.slots) == ("callback", {"callback_at": datetime(2026, 11, 24, 15)})
    taken = Recording().ask("identity").hear("talk_to_human", "identity", ending="transferred")
    taken.add("transferred", extension="700", answered=True)
    assert replay(script, LEAD, DAY, taken.ended()).outcome == "transferred"


def test_values_that_a_version_does_not_take_are_left_out(script: Script) -> None:
    call = Recording().ask("identity").hear("affirm", "payment").ask("payment")
    call.hear("promise_to_pay", "when", slots={"promise_date": "soon", "colour": "red", "amount": "x"})
    assert replay(script, LEAD, DAY, call.ended()).goes_on == "when"
