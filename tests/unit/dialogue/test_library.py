"""The shipped library: both languages alike, enough examples, and nothing of it in the held-out sets."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.unit.dialogue.shipped import policy_of, script_of
from voicebot import languages
from voicebot.dialogue.conversation import conversation
from voicebot.dialogue.script.model import INTENTS, Script
from voicebot.dialogue.talk import Ending, Lead, Question, Utterance
from voicebot.dialogue.understanding import corpora
from voicebot.languages import family
from voicebot.paths import shipped

LANGUAGES: Final = ("en-US", "zh-CN")
SCRIPTS: Final = ("reminder", "collection")
HELD_OUT: Final = Path(__file__).parents[2] / "data" / "understanding"
NOW: Final = datetime(2026, 11, 23, 10)
LEAD: Final = Lead("王小明", "北方银行", Decimal("1200.50"), "CNY", date(2026, 12, 1), "Asia/Shanghai")


def held_out(language: str) -> list[tuple[str, str]]:
    lines = (HELD_OUT / f"intents_{family(language)}.tsv").read_text(encoding="utf-8").splitlines()
    return [(intent, text) for intent, _, text in (line.partition("\t") for line in lines)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shared_intent_has_enough_examples(language: str) -> None:
    intents = script_of(f"{language}/reminder").intents
    assert set(intents) == INTENTS
    assert {name: len(set(part.examples)) for name, part in intents.items() if len(set(part.examples)) < 40} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_held_out_utterances_cover_all_intents_and_are_nowhere_learned_from(language: str) -> None:
    utterances = held_out(language)
    assert len(utterances) >= 300
    assert set(Counter(intent for intent, _ in utterances)) == INTENTS
    trained: set[str] = set()
    for name in SCRIPTS:
        one = script_of(f"{language}/{name}")
        for part in one.intents.values():
            trained |= {_normal(text, language) for text in part.examples}
        for step in one.steps.values():
            trained |= {_normal(text, language) for texts in step.examples.values() for text in texts}
    for by_intent in corpora.hands(language).values():
        trained |= {_normal(text, language) for texts in by_intent.values() for text in texts}
    assert [text for _, text in utterances if _normal(text, language) in trained] == []
    assert len({_normal(text, language) for _, text in utterances}) == len(utterances)


def _normal(text: str, language: str) -> str:
    spoken = languages.of(language)
    return spoken.plain(text.replace("{name}", spoken.clues.stand_ins.name)).replace("'", "")


@pytest.mark.parametrize("name", SCRIPTS)
def test_both_languages_have_the_same_steps_and_outcomes(name: str) -> None:
    english, chinese = (_shape(script_of(f"{language}/{name}")) for language in LANGUAGES)
    assert english == chinese


def _shape(one: Script) -> dict[str, Any]:
    return {
        "steps": {
            step: (one.cue(step), part.asks, part.confirms, part.expects, sorted(part.keys), part.answers.keys())
            for step, part in one.steps.items()
        },
        "endings": {ending: (one.outcome(ending), part.action, part.record) for ending, part in one.endings.items()},
        "always": {intent: [move.end or move.go for move in moves] for intent, moves in one.always.items()},
        "digressions": sorted(one.digressions),
        "disclosures": {disclosure: part.before for disclosure, part in one.disclosures.items()},
        "slots": {slot: (part.type, part.intent, part.ask) for slot, part in one.slots.items()},
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_of_sensitive_words_have_categories_and_sides(language: str) -> None:
    path = shipped("scripts_dialogue") / language / "sensitive.yaml"
    data = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - the loader without types
    assert data["language"] == language
    categories = [entry["category"] for entry in data["sensitive"]]
    assert len(categories) == len(set(categories)) >= 10
    assert all(entry["by"] in {"bot", "callee", "either"} and entry["words"] for entry in data["sensitive"])


TALKS: Final[dict[str, tuple[str, list[str], str, dict[str, Any]]]] = {
    "on time": ("reminder", ["喂 是我", "好的知道了 到时候会还的"], "will_pay_on_time", {}),
    "a day promised and read back": (
        "reminder", ["我就是", "到时候还不了", "下周五吧", "对的"],
        "promise_to_pay", {"promise_date": date(2026, 12, 4)},
    ),
    "the day is put right": (
        "collection", ["对 是我", "行 我周五还", "不对 改成下周一", "嗯 没错"],
        "promise_to_pay", {"promise_date": date(2026, 11, 30)},
    ),
    "a part": (
        "collection", ["我是王小明", "我先还五百块行不行", "月底", "可以"],
        "partial_payment", {"amount": Decimal(500), "promise_date": date(2026, 11, 30)},
    ),
    "paid": ("collection", ["是的", "我昨天已经还过了"], "already_paid", {}),
    "no money, no human wanted": ("collection", ["是我", "我失业了 没钱还", "不用了"], "cannot_pay", {}),
    "no money, a human wanted": ("reminder", ["是我", "最近手头紧 还不上", "好 转吧"], "transferred", {}),
    "a human at once": ("reminder", ["给我转人工"], "transferred", {}),
    "wrong number": ("reminder", ["你打错了"], "wrong_person", {}),
    "not here": ("reminder", ["他不在 我是他老婆"], "not_available", {}),
    "deceased": ("reminder", ["他去世了"], "deceased", {}),
    "stop": ("collection", ["是我", "别再给我打电话了"], "do_not_call", {}),
    "attorney": ("collection", ["是我", "有事找我的律师谈"], "attorney", {}),
    "bankruptcy": ("collection", ["是我", "我已经申请破产了"], "bankruptcy", {}),
    "disputed": ("collection", ["是我", "我没借过你们的钱"], "dispute", {}),
    "refused": ("collection", ["是我", "我就是不还", "不需要"], "refused", {}),
    "later": (
        "reminder", ["我在开会 晚点再打", "明天下午三点"], "callback", {"callback_at": datetime(2026, 11, 24, 15)},
    ),
    "asked back first": ("reminder", ["你是谁啊", "是我", "多少钱", "没问题 我会按时还"], "will_pay_on_time", {}),
}  # fmt: skip


@pytest.mark.parametrize("talk", TALKS)
def test_whole_conversations_in_mandarin(talk: str) -> None:
    name, words, outcome, slots = TALKS[talk]
    one, policy = script_of(f"zh-CN/{name}"), policy_of(f"zh-CN/{name}")
    state, act = conversation.open_conversation(one, LEAD, NOW)
    log = [line.text for line in act.lines]
    for text in words:
        assert act.listening is not None, log
        for line in act.lines:
            state = conversation.said(state, line.key)
        understood = policy.decide(Question(Utterance(text), state, NOW, LEAD))
        state, act = conversation.apply(one, LEAD, state, understood, NOW)
        log += [f"> {text} = {understood.intent} {dict(understood.slots)}", *(line.text for line in act.lines)]
    assert act.ending is not None, log
    assert isinstance(act.ending, Ending)
    got = {
        key: value.replace(tzinfo=None) if isinstance(value, datetime) else value
        for key, value in act.ending.slots.items()
    }
    assert (act.ending.outcome, got) == (outcome, slots), log
