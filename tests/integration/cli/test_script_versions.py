"""Versions from the command line: published, compared, rolled back, pinned; and drawn with what calls did."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from tests.integration.store.making import finish
from tests.unit.call.recordings import Recording, promised
from voicebot.cli import campaign
from voicebot.cli.script import diff, draw, publish, rollback, versions
from voicebot.dialogue.script.reading.finding import shipped_scripts
from voicebot.dialogue.script.reading.load import load_script
from voicebot.errors import ConfigurationError
from voicebot.store.migrations import upgrade
from voicebot.store.records import NewLead
from voicebot.store.records import Result as CallResult
from voicebot.store.store import Store

Run = Callable[..., Result]
SHIPPED = load_script(shipped_scripts()["en-US/reminder"])


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with tables."""
    made = f"sqlite+aiosqlite:///{tmp_path}/voicebot.db"
    asyncio.run(upgrade(made))
    return made


@pytest.fixture
def run(tmp_path: Path, url: str) -> Run:
    """Run a command on that database."""
    config = tmp_path / "voicebot.toml"
    config.write_text(
        f'[database]\nurl = "{url}"\n[trunks.main]\nendpoint = "carrier"\nnumbers = ["\\\\+1\\\\d{{10}}"]\n',
        encoding="utf-8",
    )
    app = typer.Typer()
    for name, module in (
        ("publish", publish),
        ("versions", versions),
        ("rollback", rollback),
        ("diff", diff),
        ("draw", draw),
    ):
        app.command(name)(module.command)
    app.add_typer(campaign.app, name="campaign")
    runner = CliRunner()

    def invoke(*arguments: str, code: int = 0) -> Result:
        result = runner.invoke(app, list(arguments), obj=config)
        if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return invoke


