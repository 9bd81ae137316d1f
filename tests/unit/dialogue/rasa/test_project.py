"""Compiling a script, the conformance run, and which model decides for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from voicebot.dialogue.rasa import models
from voicebot.dialogue.rasa.conformance import Conformance, compare, questions
from voicebot.dialogue.rasa.project import COMPILER, Project, compile_project, intents_of
from voicebot.dialogue.rasa.rules import action_of, rules_of
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.talk import EngineIntent
from voicebot.errors import ConfigurationError
from voicebot.paths import shipped

SCRIPT = shipped("scripts_dialogue") / "en-US" / "reminder.yaml"


@pytest.fixture(scope="module")
def script() -> Script:
    return load_script(SCRIPT)


@pytest.fixture(scope="module")
def project(script: Script) -> Project:
    return compile_project(script)


def read(project: Project, name: str) -> Any:
    """Read a file as YAML 1.1 does, which takes more words for booleans than YAML 1.2."""
    return yaml.safe_load(project.files[name])


def strings(value: Any) -> bool:
    """Whether all names are texts: a bare yes, no or on would have become a boolean."""
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and all(map(strings, value.values()))
    return all(map(strings, value)) if isinstance(value, list) else True


def test_every_rule_names_intents_and_actions_of_the_domain(script: Script, project: Project) -> None:
    domain, rules = read(project, "domain.yml"), read(project, "data/rules.yml")["rules"]
    assert len(rules) == len(rules_of(table_of(script)))
    assert len({rule["rule"] for rule in rules}) == len(rules)
    for rule in rules:
        intent, action = rule["steps"]
        assert intent["intent"] in domain["intents"]
        assert action["action"] in domain["responses"]
        (condition,) = rule["condition"]
        for slot in condition["slot_was_set"]:
            ((name, value),) = slot.items()
            assert value in domain["slots"][name]["values"]
    assert all(strings(read(project, name)) for name in project.files)


def test_examples_are_learnt_as_they_are_heard(script: Script, project: Project) -> None:
    nlu = {one["intent"]: one["examples"].splitlines() for one in read(project, "data/nlu.yml")["nlu"]}
    assert set(nlu) == set(script.intents)
    texts = [text for lines in nlu.values() for text in lines]
    assert len(texts) == len(set(texts)) > 500
    assert not any("{" in text or "[" in text for text in texts)


def test_the_model_knows_script_and_compiler(script: Script, project: Project) -> None:
    config = read(project, "config.yml")
    assert config["assistant_id"] == project.assistant
    assert script.content_hash in project.assistant
    assert project.assistant.endswith(f".light.{COMPILER}")
    assert compile_project(script, "diet").assistant != project.assistant


def test_yes_no_and_on_stay_words() -> None:
    """YAML would read them as booleans."""
    raw = load_script(SCRIPT)
    odd = raw.model_copy(update={"intents": {**raw.intents, "on": raw.intents["affirm"], "null": raw.intents["deny"]}})
    domain = yaml.safe_load(compile_project(odd).files["domain.yml"])
    assert {"on", "null"} <= set(domain["intents"])


def test_stories_for_ted_follow_the_rules(script: Script) -> None:
    project = compile_project(script, "diet")
    rules = {
        (rule.cell.step, str(rule.cell.intent), action_of(rule.cell.target)) for rule in rules_of(table_of(script))
    }
    stories = read(project, "data/stories.yml")["stories"]
    assert len(stories) > 50
    for story in stories:
        step = ""
        for event in story["steps"]:
            if "slot_was_set" in event:
                step = event["slot_was_set"][0]["step"]
            elif "intent" in event:
                intent = event["intent"]
            else:
                assert (step, intent, event["action"]) in rules


def right(script: Script) -> list[dict[str, Any]]:
    answers = []
    for question in questions(script):
        cell = table_of(script).find(question.step, question.intent, question.states)
        action = action_of(cell.target) if cell else "action_default_fallback"
        answers.append({"action": action, "confidence": 1.0, "policy": "RulePolicy"})
    return answers


def test_conformance_asks_every_cell(script: Script) -> None:
    asked = questions(script)
    assert {(one.step, one.intent) for one in asked} == {
        (step, intent) for step in script.steps for intent in intents_of(script)
    }
    found = {
        id(table_of(script).find(one.step, one.intent, one.states)) for one in asked
    }  # every cell is met by some question
    assert {id(cell) for cell in table_of(script).cells} <= found
    assert set(map(str, EngineIntent)) <= set(intents_of(script))
    assert {bool(one.history) for one in asked} == {True, False}


def test_a_model_that_decides_as_the_table_passes(script: Script) -> None:
    found = compare(script, right(script))
    assert (found.mismatches, found.free) == ((), ())
    assert found.asked == len(questions(script))


def test_one_wrong_cell_is_found_and_told(script: Script) -> None:
    answers = right(script)
    asked = questions(script)
    number = next(n for n, one in enumerate(asked) if (one.step, one.intent) == ("confirm", "affirm"))
    answers[number]["action"] = "utter_end_do_not_call"
    (found,) = compare(script, answers).mismatches
    assert (found.step, found.intent, found.model) == ("confirm", "affirm", "end:do_not_call")
    assert "confirm, affirm" in str(found)


def test_what_a_model_does_in_an_empty_cell_is_listed_apart(script: Script) -> None:
    answers = right(script)
    number = next(n for n, one in enumerate(answers) if one["action"] == "action_default_fallback")
    answers[number] = {"action": "utter_go_when", "confidence": 0.4, "policy": "TEDPolicy"}
    found = compare(script, answers)
    assert found.mismatches == ()
    assert [(one.table, one.model, one.policy) for one in found.free] == [("", "go:when", "TEDPolicy")]


def test_missing_answers_are_no_pass(script: Script) -> None:
    with pytest.raises(ValueError, match="zip"):
        compare(script, right(script)[:-1])


def test_a_model_decides_for_the_very_content_that_it_was_trained_from(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path))
    with pytest.raises(ConfigurationError, match="voicebot script train"):
        models.require(script)
    for content in (b"first", b"second", b"third"):
        (tmp_path / "model.tar.gz").write_bytes(content)
        kept = models.activate(script, "light", tmp_path / "model.tar.gz", 1.0, Conformance(10))
        assert models.require(script) == kept
        assert Path(kept.path).read_bytes() == content
    assert len(list(Path(kept.path).parent.glob("*.tar.gz"))) == 2
    assert models.active(script, "diet") is None
    assert models.all_active() == (kept,)
    assert not models.damaged(kept)
    Path(kept.path).write_bytes(b"other")
    assert models.damaged(kept)
    Path(kept.path).unlink()
    assert models.active(script) is None
    assert models.damaged(kept)


def test_a_record_that_cannot_be_read_is_no_model(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path))
    (tmp_path / "model.tar.gz").write_bytes(b"x")
    kept = models.activate(script, "light", tmp_path / "model.tar.gz", 1.0, Conformance(10))
    (Path(kept.path).parent / "light.json").write_text("{half")
    assert models.active(script) is None


def test_mandarin_is_taken_apart_and_every_character_counts() -> None:
    project = compile_project(load_script(SCRIPT.parents[1] / "zh-CN" / "reminder.yaml"))
    names = [part["name"] for part in read(project, "config.yml")["pipeline"]]
    assert names[0] == "JiebaTokenizer"
    assert "ngrams.NgramFeaturizer" in names
    assert "minilm.MiniLMFeaturizer" not in names
