"""Ticks of 20 ms that are missed are counted, for the node and for each call that missed them, and told."""

from __future__ import annotations

import asyncio
import time

import pytest

from voicebot.agi.audiosocket import AudioSocketServer, Connection


class Owner:
    """A call that keeps the loop busy once."""

    def __init__(self, server: AudioSocketServer, connection: Connection, busy_seconds: float = 0.0) -> None:
        self.ticks = 0
        self.over_it = asyncio.Event()
        self._busy_seconds = busy_seconds
        self._connection = connection
        connection.owner = self
        server.joined(connection)

    def media_attached(self, connection: Connection, at: float) -> bool:
        raise AssertionError((connection, at))

    def media_frame(self, pcm: bytes, at: float) -> None:
        raise AssertionError((pcm, at))

    def media_digit(self, digit: str, at: float) -> None:
        raise AssertionError((digit, at))

    def media_lost(self, connection: Connection, at: float) -> None:
        raise AssertionError((connection, at))

    def next_frame(self) -> bytes | None:
        self.ticks += 1
        if self.ticks == 3:
            time.sleep(self._busy_seconds)
        if self.ticks == 5:
            self.over_it.set()
        return None


async def test_who_was_on_the_line_when_ticks_were_missed_knows(capsys: pytest.CaptureFixture[str]) -> None:
    server = AudioSocketServer("127.0.0.1", 0, lambda _: None)
    busy, quiet = Connection(server), Connection(server)
    owner = Owner(server, busy, busy_seconds=0.11)
    Owner(server, quiet)
    await owner.over_it.wait()
    later = Connection(server)
    Owner(server, later)
    server.left(busy)
    server.left(quiet)
    server.left(later)
    assert busy.late_ticks == quiet.late_ticks == server.late_ticks >= 4
    assert later.late_ticks == 0
    assert "audio was late" in "".join(capsys.readouterr())
