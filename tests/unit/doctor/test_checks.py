"""The doctor's checks: each thing that is wrong is named with its cure, and none ends the round."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from voicebot.config import AsteriskSection, CallSection, Config, DatabaseSection, TrunkSection
from voicebot.doctor import checks
from voicebot.doctor.checks import Finding
from voicebot.errors import Problem, UnavailableError


async def test_a_check_that_raises_problems_becomes_findings_with_their_cures() -> None:
    async def check(_config: Config) -> list[Finding]:
        raise UnavailableError([Problem("it is gone", "fetch it", file="a.conf", line=3), Problem("so is this")])

    assert await checks.run("thing", check, Config()) == (
        Finding("thing", "broken", "it is gone", "fetch it", "a.conf:3"),
        Finding("thing", "broken", "so is this"),
    )


async def test_a_check_with_a_fault_of_its_own_is_told_and_does_not_end_the_round() -> None:
    async def check(_config: Config) -> list[Finding]:
        raise ZeroDivisionError("by zero")

    (finding,) = await checks.run("thing", check, Config())
    assert (finding.state, finding.what) == ("broken", "the check itself failed: ZeroDivisionError: by zero")


async def test_a_check_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_SECONDS", 0.01)

    async def check(_config: Config) -> list[Finding]:
        await asyncio.Event().wait()
        return []

    (finding,) = await checks.run("thing", check, Config())
    assert finding.state == "broken"
    assert "no answer" in finding.what


async def test_a_taken_port_and_one_that_others_can_reach_are_noted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        section = AsteriskSection(fastagi_port=port, audiosocket_host="0.0.0.0", audiosocket_port=26001)  # noqa: S104
        found = await checks.ports(Config(asterisk=section))
    assert [finding.state for finding in found] == ["note", "note"]
    assert f"127.0.0.1:{port} cannot be had" in found[0].what
    assert "where others than this machine may reach it" in found[1].what


async def test_folders_that_cannot_be_written_are_named_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    config = Config(
        asterisk=AsteriskSection(recordings=tmp_path / "file/recordings"),
        call=CallSection(journals=tmp_path / "journals"),
    )
    broken = [finding for finding in await checks.folders(config) if finding.state == "broken"]
    assert [finding.where for finding in broken] == [str(tmp_path / "file")]
    assert broken[0].what.startswith("recordings cannot be written")
    assert not (tmp_path / "journals").exists(), "looking must not make anything"


async def test_a_database_without_tables_is_noted_and_not_made(tmp_path: Path) -> None:
    config = Config(database=DatabaseSection(url=f"sqlite+aiosqlite:///{tmp_path}/some.db"))
    (finding,) = await checks.database(config)
    assert (finding.state, finding.cure) == ("note", "run: voicebot db upgrade")
    assert not (tmp_path / "some.db").exists()


async def test_trunks_are_named() -> None:
    assert [finding.state for finding in await checks.trunks(Config())] == ["note"]
    (finding,) = await checks.trunks(Config(trunks={"main": TrunkSection(endpoint="carrier")}))
    assert finding == Finding("trunks", "fine", "main (carrier)")


async def test_without_a_pbx_nothing_is_said_of_one() -> None:
    (finding,) = await checks.pbx(Config())
    assert finding.state == "note"
    assert "ami_secret" in finding.cure


async def test_a_pbx_that_does_not_answer_is_broken(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        section = AsteriskSection(
            ami_secret="secret", ami_port=unused.getsockname()[1], configuration=tmp_path / "not here"
        )
        found = await checks.run("pbx", checks.pbx, Config(asterisk=section))
    assert found[-1].state == "broken"


def test_every_check_has_a_name_of_its_own() -> None:
    names = [name for name, _ in checks.CHECKS]
    assert len(set(names)) == len(names)
