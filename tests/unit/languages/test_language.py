"""What every language brings, and that the engine asks nothing of one but that."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from voicebot import languages
from voicebot.dialogue.understanding.keywords import HARD
from voicebot.errors import ConfigurationError
from voicebot.languages import Language
from voicebot.paths import shipped

EVERY = pytest.mark.parametrize("language", [languages.of(code) for code in languages.codes()], ids=languages.codes())
SOURCES = Path(languages.__file__).parents[1]
TABLES = {
    "cli/classifying.py",
    "cli/demo.py",
    "cli/model.py",
    "dialogue/script/reading/finding.py",
    "cli/script/understand.py",
    "config/__init__.py",
    "dialogue/rasa/runtime/host.py",
    "doctor/recogniser.py",
    "doctor/voice.py",
    "rehearsal/persona.py",
    "rehearsal/selection.py",
    "rehearsal/voices.py",
    "speech/model_check.py",
    "speech/models/catalogue.py",
    "speech/recognition/choosing.py",
    "speech/speaking/choosing.py",
    "speech/speaking/espeak_voice.py",
    "speech/speaking/hibari_voice.py",
    "speech/speaking/kokoro_voice.py",
}
"""Tables of models and voices, each made for one language; what a command takes where no language is named; and a
program that runs in Rasa's environment, apart from this package."""


@EVERY
def test_a_language_is_named_by_its_folder_and_has_a_folder_of_scripts(language: Language) -> None:
    assert language is languages.of(language.code)
    assert languages.family(language.tags[0]) == language.code
    for locale in language.locales:
        assert languages.locale(locale.tag) is locale
        assert (shipped("scripts_dialogue") / locale.tag / "intents.yaml").is_file()


@EVERY
def test_a_language_has_a_rule_for_every_hard_intent_in_the_same_order(language: Language) -> None:
    first = languages.of(languages.codes()[0])
    assert [rule.intent for rule in language.keywords] == [rule.intent for rule in first.keywords]
    assert {rule.intent for rule in language.keywords if rule.says} == HARD


@EVERY
def test_words_are_written_as_they_are_compared(language: Language) -> None:
    stand_ins = language.clues.stand_ins
    for word in (stand_ins.name, stand_ins.future, stand_ins.past, stand_ins.money):
        assert language.plain(word) == word
    machines = language.machines
    for phrase in (*machines.voicemail, *machines.unavailable, *machines.screener, *machines.asking, *machines.people):
        assert phrase == phrase.lower().strip()
        assert language.spaced or " " not in phrase


@pytest.mark.parametrize(
    ("language", "text", "open_"),
    [
        ("en-US", "I can pay on", True),
        ("en-US", "Let me see...", True),
        ("en-US", "I'll pay", True),
        ("en-US", "on Friday.", False),
        ("en-US", "", False),
        ("en-US", "yes, it is", False),
        ("zh-CN", "我下个…", True),
        ("zh-CN", "我大概", True),
        ("zh-CN", "下周五。", False),
        ("zh-CN", "别再打给我", False),
    ],
)
def test_words_that_trail_off(language: str, text: str, open_: bool) -> None:
    assert languages.of(language).trails_off(text) is open_


def test_a_tag_is_read_without_its_country() -> None:
    assert languages.of("EN_gb") is languages.of("en-US")
    assert languages.locale("en-GB").tag == "en-US"


@pytest.mark.parametrize("tag", ["fr-FR", "", "grammar", "language", "../en"])
def test_an_unknown_language_is_refused(tag: str) -> None:
    with pytest.raises(ConfigurationError, match="known: en, zh"):
        languages.of(tag)


def test_nothing_elsewhere_asks_which_language_it_is() -> None:
    named = re.compile(r"""["'](?:en|zh)(?:-[A-Z]{2})?["']|[\u4e00-\u9fff]""")
    found = {
        str(path.relative_to(SOURCES))
        for path in SOURCES.rglob("*.py")
        if "languages" not in path.parts and named.search(path.read_text(encoding="utf-8"))
    }
    assert found == TABLES
