"""Compiler: a script becomes a Rasa project, one folder a script. Pure; ``write`` puts it on disk.

The engine owns step, slots, retries and endings, and tells Rasa where it stands with every question. So each cell of
the table is one rule on the slots ``step`` and ``state_SLOT``, and each of its targets is one response. Rasa's intent
classifier learns from the script's examples in the form in which utterances reach it: days, amounts and names are
replaced by ones that stand for all of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from voicebot import languages
from voicebot.dialogue.rasa.rules import (
    Rule,
    action_of,
    guarded,
    intent_name,
    rules_of,
    state_slot,
)
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.talk import EngineIntent
from voicebot.dialogue.understanding.normal import example

Pipeline = Literal["light", "diet"]

COMPILER: Final = 3
"""Version of the compiled project; a model made by another version is trained again."""
_FORMAT: Final = "3.1"
_STORIES: Final = 80
_STORY_TURNS: Final = 8
_EMBEDDING_WEIGHT: Final = 6.0
"""Against counts of n-grams; of 3, 6, 10 and 15 the one that is right most often on what development is tried on."""
_NGRAM_WEIGHT: Final = 3.5
"""Of the local matcher's n-grams beside Rasa's counts; 0.846 against 0.824 in four folds of the Mandarin examples."""


@dataclass(frozen=True, slots=True)
class Project:
    """A compiled script.

    Parameters
    ----------
    assistant
        What names script, content and compiler within the model.
    files
        Path within the project's folder → text.
    """

    assistant: str
    files: Mapping[str, str]

    def write(self, folder: Path) -> None:
        """Write all files into ``folder``, which is made."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def assistant_of(script: Script, pipeline: Pipeline) -> str:
    """Return the name that a model of this script carries; another text is another model."""
    return f"{script.script}.{script.content_hash}.{pipeline}.{COMPILER}"


def compile_project(script: Script, pipeline: Pipeline = "light", embeddings: Path | None = None) -> Project:
    """Compile a script.

    Parameters
    ----------
    pipeline
        ``light``: logistic regression and rules; ``diet``: DIET, rules, and TED for what no rule decides.
    embeddings
        Folder of the embedding model (English); ``None``: words and n-grams alone.
    """
    rules = rules_of(table_of(script))
    assistant = assistant_of(script, pipeline)
    documents: dict[str, Any] = {
        "config.yml": _config(script, pipeline, assistant, embeddings),
        "domain.yml": _domain(script, rules),
        "data/rules.yml": {"version": _FORMAT, "rules": [_rule(rule) for rule in rules]},
        "tests/test_stories.yml": {"version": _FORMAT, "stories": [_test(rule, script) for rule in rules]},
    }
    nlu = _nlu(script)
    if nlu["nlu"]:
        documents["data/nlu.yml"] = nlu
    if pipeline == "diet":
        documents["data/stories.yml"] = {"version": _FORMAT, "stories": list(_stories(script, rules))}
    files = {name: _yaml(document) for name, document in documents.items()}
    return Project(assistant, files | {"endpoints.yml": "{}\n", "credentials.yml": "{}\n"})


def intents_of(script: Script) -> tuple[str, ...]:
    """Return every intent that Rasa is to know, sorted: those with examples, those of the table, the engine's."""
    table = {cell.intent for cell in table_of(script).cells}
    return tuple(sorted({*script.intents, *table, *map(str, EngineIntent)}))


# ---- what Rasa understands


def _nlu(script: Script) -> dict[str, Any]:
    """Return the examples; a text that stands under two intents is left to the one that is written first."""
    taken: set[str] = set()
    intents = []
    for intent, part in script.intents.items():
        texts = dict.fromkeys(example(text, script.language) for text in part.examples)
        own = [text for text in texts if text and text not in taken]
        taken.update(own)
        if own:
            lines = "".join(f"- {text}\n" for text in own)
            intents.append({"intent": intent_name(intent), "examples": _Block(lines)})
    return {"version": _FORMAT, "nlu": intents}


