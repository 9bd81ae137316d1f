"""What ops see and do of retry rules and holds: create --retry, status, requeue."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.integration.store.making import TRUNK, campaign, dialling
from voicebot.campaign.gate import TRUNK_RULE
from voicebot.campaign.retry import decide
from voicebot.cli.main import app
from voicebot.errors import ConfigurationError
from voicebot.store.leads import LeadFilter
from voicebot.store.migrations import upgrade
from voicebot.store.records import AttemptState, Fate, HoldKey, HoldKind, LeadState, Result
from voicebot.store.store import Store


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Two campaigns; of the first, leads have ended in several ways."""
    url = f"sqlite+aiosqlite:///{tmp_path}/voicebot.db"
    file = tmp_path / "voicebot.toml"
    file.write_text(f'[database]\nurl = "{url}"\n[trunks.{TRUNK}]\nendpoint = "carrier"\n', encoding="utf-8")

    async def make() -> None:
        await upgrade(url)
        store = await Store.open(url)
        await campaign(store, leads=7, retry="not_asked: {review_after: 1}")
        results = [
            Result("unreachable_number", origin="network"),
            Result("rejected"),
            Result("answered", outcome="no_response"),
            Result("failed", fate=Fate.NOT_ASKED, origin="carrier"),
            Result("failed", fate=Fate.UNKNOWN),
            Result("answered", outcome="do_not_call"),
        ]
        for attempt, result in zip(await dialling(store, len(results)), results, strict=True):
            await store.finish(attempt, result, decide)
        await campaign(store, "second", leads=1, trunk="other")
        await store.close()

    asyncio.run(make())
    return file


def run(config: Path, *arguments: str) -> Any:
    done = CliRunner().invoke(app, ["--config", str(config), "campaign", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in arguments else done.output


def states(config: Path) -> dict[str, int]:
    leads: dict[str, int] = run(config, "status", "first", "--json")["leads"]
    return {state: count for state, count in leads.items() if count}


def test_leads_are_put_back_by_how_they_ended(config: Path) -> None:
    assert states(config) == {"ready": 1, "done": 4, "review": 2}
    counted = run(config, "requeue", "first", "--disposition", "rejected", "--outcome", "no_response", "--dry-run")
    assert "2 leads would be put back" in counted
    assert states(config)["ready"] == 1
    done = run(config, "requeue", "first", "--disposition", "rejected", "--outcome", "no_response", "--json")
    assert (done["leads"], done["requeued"], done["dry_run"]) == (2, 2, False)
    assert states(config) == {"ready": 3, "done": 2, "review": 2}
    refused = run(config, "requeue", "first", "--disposition", "failed", "--json")
    assert refused["requeued"] == 1, "the one that the carrier refused, not the one of which nobody knows"
    assert run(config, "requeue", "first", "--outcome", "do_not_call", "--json")["leads"] == 0
    assert run(config, "requeue", "first", "--disposition", "failed", "--json")["leads"] == 0, "once is enough"


def test_what_is_put_back_starts_afresh(config: Path) -> None:
    run(config, "requeue", "first", "--outcome", "no_response", "--json")

    async def call_again() -> LeadState:
        store = await Store.open(f"sqlite+aiosqlite:///{config.parent}/voicebot.db")
        rule = "outcome: {no_response: {attempts: 2, gaps: [1 h]}}"
        await dialling(store, 5)
        (again,) = [one for one in await store.attempts(states=[AttemptState.DIALLING]) if one.reference == "R-2"]
        assert again.tries == 1
        await store.finish(
            again.id,
            Result("answered", outcome="no_response"),
            lambda result, history: decide(result, dataclasses.replace(history, retry=rule)),
        )
        (lead,) = await store.leads(LeadFilter(ids=[again.lead_id]))
        await store.close()
        return lead.state

    assert asyncio.run(call_again()) is LeadState.READY, "the no_response before counts no more"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ([], "no leads were selected"),
        (["--disposition", "answered"], "no disposition answered"),
        (["--disposition", "bussy"], "no disposition bussy"),
        (["--outcome", "promise"], "no outcome promise"),
    ],
)
def test_what_is_not_there_is_told(config: Path, arguments: list[str], what: str) -> None:
    with pytest.raises(ConfigurationError, match=what):
        run(config, "requeue", "first", *arguments)


def test_status_shows_what_is_held_and_since_when(config: Path) -> None:
    assert run(config, "status", "first", "--json")["holds"] == []

    async def hold() -> None:
        store = await Store.open(f"sqlite+aiosqlite:///{config.parent}/voicebot.db")
        key = HoldKey(HoldKind.TRUNK, TRUNK)
        await store.change_hold(key, TRUNK, lambda state, now: TRUNK_RULE.opened(state, now, "the carrier is silent"))
        await store.close()

    asyncio.run(hold())
    (held,) = run(config, "status", "first", "--json")["holds"]
    assert (held["on"], held["name"], held["why"]) == ("trunk", TRUNK, "the carrier is silent")
    assert held["retry_at"] > held["since"] > 0
    assert "the carrier is silent" in run(config, "status", "first")
    assert "running, held" in run(config, "status")
    assert run(config, "status", "second", "--json")["holds"] == []


def test_a_rule_is_pinned_with_its_campaign(config: Path) -> None:
    rule = config.parent / "retry.yaml"
    rule.write_text("attempts: 2\ndisposition: {busy: {attempts: 2, gaps: [90 s]}}\n", encoding="utf-8")
    run(config, "create", "own", "--script", "reminder", "--trunk", TRUNK, "--retry", str(rule))
    run(config, "create", "shipped", "--script", "reminder", "--trunk", TRUNK)
    rule.write_text("attempts: nonsense\n", encoding="utf-8")
    own = run(config, "status", "own", "--json")["retry"]
    assert (own["attempts"], own["disposition"]["busy"]["gaps"]) == (2, [90.0])
    assert run(config, "status", "shipped", "--json")["retry"]["outcome"]["callback"]["agreed"] == "callback_at"
    with pytest.raises(ConfigurationError) as refused:
        run(config, "create", "third", "--script", "reminder", "--trunk", TRUNK, "--retry", str(rule))
    assert refused.value.problems[0].where == f"{rule}:1:1"
