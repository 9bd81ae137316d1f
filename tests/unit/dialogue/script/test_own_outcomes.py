"""Outcomes of a script's own: each counts as a shared one, and is held to that one's rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.dialogue.making import LEAD, NOW, changed, loaded, refused
from voicebot.dialogue.conversation import conversation
from voicebot.dialogue.script.difference import differences
from voicebot.dialogue.talk import Ending, State, Understanding

OWN = ("endings:\n", "outcomes: {insurance_pays: already_paid}\nendings:\n  insured: {outcome: insurance_pays}\n")
TAKEN = ("deny: {note: refused", "already_paid: {end: insured}\n      deny: {note: refused")


def test_an_own_outcome_is_recorded_by_its_name_with_what_it_counts_as(tmp_path: Path) -> None:
    script = loaded(tmp_path, changed(OWN, TAKEN))
    state = State("payment", right_party=True)
    _, act = conversation.apply(script, LEAD, state, Understanding("already_paid"), NOW)
    assert act.ending == Ending("insurance_pays", counts_as="already_paid")
    shared = conversation.hung_up(script, State("payment", outcome_so_far="refused"))
    assert (shared.outcome, shared.counts_as) == ("refused", "")


def test_an_own_outcome_can_be_noted_on_the_way(tmp_path: Path) -> None:
    script = loaded(tmp_path, changed(OWN, TAKEN, ("note: refused", "note: insurance_pays")))
    noted = conversation.hung_up(script, State("payment", outcome_so_far="insurance_pays"))
    assert (noted.outcome, noted.counts_as) == ("insurance_pays", "already_paid")


@pytest.mark.parametrize(
    ("own", "what"),
    [
        ("insured: payed", "there is no outcome that others may count as 'payed'"),
        ("insured: do_not_call", "there is no outcome that others may count as 'do_not_call'"),
        ("refused: already_paid", "refused is a shared outcome already"),
    ],
)
def test_what_an_own_outcome_cannot_be(tmp_path: Path, own: str, what: str) -> None:
    (problem,) = refused(tmp_path, changed(("endings:\n", f"outcomes: {{{own}}}\nendings:\n")))
    assert problem.what == what
    assert problem.line is not None


def test_one_that_counts_as_a_promise_must_be_read_back(tmp_path: Path) -> None:
    promise = ("insurance_pays: already_paid", "insurance_pays: promise_to_pay")
    problems = refused(tmp_path, changed(OWN, TAKEN, promise))
    assert ["promise that it has not read back" in one.what for one in problems] == [True]


def test_versions_that_count_it_otherwise_differ(tmp_path: Path) -> None:
    old = loaded(tmp_path, changed(OWN, TAKEN))
    new = loaded(tmp_path, changed(OWN, TAKEN, ("insurance_pays: already_paid", "insurance_pays: dispute")))
    (change,) = differences(old, new)
    assert "insurance_pays" in str(change)
    assert "dispute" in str(change)
