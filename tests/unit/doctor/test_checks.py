"""The doctor's checks: each thing that is wrong is named with its cure, and none ends the checking."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from voicebot.config import AsteriskSection, CallSection, Config, DatabaseSection, TrunkSection
from voicebot.doctor import checking, database, folders, pbx, ports, privacy, trunks
from voicebot.doctor.finding import Finding, Subject
from voicebot.errors import Problem, UnavailableError


async def test_a_check_that_raises_problems_becomes_findings_with_their_cures() -> None:
    async def check(_subject: Subject) -> list[Finding]:
        raise UnavailableError([Problem("it is gone", "fetch it", file="a.conf", line=3), Problem("so is this")])

    assert await checking.run("thing", Subject(Config()), check) == (
        Finding("thing", "broken", "it is gone", "fetch it", "a.conf:3"),
        Finding("thing", "broken", "so is this"),
    )


async def test_a_check_with_a_fault_of_its_own_is_told_and_does_not_end_the_round() -> None:
    async def check(_subject: Subject) -> list[Finding]:
        raise ZeroDivisionError("by zero")

    (finding,) = await checking.run("thing", Subject(Config()), check)
    assert (finding.state, finding.what) == ("broken", "the check itself failed: ZeroDivisionError: by zero")


async def test_a_check_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_SECONDS", 0.01)

    async def check(_subject: Subject) -> list[Finding]:
        await asyncio.Event().wait()
        return []

    (finding,) = await checking.run("thing", Subject(Config()), check)
    assert finding.state == "broken"
    assert "no answer" in finding.what


async def test_a_taken_port_and_one_that_others_can_reach_are_noted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        anywhere = {"audiosocket_host": "0.0.0.0", "audiosocket_address": "192.0.2.1:26001"}  # noqa: S104
        section = AsteriskSection(fastagi_port=port, audiosocket_port=26001, **anywhere)
        found = await ports.check(Subject(Config(asterisk=section)))
    assert [finding.state for finding in found] == ["note", "note"]
    assert f"127.0.0.1:{port} is not available" in found[0].what
    assert "which other machines may reach" in found[1].what


async def test_where_asterisk_is_told_to_connect_must_lead_here() -> None:
    section = AsteriskSection(fastagi_host="[::1]", fastagi_port=26002, audiosocket_host="::", audiosocket_port=26003)
    broken = [finding for finding in await ports.check(Subject(Config(asterisk=section))) if finding.state == "broken"]
    assert ["audiosocket_address" in finding.cure for finding in broken] == [True]


async def test_folders_that_cannot_be_written_are_named_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    config = Config(
        asterisk=AsteriskSection(recordings=tmp_path / "file/recordings"),
        call=CallSection(journals=tmp_path / "journals"),
    )
    broken = [finding for finding in await folders.check(Subject(config)) if finding.state == "broken"]
    assert [finding.where for finding in broken] == [str(tmp_path / "file")]
    assert broken[0].what.startswith("recordings cannot be written")
    assert not (tmp_path / "journals").exists(), "looking must not make anything"


async def test_a_database_without_tables_is_noted_and_not_made(tmp_path: Path) -> None:
    config = Config(database=DatabaseSection(url=f"sqlite+aiosqlite:///{tmp_path}/some.db"))
    (finding,) = await database.check(Subject(config))
    assert (finding.state, finding.cure) == ("note", "run: voicebot db upgrade")
    assert not (tmp_path / "some.db").exists()


async def test_trunks_are_named() -> None:
    assert [finding.state for finding in await trunks.check(Subject(Config()))] == ["note"]
    (finding,) = await trunks.check(Subject(Config(trunks={"main": TrunkSection(endpoint="carrier")})))
    assert finding == Finding("trunks", "fine", "main (carrier)")


async def test_without_a_pbx_nothing_is_said_of_one() -> None:
    (finding,) = await pbx.check(Subject(Config()))
    assert finding.state == "note"
    assert "ami_secret" in finding.cure


async def test_a_pbx_that_does_not_answer_is_broken(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        section = AsteriskSection(
            ami_secret="secret", ami_port=unused.getsockname()[1], configuration=tmp_path / "not here"
        )
        found = await checking.run("pbx", Subject(Config(asterisk=section)))
    assert found[-1].state == "broken"


def test_every_check_can_be_loaded() -> None:
    assert all(callable(checking.load(name)) for name in checking.CHECKS)
    assert len(set(checking.CHECKS.values())) == len(checking.CHECKS)


def test_knowing_what_a_finding_is_loads_no_engine() -> None:
    heavy = ("onnxruntime", "sqlalchemy", "numpy")
    script = f"import sys, voicebot.doctor.checking; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def apply_cure(cure: str) -> None:
    command, bits, path = cure.split()
    assert command == "chmod"
    Path(path).chmod(int(bits, 8))


@pytest.mark.parametrize(
    ("name", "mode", "said"),
    [
        ("voicebot.toml", 0o644, "the configuration, which holds a secret, can be read by others"),
        ("voicebot.toml", 0o660, "the configuration, which holds a secret, can be changed by others"),
        ("voicebot.toml", 0o640, ""),
        ("secret", 0o604, "the file of a secret can be read by others"),
        ("v.db", 0o640, "the database can be read by others"),
        ("v.db", 0o600, ""),
        ("recordings", 0o770, ""),
        ("recordings", 0o775, "the folder of recordings can be read by others"),
        ("journals", 0o750, "the folder of journals can be read by others"),
    ],
)
async def test_what_others_may_read(tmp_path: Path, name: str, mode: int, said: str) -> None:
    (tmp_path / "voicebot.toml").write_text(
        f'[asterisk]\nami_secret = "a"\n[database]\nurl_file = "{tmp_path}/secret"\n'
    )
    for file in ("voicebot.toml", "secret", "v.db"):
        (tmp_path / file).touch(mode=0o600)
        (tmp_path / file).chmod(0o600)
    for folder in ("recordings", "journals"):
        (tmp_path / folder).mkdir(mode=0o700)
    (tmp_path / name).chmod(mode)
    config = Config(
        asterisk=AsteriskSection(recordings=tmp_path / "recordings"),
        call=CallSection(journals=tmp_path / "journals"),
        database=DatabaseSection(url=f"sqlite+aiosqlite:///{tmp_path}/v.db"),
    )
    found = await privacy.check(Subject(config, tmp_path / "voicebot.toml"))
    assert [finding.what for finding in found if finding.state == "broken"] == ([said] if said else [])
    for finding in found:
        if finding.state == "broken":
            assert finding.where == str(tmp_path / name)
            apply_cure(finding.cure)
    (after,) = await privacy.check(Subject(config, tmp_path / "voicebot.toml"))
    assert after.state == "fine", "the cure cures"


def test_no_line_shows_a_password() -> None:
    url = "postgresql://bot:s3cret@db/voicebot"
    finding = Finding("database", "broken", f"{url} is away", f"look at {url}", url)
    assert "s3cret" not in finding.what + finding.cure + finding.where
