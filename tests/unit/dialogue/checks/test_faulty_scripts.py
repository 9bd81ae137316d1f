"""Every kind of fault is found: by its kind, at its line, with a conversation that shows it; none in what is good."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.dialogue.checks.faulty_scripts import EXAMPLES, FAULTS, GOOD, REFUSED, Faulty
from voicebot.dialogue.checks import Banned, Finding, Report, examine
from voicebot.dialogue.script.reading.load import Reading, read_script

BANNED = (Banned("last warning", "a threat"),)


def read(folder: Path, text: str) -> Reading:
    (folder / "examples.yaml").write_text(EXAMPLES, encoding="utf-8")
    (folder / "script.yaml").write_text(text, encoding="utf-8")
    return read_script(folder / "script.yaml")


def examined(folder: Path, text: str) -> Report:
    script = read(folder, text).script
    assert script is not None, read(folder, text).problems
    (folder / "sibling").mkdir()
    sibling = read(folder / "sibling", GOOD).script
    assert sibling is not None
    return examine(script, banned=BANNED, knows=lambda word: word != "michaelmas", siblings=(sibling,))


def names(cases: tuple[Faulty, ...]) -> list[str]:
    return [f"{case.id} {case.name}".strip() for case in cases]


def test_nothing_is_found_in_the_good_script(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).problems == ()
    assert examined(tmp_path, GOOD).findings == ()


def test_many_kinds_of_fault_are_tried() -> None:
    assert len({case.id for case in FAULTS}) >= 45
    assert len({case.id for case in REFUSED}) >= 10


@pytest.mark.parametrize("case", FAULTS, ids=names(FAULTS))
def test_a_fault_is_found_where_it_stands_with_a_conversation_that_shows_it(case: Faulty, tmp_path: Path) -> None:
    report = examined(tmp_path, case.text)
    found = [one for one in report.findings if one.id == case.id]
    told = [str(one.problem) for one in found or report.findings]
    finding = next((one for one in found if one.place and one.place.line == case.line), None)
    assert finding is not None, f"line {case.line} wanted, found {told}"
    assert finding.severity == case.severity
    assert finding.place is not None
    assert finding.place.file == str(tmp_path / "script.yaml")
    assert finding.place.column > 0
    assert finding.what
    assert finding.cure
    if case.last:
        assert (finding.turns[-1].step, finding.turns[-1].heard) == case.last, finding.turns
    for one in report.findings:
        _is_a_conversation(one)


def _is_a_conversation(finding: Finding) -> None:
    """A counter-example begins with the opening, and each turn answers where the one before it led."""
    if not finding.turns:
        return
    assert finding.turns[0].heard == ""
    assert not finding.turns[0].says or finding.turns[0].says[0].startswith("Hello, this is the automated assistant")
    for before, turn in zip(finding.turns, finding.turns[1:], strict=False):
        assert turn.heard
        kind, _, target = before.target.partition(":")
        if kind in {"go", "stay"}:
            assert turn.step == target


@pytest.mark.parametrize("case", REFUSED, ids=names(REFUSED))
def test_what_reading_refuses_is_told_with_its_place(case: Faulty, tmp_path: Path) -> None:
    problems = read(tmp_path, case.text).problems
    fitting = [one for one in problems if case.id in one.what]
    assert fitting, problems
    assert fitting[0].line == case.line, fitting
    assert fitting[0].column
    assert fitting[0].file == str(tmp_path / "script.yaml")
