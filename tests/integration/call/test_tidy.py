"""Old recordings, journals and prompts are deleted; nothing is that a call or a person still needs."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from tests.integration.store.making import ANSWERED, campaign, dialling, finish
from voicebot.call.recordings import BYTES_A_SECOND
from voicebot.call.retention import tidy
from voicebot.cli.main import app
from voicebot.config import AsteriskSection, CallSection, Config, DatabaseSection, RetentionSection
from voicebot.store.migrations import upgrade
from voicebot.store.records import Fate
from voicebot.store.store import Store

TODAY = datetime.fromtimestamp(time.time(), UTC).date()
OLD = TODAY - timedelta(days=40)


def leave(folder: Path, day: date, attempt: UUID, suffix: str) -> Path:
    path = folder / f"{day:%Y/%m/%d}" / f"{attempt}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\1\0" * (BYTES_A_SECOND // 2))
    return path


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path / "cache"))
    return Config(
        asterisk=AsteriskSection(recordings=tmp_path / "recordings"),
        call=CallSection(journals=tmp_path / "journals"),
        database=DatabaseSection(url=f"sqlite+aiosqlite:///{tmp_path}/voicebot.db"),
        retention=RetentionSection(recordings_days=30, journals_days=30, prompts_megabytes=50),
    )


async def test_what_has_outlived_its_time_goes(tmp_path: Path, config: Config) -> None:
    await upgrade(config.database.url)
    store = await Store.open(config.database.url)
    await campaign(store, leads=4)
    done, open_, unclear, young = await dialling(store, 4)
    recordings, journals = config.asterisk.recordings, config.call.journals
    files = {
        attempt: (leave(recordings, day, attempt, ".wav"), leave(journals, day, attempt, ".jsonl"))
        for attempt, day in ((done, OLD), (open_, OLD), (unclear, OLD), (young, TODAY))
    }
    (recordings / "notes of somebody.wav").touch()
    await finish(store, done, dataclasses.replace(ANSWERED, recording=str(files[done][0])))
    await finish(store, unclear, dataclasses.replace(ANSWERED, outcome="", fate=Fate.UNKNOWN))
    await finish(store, young, dataclasses.replace(ANSWERED, recording=str(files[young][0])))

    planned = await tidy(config, store, dry_run=True)
    assert [one.attempt for one in (*planned.recordings, *planned.journals)] == [done, done]
    assert all(path.exists() for paths in files.values() for path in paths)

    assert await tidy(config, store) == planned
    there = {attempt: [path.exists() for path in paths] for attempt, paths in files.items()}
    assert there == {done: [False, False], open_: [True, True], unclear: [True, True], young: [True, True]}
    recorded = {attempt.id: bool(attempt.recording) for attempt in await store.attempts()}
    assert (recorded[done], recorded[young]) == (False, True)
    assert await store.journal(done) == list(ANSWERED.journal), "the database keeps it"
    assert (recordings / "notes of somebody.wav").exists()
    assert (await tidy(config, store)).freed == 0
    await store.close()


async def test_what_a_node_left_half_done_is_finished(config: Config) -> None:
    await upgrade(config.database.url)
    store = await Store.open(config.database.url)
    await campaign(store, leads=3)
    gone, being_written, open_ = await dialling(store, 3)
    raws = [leave(config.asterisk.recordings, TODAY, attempt, ".raw") for attempt in (gone, being_written, open_)]
    for attempt in (gone, being_written):
        await finish(store, attempt, ANSWERED)
    for path in (raws[0], raws[2]):
        os.utime(path, (time.time() - 7200,) * 2)
    assert (await tidy(config, store)).finished == 1
    assert [path.exists() for path in raws] == [False, True, True]
    assert raws[0].with_suffix(".wav").stat().st_size == BYTES_A_SECOND + 44
    await store.close()


def test_the_command_says_what_it_would_do(tmp_path: Path, config: Config) -> None:
    file = tmp_path / "voicebot.toml"
    file.write_text(
        f'[asterisk]\nrecordings = "{config.asterisk.recordings}"\n[call]\njournals = "{config.call.journals}"\n'
        f'[database]\nurl = "{config.database.url}"\n[retention]\nrecordings_days = 30\n'
    )
    path = leave(config.asterisk.recordings, OLD, UUID(int=5), ".wav")
    runner = CliRunner()
    assert runner.invoke(app, ["--config", str(file), "db", "upgrade"]).exit_code == 0
    told = runner.invoke(app, ["--config", str(file), "tidy", "--dry-run", "--json"])
    assert json.loads(told.stdout)["files"] == [str(path)]
    assert path.exists()
    told = runner.invoke(app, ["--config", str(file), "tidy", "--json"])
    assert json.loads(told.stdout)["recordings"] == 1
    assert not path.exists()