def _config(script: Script, pipeline: Pipeline, assistant: str, embeddings: Path | None) -> dict[str, Any]:
    language = languages.of(script.language)
    spaced = language.spaced
    features: list[dict[str, Any]] = [
        {"name": language.writing.tokenizer},
        {"name": "CountVectorsFeaturizer", "min_ngram": 1, "max_ngram": 2},
        {
            "name": "CountVectorsFeaturizer",
            "analyzer": "char_wb" if spaced else "char",
            "min_ngram": 2 if spaced else 1,
            "max_ngram": 4 if spaced else 3,
        },
    ]
    if not spaced and pipeline == "light":
        features.append({"name": "ngrams.NgramFeaturizer", "min_ngram": 1, "max_ngram": 3, "weight": _NGRAM_WEIGHT})
    if embeddings is not None:
        features.append({"name": "minilm.MiniLMFeaturizer", "folder": str(embeddings), "weight": _EMBEDDING_WEIGHT})
    if pipeline == "light":
        classifier = {"name": "LogisticRegressionClassifier", "max_iter": 300, "tol": 1e-3}
    else:
        classifier = {
            "name": "DIETClassifier",
            "epochs": 60,
            "constrain_similarities": True,
            "model_confidence": "softmax",
            "entity_recognition": False,
            "random_seed": 1,
        }
    policies: list[dict[str, Any]] = [{"name": "RulePolicy", "enable_fallback_prediction": True}]
    if pipeline == "diet":
        policies.append(
            {"name": "TEDPolicy", "max_history": 5, "epochs": 60, "constrain_similarities": True, "random_seed": 1}
        )
    return {
        "recipe": "default.v1",
        "language": language.code,
        "assistant_id": assistant,
        "pipeline": [*features, classifier],
        "policies": policies,
    }


# ---- what Rasa decides


def _domain(script: Script, rules: Iterable[Rule]) -> dict[str, Any]:
    slots = {"step": _slot(script.steps)}
    slots |= {state_slot(name): _slot(("missing", "known", "given")) for name in guarded(table_of(script))}
    targets = sorted({rule.cell.target for rule in rules})
    return {
        "version": _FORMAT,
        "intents": [intent_name(intent) for intent in intents_of(script)],
        "slots": slots,
        "responses": {action_of(target): [{"custom": _payload(script, target)}] for target in targets},
        "session_config": {"session_expiration_time": 0, "carry_over_slots_to_new_session": False},
    }


def _slot(values: Iterable[str]) -> dict[str, Any]:
    return {
        "type": "categorical",
        "values": list(values),
        "influence_conversation": True,
        "mappings": [{"type": "custom"}],
    }


def _payload(script: Script, target: str) -> dict[str, str]:
    """Return what a target says, for anyone who talks to the model without the engine."""
    kind, _, name = target.partition(":")
    if kind == "end":
        return {"target": target, "outcome": script.outcome(name)}
    return {"target": target}


def _set(rule: Rule) -> dict[str, Any]:
    states = {state_slot(slot): state for slot, state in rule.states.items()}
    return {"slot_was_set": [{name: value} for name, value in {"step": rule.cell.step, **states}.items()]}


def _name(rule: Rule) -> str:
    guards = ", ".join(f"{slot} {state}" for slot, state in rule.states.items())
    return f"{rule.cell.step} | {rule.cell.intent}" + (f" | {guards}" if guards else "")


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "rule": _name(rule),
        "condition": [_set(rule)],
        "steps": [{"intent": intent_name(rule.cell.intent)}, {"action": action_of(rule.cell.target)}],
    }


def _test(rule: Rule, script: Script) -> dict[str, Any]:
    """Return one test story: the slots as the engine would send them, the intent, the action."""
    others = {state_slot(name): "missing" for name in guarded(table_of(script)) if name not in rule.states}
    known = {"slot_was_set": [{name: value} for name, value in others.items()]}
    start = [known, _set(rule)] if others else [_set(rule)]
    said = {"user": f"/{intent_name(rule.cell.intent)}", "intent": intent_name(rule.cell.intent)}
    return {"story": _name(rule), "steps": [*start, said, {"action": action_of(rule.cell.target)}]}


def _stories(script: Script, rules: tuple[Rule, ...]) -> Iterable[dict[str, Any]]:
    """Yield conversations for TED: random walks over the rules, so that none contradicts them; always the same ones."""
    draw = random.Random(0)  # noqa: S311 - nothing secret
    by_step: dict[str, list[Rule]] = {}
    for rule in rules:
        by_step.setdefault(rule.cell.step, []).append(rule)
    names = guarded(table_of(script))
    for number in range(_STORIES):
        step = script.start
        events: list[dict[str, Any]] = []
        for _ in range(_STORY_TURNS):
            rule = draw.choice(by_step[step])
            states = {state_slot(name): rule.states.get(name, "missing") for name in names}
            events.append({"slot_was_set": [{name: value} for name, value in {"step": step, **states}.items()]})
            events += [{"intent": intent_name(rule.cell.intent)}, {"action": action_of(rule.cell.target)}]
            kind, _, name = rule.cell.target.partition(":")
            if kind == "end":
                break
            step = name if kind == "go" else step
        yield {"story": f"walk {number + 1}", "steps": events}


# ---- YAML


class _Block(str):
    """Text that is written as a block of lines."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Quotes whatever YAML would read as anything but text, and writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    _Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")
)


def _yaml(document: Any) -> str:
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
