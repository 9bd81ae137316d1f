"""Every shipped script keeps what the checks prove."""

from __future__ import annotations

import pytest

from voicebot.cli.script import soundness
from voicebot.dialogue.checks import examine
from voicebot.dialogue.script.reading.finding import shipped_scripts
from voicebot.dialogue.script.reading.load import load_script

SHIPPED = shipped_scripts()


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_is_found_in_a_shipped_script(name: str) -> None:
    path = SHIPPED[name]
    script = load_script(path)
    report = examine(
        script,
        banned=soundness.banned_phrases(script.language, path.parent),
        siblings=soundness.translations(script, path),
    )
    assert [f"{one.problem} {one.turns}" for one in report.findings] == []
    assert report.states > len(script.steps)
