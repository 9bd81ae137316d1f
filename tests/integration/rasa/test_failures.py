"""Models replaced under load, hosts killed, frozen and started again: no question is left without an answer."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from voicebot.config import DialogueSection, RasaSection
from voicebot.dialogue.policies import Policies
from voicebot.dialogue.rasa import models
from voicebot.dialogue.rasa.models import Trained
from voicebot.dialogue.rasa.policy import RasaPolicy
from voicebot.dialogue.rasa.service import RasaService
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.talk import Lead, Question, State, Understanding, Utterance
from voicebot.dialogue.understanding.local import LocalPolicy
from voicebot.errors import ConfigurationError, UnavailableError

NOW = datetime(2026, 11, 23, 11)
LEAD = Lead("Maria Lopez", "First Bank", Decimal("120.50"), "USD", date(2026, 12, 1), "America/New_York")
SAID = ("well yes it is", "no not at all", "i think i can pay on friday", "i have no money left", "stop calling me")
SECONDS = 120.0

pytestmark = pytest.mark.asyncio(loop_scope="module")

Models = tuple[Script, Trained, Trained]


def questions(step: str) -> list[Question]:
    return [Question(Utterance(text), State(step, right_party=True), NOW, LEAD) for text in SAID]


class Traffic:
    """Asks over and over, from several tasks at once, until told to stop."""

    def __init__(self, policy: RasaPolicy, tasks: int = 2) -> None:
        self._policy = policy
        self._stop = False
        self.answers: list[tuple[Question, Understanding]] = []
        self._changed = asyncio.Event()
        self._tasks = [asyncio.create_task(self._run()) for _ in range(tasks)]

    async def _run(self) -> None:
        while not self._stop:
            for question in questions("identity") + questions("when"):
                self.answers.append((question, await self._policy.understand(question)))
                self._changed.set()

    async def seen(self, policy: str) -> None:
        """Wait until an answer that is given from now on comes from ``policy``."""
        async with asyncio.timeout(SECONDS):
            start = len(self.answers)
            while policy not in {answer.policy for _, answer in self.answers[start:]}:
                self._changed.clear()
                await self._changed.wait()

    async def end(self) -> list[tuple[Question, Understanding]]:
        self._stop = True
        await asyncio.gather(*self._tasks)
        return self.answers


async def test_a_model_is_replaced_under_load_with_no_failed_turn(small_models: Models, service: RasaService) -> None:
    script, first, second = small_models
    await service.load(first)
    traffic = Traffic(RasaPolicy(script, first, service, LocalPolicy(script), limit_seconds=SECONDS))
    await traffic.seen("rasa")
    before = await service.ask(script.content_hash, {"do": "parse", "texts": ["yes"]}, seconds=SECONDS)
    pid = service.pids
    for model in (second, first, second):
        await service.load(model)
        await traffic.seen("rasa")
    after = await service.ask(script.content_hash, {"do": "parse", "texts": ["yes"]}, seconds=SECONDS)
    answers = await traffic.end()
    assert before["model_id"] != after["model_id"]
    assert service.pids == pid, "the same host served all along"
    assert {answer.policy for _, answer in answers} == {"rasa", "keyword"}


async def test_a_broken_model_replaces_nothing(small_models: Models, service: RasaService, tmp_path: Path) -> None:
    script, first, second = small_models
    await service.load(first)
    half_of(Path(second.path), tmp_path / "half.tar.gz")
    for broken in (
        replace(second, path=str(tmp_path / "half.tar.gz")),
        replace(second, path=str(tmp_path / "nowhere.tar.gz")),
        replace(second, assistant="another"),
    ):
        with pytest.raises(UnavailableError):
            await service.load(broken)
    reply = await service.ask(script.content_hash, {"do": "parse", "texts": ["yes"]}, seconds=SECONDS)
    assert reply["rankings"][0][0][0] == "affirm"
    with pytest.raises(UnavailableError, match="no Rasa model"):
        await service.ask("nobody", {"do": "parse", "texts": ["yes"]}, seconds=SECONDS)


def half_of(model: Path, copy: Path) -> None:
    copy.write_bytes(model.read_bytes()[:1000])


async def test_killing_and_freezing_the_host_changes_no_answer(small_models: Models, service: RasaService) -> None:
    """The local policy decides meanwhile, and Rasa again once its host is back, with the model that it had."""
    script, first, _ = small_models
    local = LocalPolicy(script)
    await service.load(first)
    policy = RasaPolicy(script, first, service, local, limit_seconds=0.4)
    expected = {id_of(question): local.decide(question) for question in questions("identity") + questions("when")}
    traffic = Traffic(policy)
    await traffic.seen("rasa")
    for number in (signal.SIGKILL, signal.SIGSTOP):
        (pid,) = service.pids
        os.kill(pid, number)
        await traffic.seen("local")
        await traffic.seen("rasa")
        assert service.pids != (pid,)
    answers = await traffic.end()
    assert {answer.policy for _, answer in answers} == {"rasa", "local", "keyword"}
    for question, answer in answers:
        wanted = expected[id_of(question)]
        assert (answer.intent, answer.slots, answer.also) == (wanted.intent, wanted.slots, wanted.also)


def id_of(question: Question) -> tuple[str, str]:
    return question.state.step, question.utterance.text


async def test_a_script_that_was_trained_again_is_picked_up(
    small_models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, first, second = small_models
    monkeypatch.setattr(models, "active", lambda _script, _pipeline="light": first)
    policies = Policies(DialogueSection(policy="rasa"), RasaSection())
    policy = await policies.of(script)
    assert policies.service is not None
    before = await policies.service.ask(script.content_hash, {"do": "parse", "texts": ["yes"]}, seconds=SECONDS)
    monkeypatch.setattr(models, "active", lambda _script, _pipeline="light": second)
    await policies.refresh()
    after = await policies.service.ask(script.content_hash, {"do": "parse", "texts": ["yes"]}, seconds=SECONDS)
    assert before["model_id"] != after["model_id"]
    assert (await policy.understand(questions("identity")[0])).policy == "rasa"
    await policies.close()


async def test_without_a_model_the_cure_is_told(small_models: Models) -> None:
    script, _, _ = small_models
    other = script.model_copy(update={"version": "another"})
    other._content_hash = "0" * 64
    policies = Policies(DialogueSection(policy="rasa"), RasaSection())
    with pytest.raises(ConfigurationError, match=r"voicebot script train other\.yaml"):
        policies.check(other, "other.yaml")
    with pytest.raises(ConfigurationError, match="--pipeline diet"):
        Policies(DialogueSection(policy="rasa"), RasaSection(pipeline="diet")).check(other)
    missing = Policies(DialogueSection(policy="rasa"), RasaSection(environment=Path("nowhere")))
    with pytest.raises(UnavailableError, match="scripts/setup-rasa"):
        missing.check(script)
    await policies.close()
