"""The scripts that hypothesis makes up are scripts, and varied ones."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.unit.dialogue.random_scripts import random_scripts
from tests.unit.examples import times
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.pinned import pinned_text, read_pinned, text_hash
from voicebot.dialogue.script.reading.faults import broken_rules
from voicebot.dialogue.script.table import table_of

FEW = settings(max_examples=times(0.6), phases=[Phase.generate], suppress_health_check=list(HealthCheck))


@given(script=random_scripts())
@FEW
def test_a_random_script_can_be_pinned_and_read_again(script: Script) -> None:
    text = pinned_text(script)
    again = read_pinned(text, text_hash(text))
    assert {cell.id for cell in table_of(again).cells} == {cell.id for cell in table_of(script).cells}


def test_some_keep_every_rule_and_some_break_one() -> None:
    found: set[bool] = set()

    @seed(7)
    @given(script=random_scripts())
    @FEW
    def draw(script: Script) -> None:
        found.add(bool(broken_rules(script)))

    draw()
    assert found == {True, False}
