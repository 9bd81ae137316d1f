"""What is worked out of a script once."""

from __future__ import annotations

from tests.unit.dialogue.making import SCRIPTS
from voicebot.dialogue.script.kept import Kept, once
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.script.table import table_of


def test_it_is_worked_out_once_a_script() -> None:
    asked: list[str] = []

    @once
    def letters(script: Script) -> int | None:
        asked.append(script.script)
        return None

    script = load_script(SCRIPTS / "small.yaml")
    assert letters(script) is None
    assert letters(script) is None
    assert asked == [script.script]
    assert table_of(script) is table_of(script)


def test_places_are_apart() -> None:
    one: Kept[int] = Kept()
    other: Kept[int] = Kept()
    script = load_script(SCRIPTS / "small.yaml")
    one.keep(script, 1)
    assert (one.of(script), other.of(script)) == (1, None)


def test_a_copy_starts_anew() -> None:
    script = load_script(SCRIPTS / "small.yaml")
    table = table_of(script)
    assert script.speaks_of_debt("You owe.")
    copied = script.model_copy(update={"always": {}, "debt_words": ()})
    assert {cell.kind for cell in table.cells} - {cell.kind for cell in table_of(copied).cells} == {"always"}
    assert not copied.speaks_of_debt("You owe.")
    assert table_of(script) is table