def data(result: Result) -> Any:
    """What was printed as JSON."""
    return json.loads(result.stdout)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The reminder with another answer to a refusal of the date."""
    source = shipped_scripts()["en-US/reminder"]
    folder = tmp_path / "mine"
    folder.mkdir()
    for shared in source.parent.glob("*.yaml"):
        (folder / shared.name).write_text(shared.read_text(encoding="utf-8"), encoding="utf-8")
    text = source.read_text(encoding="utf-8")
    old = 'deny: {go: when, say: "I understand."}'
    assert old in text
    (folder / "reminder.yaml").write_text(text.replace(old, "deny: {end: declined}"), encoding="utf-8")
    return folder / "reminder.yaml"


def test_publish_roll_back_and_what_campaigns_take(run: Run, other: Path) -> None:
    mine = load_script(other).content_hash
    assert data(run("publish", "reminder", "--json"))["before"] is None
    assert data(run("publish", "reminder", "--json"))["published"] is False
    assert data(run("publish", str(other), "--note", "kinder", "--json"))["before"] == SHIPPED.content_hash
    run("campaign", "create", "by-name", "--script", "reminder")
    run("campaign", "create", "by-file", "--script", str(shipped_scripts()["en-US/reminder"]))
    found = data(run("versions", "reminder", "--json"))
    assert [(one["hash"], one["current"], one["note"], one["campaigns"]) for one in found] == [
        (mine, True, "kinder", ["by-name"]),
        (SHIPPED.content_hash, False, "", ["by-file"]),
    ]
    assert all(one["by"] and one["at"] > 1e9 for one in found)
    back = data(run("rollback", "reminder", "--note", "people were confused", "--json"))
    assert (back["hash"], back["before"]) == (SHIPPED.content_hash, mine)
    run("campaign", "create", "after", "--script", "reminder")
    assert data(run("campaign", "status", "after", "--json"))["script_hash"] == SHIPPED.content_hash
    assert data(run("campaign", "status", "by-name", "--json"))["script_hash"] == mine
    run("rollback", "en-US/reminder", mine[:10])
    assert data(run("versions", "--json"))[0]["hash"] == mine
    assert "current" in run("versions").output


def test_a_campaign_takes_the_file_where_nothing_was_published(run: Run) -> None:
    told = run("campaign", "create", "first", "--script", "reminder").output
    assert "reminder.yaml" in told
    (found,) = data(run("versions", "--json"))
    assert (found["action"], found["script"], found["campaigns"]) == ("from a file", "reminder", ["first"])
    with pytest.raises(ConfigurationError, match="no version of reminder"):
        run("rollback", "reminder")


def test_a_faulty_script_is_not_published(run: Run, other: Path) -> None:
    text = other.read_text(encoding="utf-8")
    other.write_text(text.replace("deny: {end: declined}", "deny: {end: nowhere}"), encoding="utf-8")
    assert "nowhere" in run("publish", str(other), code=1).stderr
    assert data(run("versions", "--json")) == []


def test_a_campaign_is_repinned_only_while_paused_and_every_change_is_told(run: Run, other: Path) -> None:
    mine = load_script(other).content_hash
    run("publish", "reminder")
    run("campaign", "create", "november", "--script", "reminder")
    run("campaign", "start", "november")
    run("publish", str(other))
    with pytest.raises(ConfigurationError, match="running"):
        run("campaign", "repin", "november", "--why", "kinder")
    run("campaign", "pause", "november")
    changed = data(run("campaign", "repin", "november", "--why", "kinder", "--json"))
    assert (changed["hash"], changed["before"], changed["changed"]) == (mine, SHIPPED.content_hash, True)
    assert data(run("campaign", "repin", "november", mine[:9], "--why", "again", "--json"))["changed"] is False
    assert [(one["hash"], one["why"]) for one in data(run("campaign", "pins", "november", "--json"))] == [
        (SHIPPED.content_hash, "the campaign was made"),
        (mine, "kinder"),
    ]
    with pytest.raises(ConfigurationError, match="is not a version"):
        run("campaign", "repin", "november", "short", "--why", "x")


def test_a_version_that_the_leads_do_not_fit_is_refused(run: Run, other: Path) -> None:
    run("campaign", "create", "november", "--script", "reminder")
    text = other.read_text(encoding="utf-8")
    other.write_text(text + "\nlead: {needs: [account]}\n", encoding="utf-8")
    run("publish", str(other))
    with pytest.raises(ConfigurationError, match="account"):
        run("campaign", "repin", "november", "--why", "x")


async def _record(url: str, name: str, *recordings: Recording) -> None:
    """Put answered calls into a campaign."""
    store = await Store.open(url)
    try:
        made = (await store.campaign_named(name)).id
        lead = NewLead("", "Anna Reed", "Harbor Bank", Decimal("120.50"), "USD", date(2026, 11, 25), "America/New_York")
        for number in range(len(recordings)):
            await store.add_leads(
                made,
                [dataclasses.replace(lead, phone=f"+1415555{number:04}", rehearsal_day=date(2026, 11, 23))],
            )
        await store.adopt("node")
        tickets = (await store.claim("node", "main", max_calls=9, calls_per_second=1000.0, at_most=9)).tickets
        assert len(tickets) == len(recordings)
        for ticket, recording in zip(tickets, recordings, strict=True):
            while not await store.authorise(ticket.attempt):
                await store.postpone(ticket.attempt, calls_per_second=1000.0, max_calls=100)
            outcome = "promise_to_pay" if recording.entries[-1]["ending"] == "promise_to_pay" else "already_paid"
            slots = {"promise_date": date(2026, 11, 27)} if outcome == "promise_to_pay" else {}
            result = CallResult(
                "answered", outcome, slots, tuple(recording.end()), answered_at=1.0, started_at=0.0, ended_at=9.0
            )
            assert await finish(store, ticket.attempt, result)
    finally:
        await store.close()


def paid() -> Recording:
    """Somebody who cannot pay on time, and then has paid."""
    call = Recording().ask("identity").hear("affirm", "payment").ask("payment").hear("deny", "when").ask("when")
    return call.hear("already_paid", "when", ending="already_paid")


def test_calls_are_compared_and_counted(run: Run, url: str, other: Path, tmp_path: Path) -> None:
    run("campaign", "create", "november", "--script", "reminder")
    assert data(run("diff", "reminder", str(other), "--json"))["calls"]["compared"] == 0
    run("campaign", "start", "november")
    asyncio.run(_record(url, "november", promised(), paid(), promised()))
    found = data(run("diff", "reminder", str(other), "--json"))
    assert found["same"] is False
    (change,) = found["changes"]
    assert change["told"] == ("step payment, answer deny: says “I understand.”, goes to when → ends with declined")
    calls = found["calls"]
    assert (calls["compared"], calls["as_recorded"], calls["promises_changed"]) == (3, 3, 0)
    (one,) = calls["changed"]
    assert (one["a"]["outcome"], one["b"]["outcome"], one["campaign"]) == ("already_paid", "refused", "november")
    same = data(run("diff", SHIPPED.content_hash[:12], "reminder", "--campaign", "november", "--json"))
    assert (same["same"], same["changes"], same["calls"]["changed"]) == (True, [], [])
    assert "1 × already_paid → refused" in run("diff", "reminder", str(other)).output

    drawing = run("draw", "reminder", "--counts", "november").output
    assert "3 of 3 calls" in drawing
    assert "2 calls, 67 %" in drawing
    to = tmp_path / "drawing.mmd"
    run("draw", SHIPPED.content_hash, "--format", "mermaid", "--counts", "-o", str(to))
    assert "3 calls" in to.read_text(encoding="utf-8")
    with pytest.raises(ConfigurationError, match="no recorded call"):
        run("draw", str(other), "--counts")
    with pytest.raises(ConfigurationError, match="--counts november"):
        run("draw", "reminder", "november")
    with pytest.raises(ConfigurationError, match="no campaign"):
        run("draw", "reminder", "--counts", "december")


def test_scripts_are_compared_without_a_database(run: Run, other: Path, tmp_path: Path) -> None:
    (tmp_path / "voicebot.db").unlink()
    result = run("diff", "reminder", str(other), "--json")
    assert data(result)["calls"] is None
    assert "not compared" in result.stderr
    with pytest.raises(ConfigurationError, match="no such database"):
        run("diff", "reminder", str(other), "--campaign", "november")


def test_variants_are_drawn_and_counted_apart(run: Run, url: str, other: Path) -> None:
    text = other.read_text(encoding="utf-8")
    variants_ = "\nvariants: {plain: {weight: 0}, brief: {changes: {steps: {when: {say: 'When can you pay it?'}}}}}\n"
    other.write_text(text + variants_, encoding="utf-8")
    run("campaign", "create", "november", "--script", str(other))
    run("campaign", "start", "november")
    call = promised()
    call.entries.insert(1, {"at": 0.0, "event": "call", "variant": "brief"})
    asyncio.run(_record(url, "november", call))
    assert "variant brief" in run("draw", str(other), "--variant", "brief", "--counts").output
    with pytest.raises(ConfigurationError, match="no recorded call"):
        run("draw", str(other), "--variant", "plain", "--counts")
    with pytest.raises(ConfigurationError, match="--variant"):
        run("draw", str(other), "--counts")
    with pytest.raises(ConfigurationError, match="no variant long"):
        run("draw", str(other), "--variant", "long")
    calls = data(run("diff", str(other), "reminder", "--json"))["calls"]
    assert (calls["compared"], calls["as_recorded"], calls["changed"]) == (1, 1, [])
