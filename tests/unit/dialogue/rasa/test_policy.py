"""The policy that asks Rasa, with a peer that answers by script."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.dialogue.shipped import policy_of, script_of
from voicebot.dialogue.rasa.models import Trained
from voicebot.dialogue.rasa.policy import RasaPolicy
from voicebot.dialogue.rasa.project import Pipeline
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.talk import EngineIntent, Lead, Question, State, Utterance
from voicebot.dialogue.understanding.local import LocalPolicy
from voicebot.errors import RefusedError, UnavailableError

NOW = datetime(2026, 11, 23, 11)
LEAD = Lead("Maria Lopez", "First Bank", Decimal("120.50"), "USD", date(2026, 12, 1), "America/New_York")


@pytest.fixture(scope="module")
def script() -> Script:
    return script_of("en-US/reminder")


@pytest.fixture(scope="module")
def local(script: Script) -> LocalPolicy:
    return LocalPolicy(script, Path("no embeddings"))


def trained(script: Script, pipeline: Pipeline = "light") -> Trained:
    return Trained(script.script, script.content_hash, "", pipeline, 1, "", "", "", 1.0, 1, 0)


@dataclass
class Peer:
    """Answers as it was told; notes what it was asked."""

    intent: str = "affirm"
    action: str = "utter_go_when"
    fails: Exception | None = None
    hangs: bool = False
    answer: Mapping[str, Any] | None = None
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    async def ask(self, key: str, request: Mapping[str, Any], *, seconds: float) -> Mapping[str, Any]:
        self.asked.append(request)
        self.seconds.append(seconds)
        if self.hangs:
            await asyncio.sleep(seconds)
            raise UnavailableError("no answer in time")
        if self.fails:
            raise self.fails
        if self.answer is not None:
            return self.answer
        if request["do"] == "parse":
            return {"rankings": [[[self.intent, 0.9], ["deny", 0.05]] for _ in request["texts"]]}
        return {"action": self.action, "confidence": 1.0, "policy": "RulePolicy"}


def question(text: str, step: str = "confirm", **state: Any) -> Question:
    known = {"promise_date": date(2026, 11, 27)} if step == "confirm" else {}
    return Question(Utterance(text), State(step, slots=known, right_party=True, **state), NOW, LEAD)


async def test_rasa_says_what_words_mean_and_where_that_leads(script: Script, local: LocalPolicy) -> None:
    peer = Peer("already_paid", "utter_end_already_paid")
    found = await RasaPolicy(script, trained(script), peer, local).understand(question("it went out last week"))
    assert (found.intent, found.policy, found.target) == ("already_paid", "rasa", "end:already_paid")
    parse, decide = peer.asked
    assert parse["texts"] == ["it went out last week"]
    assert decide["slots"]["step"] == "confirm"
    assert decide["slots"]["state_promise_date"] == "known"
    assert decide["intent"] == "already_paid"
    assert "history" not in decide


async def test_states_are_those_after_this_utterances_values(script: Script, local: LocalPolicy) -> None:
    peer = Peer("promise_to_pay")
    policy = RasaPolicy(script, trained(script), peer, local)
    found = await policy.understand(question("i will manage it on monday", "when"))
    assert found.slots == {"promise_date": date(2026, 11, 30)}
    assert peer.asked[-1]["slots"]["state_promise_date"] == "given"


@pytest.mark.parametrize(
    "peer",
    [
        Peer(fails=UnavailableError("gone")),
        Peer(fails=RefusedError("there is no model")),
        Peer(hangs=True),
        Peer(answer={}),
        Peer(answer={"rankings": []}),
        Peer(answer={"rankings": [None]}),
        Peer(answer={"rankings": [[["affirm", "many"]]], "action": 1}),
    ],
    ids=["gone", "refuses", "hangs", "empty", "short", "none", "nonsense"],
)
async def test_the_local_answer_holds_where_rasa_gives_none(script: Script, local: LocalPolicy, peer: Peer) -> None:
    asked = question("it went out last week")
    policy = RasaPolicy(script, trained(script), peer, local, limit_seconds=0.05)
    found = await policy.understand(asked)
    assert found == local.decide(asked)
    assert found.policy == "local"


async def test_both_questions_share_one_limit(script: Script, local: LocalPolicy) -> None:
    peer = Peer("already_paid")
    await RasaPolicy(script, trained(script), peer, local, limit_seconds=0.4).understand(question("it went out"))
    first, second = peer.seconds
    assert second < first <= 0.4


@pytest.mark.parametrize(
    ("asked", "intent", "policy"),
    [
        (question("please stop calling me"), "stop_calling", "keyword"),
        (question("talk to my lawyer"), "attorney", "keyword"),
        (Question(Utterance(silence=True), State("confirm"), NOW, LEAD), EngineIntent.NO_INPUT, "engine"),
        (Question(Utterance(machine="voicemail"), State("confirm"), NOW, LEAD), "voicemail", "engine"),
        (Question(Utterance(digits="1"), State("confirm"), NOW, LEAD), "affirm", "engine"),
        (Question(Utterance(digits="1"), State("when"), NOW, LEAD), "promise_to_pay", "engine"),
    ],
)
async def test_rasa_is_not_asked_what_is_settled(
    script: Script, local: LocalPolicy, asked: Question, intent: str, policy: str
) -> None:
    peer = Peer("goodbye")
    found = await RasaPolicy(script, trained(script), peer, local).understand(asked)
    assert (found.intent, found.policy) == (intent, policy)
    assert peer.asked == []


async def test_sure_nonsense_stays_nonsense(script: Script, local: LocalPolicy) -> None:
    """Words that stand in no example are not from here, however sure the classifier is."""
    found = await RasaPolicy(script, trained(script), Peer("affirm"), local).understand(
        question("xylophone quokka zzz")
    )
    assert found.intent == EngineIntent.NO_MATCH


async def test_an_answer_that_ends_the_call_must_be_surer(script: Script, local: LocalPolicy) -> None:
    class Unsure(Peer):
        async def ask(self, key: str, request: Mapping[str, Any], *, seconds: float) -> Mapping[str, Any]:
            if request["do"] == "parse":
                return {"rankings": [[["goodbye", 0.3], ["out_of_scope", 0.3], ["wait", 0.3]]]}
            return await super().ask(key, request, seconds=seconds)

    found = await RasaPolicy(script, trained(script), Unsure(), local).understand(question("i am about to head out"))
    assert found.intent != "goodbye"


async def test_where_rasa_and_the_table_differ_the_difference_is_told(
    script: Script, local: LocalPolicy, capsys: pytest.CaptureFixture[str]
) -> None:
    peer = Peer("already_paid", "utter_end_do_not_call")
    found = await RasaPolicy(script, trained(script), peer, local).understand(question("it went out last week"))
    assert (found.intent, found.target) == ("already_paid", "end:do_not_call")
    assert "disagree" in "".join(capsys.readouterr())


async def test_what_ted_would_do_in_an_empty_cell_stays_in_shadow(
    script: Script, local: LocalPolicy, capsys: pytest.CaptureFixture[str]
) -> None:
    peer = Peer("own_intent", "utter_go_when")
    peer_of = RasaPolicy(script, trained(script, "diet"), peer, local)
    found = await peer_of.understand(question("it went out", history=(("identity", "affirm"), ("when", "deny"))))
    assert (found.intent, found.target) == ("own_intent", "")
    assert [turn[1] for turn in peer.asked[-1]["history"]] == ["affirm", "deny"]
    assert "in shadow" in "".join(capsys.readouterr())


async def test_embeddings_go_along_where_there_are_any(script: Script) -> None:
    installed = policy_of("en-US/reminder")
    peer = Peer("already_paid")
    await RasaPolicy(script, trained(script), peer, installed).understand(question("it went out last week"))
    rows = np.frombuffer(base64.b64decode(peer.asked[0]["rows"]), np.float32)
    assert rows.tobytes() == installed.embedded(tuple(peer.asked[0]["texts"]))
