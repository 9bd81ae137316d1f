"""An export names nobody unless that is asked for, and only its owner may read it."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import subprocess
import sys
import wave
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.store.making import ANSWERED, campaign, dialling, finish, lead
from voicebot.store.migrations import upgrade
from voicebot.store.store import Store

PERSONAL = ("Maria", "Lopez", "4155550007", "(415) 555-0199")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A database with one call in which a name and a number were said."""
    url = f"sqlite+aiosqlite:///{tmp_path}/voicebot.db"
    (tmp_path / "voicebot.toml").write_text(f'[database]\nurl = "{url}"\n')
    recording = tmp_path / "call.wav"
    recording.write_bytes(b"RIFF")
    said = [
        {"at": 0.0, "event": "originate", "phone": "+14155550007", "attempt": "x"},
        {"at": 1.0, "event": "say", "text": "Am I speaking with Maria Lopez?"},
        {"at": 3.0, "event": "turn", "text": "Maria isn't here, her mobile is (415) 555-0199"},
    ]

    async def make() -> None:
        await upgrade(url)
        store = await Store.open(url)
        await campaign(store, leads=[lead(7, name="Maria Lopez")])
        (attempt,) = await dialling(store)
        await finish(store, attempt, replace(ANSWERED, journal=tuple(said), recording=str(recording)))
        await store.close()

    asyncio.run(make())
    return tmp_path


def export(folder: Path, *more: str) -> Path:
    command = [sys.executable, "-m", "voicebot", "call", "export", "--campaign", "first", "--to", "out", *more]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True, umask=0)
    return folder / done.stdout.strip()


def test_an_export_is_masked_and_private(folder: Path) -> None:
    made = export(folder)
    text = "".join((made / name).read_text() for name in ("outcome.json", "journal.jsonl"))
    assert not [word for word in PERSONAL if word in text]
    assert "Am I speaking with M. L.?" in text
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (made.parent, made, *made.iterdir())}
    files = dict.fromkeys(("outcome.json", "journal.jsonl", "recording.wav"), 0o600)
    assert modes == {"out": 0o700, made.name: 0o700} | files


def test_names_are_exported_where_that_is_asked_for(folder: Path) -> None:
    made = export(folder, "--unmasked", "--zip")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    with zipfile.ZipFile(made) as archive:
        text = "".join(archive.read(name).decode() for name in ("outcome.json", "journal.jsonl"))
    assert [word for word in PERSONAL if word in text] == list(PERSONAL)


def test_a_recording_that_a_node_left_raw_is_exported_as_a_wave_file(folder: Path) -> None:
    (folder / "call.wav").rename(folder / "call.raw")
    (folder / "call.raw").write_bytes(bytes(3200))
    with sqlite3.connect(folder / "voicebot.db") as database:
        database.execute("UPDATE attempt SET recording = ?", (str(folder / "call.raw"),))
    database.close()
    with wave.open(str(export(folder) / "recording.wav")) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 800)
    assert sorted(path.suffix for path in folder.glob("call.*")) == [".raw"], "exporting changes nothing"
