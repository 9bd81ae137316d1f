"""The local policy in a process of its own: the same answers, from somewhere else, whatever happens to it."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.unit.dialogue.making import LEAD
from voicebot.config import DialogueSection, RasaSection
from voicebot.dialogue.policies import Policies
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.talk import Question, State, Understanding, Utterance
from voicebot.dialogue.understanding.hosted import HostedPolicy, UnderstandingService
from voicebot.dialogue.understanding.local import LocalPolicy
from voicebot.errors import UnavailableError
from voicebot.paths import shipped

NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("America/New_York"))
SAID = (
    ("identity", "yes this is Maria", ()),
    ("when", "I can pay half of it next Friday", (("I can pay after it next Friday", 0.4),)),
    ("payment", "I have already paid that last week", ()),
    ("payment", "stop calling me", ()),
    ("payment", "the weather is nice", ()),
)


@pytest.fixture(scope="module")
def script() -> Script:
    return load_script(shipped("scripts_dialogue") / "en-US" / "collection.yaml")


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[UnderstandingService]:
    made = UnderstandingService(tmp_path / "understanding.log")
    yield made
    await made.close()


def questions(script: Script) -> list[Question]:
    steps = [step if step in script.steps else script.start for step, _, _ in SAID]
    return [
        Question(Utterance(text, 0.8, others), State(step), NOW, LEAD)
        for step, (_, text, others) in zip(steps, SAID, strict=True)
    ]


def rounded(found: Understanding) -> Understanding:
    """Without the last digits, which go by what was compared together."""
    ranking = tuple((intent, round(value, 6)) for intent, value in found.ranking)
    return replace(found, confidence=round(found.confidence, 6), ranking=ranking)


async def test_answers_are_the_same_and_come_from_another_process(
    script: Script, service: UnderstandingService
) -> None:
    policy = await service.load(script)
    here = LocalPolicy(script)
    asked = questions(script)
    assert [rounded(await policy.understand(one)) for one in asked] == [rounded(here.decide(one)) for one in asked]
    assert service.process.pid not in {0, os.getpid()}
    compared, expected = await policy.compared(asked[1]), here.decide_noting(asked[1])
    assert (compared.texts, len(compared.rows)) == (expected.texts, len(expected.rows))
    other = {text: {"deny": 1.0} for text in expected.texts}
    assert rounded(await policy.informed(asked[1], other)) == rounded(here.decide_informed(asked[1], other))


async def test_what_the_engine_knows_itself_is_not_asked(script: Script, service: UnderstandingService) -> None:
    policy = HostedPolicy(script, service)
    state = State(script.start)
    assert (await policy.understand(Question(Utterance(silence=True), state, NOW, LEAD))).intent == "no_input"
    assert (await policy.understand(Question(Utterance(machine="voicemail"), state, NOW, LEAD))).intent == "voicemail"
    assert service.process.pid == 0, "nothing was started for that"


async def test_a_process_that_is_killed_is_started_again_and_knows_the_scripts(
    script: Script, service: UnderstandingService
) -> None:
    policy = await service.load(script)
    other = await service.load(load_script(shipped("scripts_dialogue") / "zh-CN" / "reminder.yaml"))
    before = service.process.pid
    os.kill(before, signal.SIGKILL)
    asked = questions(script)[0]
    assert (await once_up(policy, asked)).intent == LocalPolicy(script).decide(asked).intent
    assert service.process.pid not in {0, before}
    assert (await once_up(other, Question(Utterance("是的"), State("identity"), NOW, LEAD))).intent == "affirm"


async def once_up(policy: HostedPolicy, question: Question) -> Understanding:
    """Ask until there is an answer: while scripts are loaded again, a caller would ask the person again."""
    while True:
        with contextlib.suppress(UnavailableError):
            return await policy.understand(question)


async def test_a_node_understands_apart_and_a_command_in_itself(script: Script) -> None:
    for apart, kind in ((True, HostedPolicy), (False, LocalPolicy)):
        policies = Policies(DialogueSection(), RasaSection(), apart=apart)
        assert type(await policies.of(script)) is kind
        await policies.close()
