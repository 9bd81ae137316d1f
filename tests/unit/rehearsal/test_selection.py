"""What is rehearsed: scripts by name and language, personas that fit them, and why others do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.rehearsal.one_persona import persona
from voicebot.errors import ConfigurationError
from voicebot.paths import shipped
from voicebot.rehearsal.persona import load_personas
from voicebot.rehearsal.selection import PERSONAS, choose

SHIPPED = shipped("scripts_dialogue")
MEASURING = Path(__file__).parents[2] / "data/people"


def own_script(folder: Path, *changes: tuple[str, str]) -> Path:
    for file in (SHIPPED / "en-US").glob("*.yaml"):
        (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    path = folder / "reminder.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_name_means_the_language_of_the_personas_that_go_by_it(tmp_path: Path) -> None:
    shipped_ones = load_personas(PERSONAS)
    files, chosen = choose("reminder", shipped_ones)
    assert files == {"en-US/reminder": SHIPPED / "en-US/reminder.yaml"}
    assert {one.script for one in chosen} == {"reminder"}
    assert {one.language for one in chosen} == {"en-US"}
    files, chosen = choose("zh-CN/reminder", shipped_ones)
    assert files == {"zh-CN/reminder": SHIPPED / "zh-CN/reminder.yaml"}
    assert {one.language for one in chosen} == {"zh-CN"}
    files, chosen = choose("all", shipped_ones)
    assert sorted(files) == ["en-US/collection", "en-US/reminder", "zh-CN/collection", "zh-CN/reminder"]
    assert chosen == shipped_ones
    english = persona(tmp_path)
    assert list(choose("all", [english])[0]) == ["en-US/reminder"], "nothing is prepared that nobody goes by"


def test_a_file_stands_for_the_script_that_its_personas_name(tmp_path: Path) -> None:
    script = own_script(tmp_path)
    one = persona(tmp_path)
    assert choose(str(script), [one]) == ({"en-US/reminder": script}, (one,))


def test_no_persona_for_a_script_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as told:
        choose("zh-CN/reminder", [persona(tmp_path)])
    (problem,) = told.value.problems
    assert problem.what == "no persona goes by the script zh-CN/reminder"
    assert "en-US/reminder" in problem.cure


def test_a_lead_that_lacks_a_column_of_the_script_is_told_before_anything_starts(tmp_path: Path) -> None:
    script = own_script(tmp_path, ("start: identity\n", "start: identity\nlead: {needs: [plan]}\n"))
    with pytest.raises(ConfigurationError) as told:
        choose(str(script), [persona(tmp_path)])
    (problem,) = told.value.problems
    assert "plan" in problem.what
    assert "careful_carl" in problem.what
    assert problem.cure == "add it to the persona's lead, under 'more:'"
    assert problem.file == str(tmp_path / "one.yaml")
    fitting = persona(tmp_path, ("timezone: America/New_York", "timezone: America/New_York, more: {plan: gold}"))
    assert choose(str(script), [fitting])[1] == (fitting,)


@pytest.mark.parametrize(
    ("old", "new", "what", "cure"),
    [
        (
            "outcome: promise_to_pay",
            "outcome: promise_to_pai",
            "the outcome 'promise_to_pai'",
            "did you mean promise_to_pay?",
        ),
        ("promise_date: 2026", "promised: 2026", "a value 'promised'", "did you mean promise_date?"),
    ],
)
def test_what_the_script_never_comes_to_is_told(tmp_path: Path, old: str, new: str, what: str, cure: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        choose("reminder", [persona(tmp_path, (old, new))])
    (problem,) = told.value.problems
    assert what in problem.what
    assert cure in problem.cure


def test_an_own_outcome_of_the_script_may_be_expected(tmp_path: Path) -> None:
    own = ("start: identity\n", "start: identity\noutcomes: {settled_elsewhere: already_paid}\n")
    script = own_script(tmp_path, own)
    one = persona(tmp_path, ("outcome: promise_to_pay, promise_date: 2026-11-27", "outcome: settled_elsewhere"))
    assert choose(str(script), [one])[1] == (one,)


@pytest.mark.parametrize(("language", "count"), [("en", 64), ("zh", 42)])
def test_the_people_for_measuring_can_still_be_rehearsed(language: str, count: int) -> None:
    people = load_personas(MEASURING / language)
    assert len(people) == count
    assert choose("all", people)[1] == people
