"""Calls are counted on the ways that they took."""

from __future__ import annotations

import pytest

from voicebot.dialogue.drawing.counts import Share, Turn, Walk, tally
from voicebot.dialogue.drawing.picture import picture_of
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.finding import shipped_scripts
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.script.table import table_of


@pytest.fixture(scope="module")
def script() -> Script:
    return load_script(shipped_scripts()["en-US/reminder"])


def turn(taken: str, to: str, ending: str = "") -> Turn:
    return Turn(tuple(taken.split("; ")), to, ending)


def test_every_call_is_counted_once_a_way(script: Script) -> None:
    promise = Walk(
        "identity",
        (
            turn("identity repeat", "identity"),
            turn("identity repeat", "identity"),
            turn("identity affirm", "payment"),
            turn("payment who_is_this", "payment"),
            turn("payment promise_to_pay", "when"),
            turn("when promise_to_pay if promise_date known", "confirm"),
            turn("confirm affirm", "confirm", "promise_to_pay"),
        ),
    )
    stop = Walk("identity", (turn("identity stop_calling", "identity", "do_not_call"),))
    found = tally(script, [promise, stop])
    assert (found.calls, found.reached["identity"], found.reached["payment"], found.reached["confirm"]) == (2, 2, 1, 1)
    assert found.ways["identity", "stay:identity"] == Share(1)
    assert found.ways["identity", "go:payment"] == Share(1)
    assert found.ways["payment", "go:when"] == Share(1)
    assert found.ways["confirm", "end:promise_to_pay"] == Share(1)
    assert found.always == {"digress:who_is_this": 1, "end:do_not_call": 1}
    assert found.endings == {"end:promise_to_pay": 1, "end:do_not_call": 1}
    assert not found.hung_up


def test_who_hangs_up_is_counted_at_the_step_and_on_the_way_there(script: Script) -> None:
    at_once = Walk("identity", (), hung_up=True)
    after = Walk("identity", (turn("identity affirm", "payment"),), hung_up=True)
    late = Walk("identity", (turn("identity wrong_person", "identity", "wrong_person"),), hung_up=True)
    found = tally(script, [at_once, after, after, late])
    assert found.hung_up == {"identity": 1, "payment": 2}
    assert found.ways["identity", "go:payment"] == Share(2, 2)
    assert found.ways["identity", "end:wrong_person"] == Share(1, 0)


def test_two_answers_in_one_breath_are_two_ways(script: Script) -> None:
    both = turn("identity affirm; payment promise_to_pay if promise_date known", "confirm")
    found = tally(script, [Walk("identity", (both,))])
    assert found.ways == {("identity", "go:payment"): Share(1), ("payment", "go:confirm"): Share(1)}
    assert found.reached == {"identity": 1, "payment": 1, "confirm": 1}


def test_what_no_answer_explains_is_the_engines(script: Script) -> None:
    silent = Walk(
        "identity",
        (
            turn("identity no_input", "identity"),
            turn("identity no_input; identity exhausted", "identity", "gave_up"),
        ),
    )
    unclear = Walk("when", (turn("when no_match", "when"), turn("when no_match; when exhausted", "offer_human")))
    found = tally(script, [silent, unclear])
    assert found.ways == {
        ("identity", "exhausted:end:gave_up"): Share(1),
        ("when", "exhausted:go:offer_human"): Share(1),
    }
    rows = {(card.name, row.key) for card in picture_of(script).cards for row in card.rows}
    assert set(found.ways) <= rows


def test_every_way_that_a_conversation_takes_has_its_row(script: Script) -> None:
    cells = table_of(script).cells
    walks = [
        Walk(cell.step, (Turn((cell.id,), cell.target.removeprefix("go:") if "go:" in cell.target else cell.step),))
        for cell in cells
    ]
    picture = picture_of(script)
    found = tally(script, walks)
    rows = {(card.name, row.key) for card in picture.cards for row in card.rows}
    assert set(found.ways) <= rows
    anywhere = {row.key for row in picture.always} | {item.key for item in picture.digressions}
    assert set(found.always) <= anywhere


def test_calls_of_another_version_are_no_reason_to_fail(script: Script) -> None:
    other = Walk("old", (turn("old affirm", "gone"), turn("gone deny", "payment")), hung_up=True)
    found = tally(script, [other])
    assert found.calls == 1
    assert not found.ways
