"""Frames on a line with jitter leave late, and in their order."""

from __future__ import annotations

import asyncio
import time
from typing import cast

from voicebot.agi.audiosocket import Connection
from voicebot.rehearsal.callee import Party
from voicebot.rehearsal.carrier import Arrival
from voicebot.rehearsal.lines.transport import Jitter
from voicebot.rehearsal.people import Leg, People


class Slow:
    """A party whose first frame takes long to be made."""

    def __init__(self) -> None:
        self.made = 0

    def next_frame(self, at: float) -> bytes:
        del at
        self.made += 1
        if self.made == 1:
            time.sleep(0.02)
        return bytes([self.made])

    def answered(self, at: float) -> None:
        """Nothing."""


class Together:
    """Everything arrives at the same time."""

    def __init__(self) -> None:
        self.at = time.monotonic() + 0.05

    def arrives(self, at: float) -> float:
        del at
        return self.at


class Taken:
    """What was sent."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def send(self, frame: bytes) -> None:
        self.frames.append(frame)


async def test_frames_that_are_due_together_keep_their_order() -> None:
    leg, taken = Leg(People("127.0.0.1", 0), Arrival("1", "a")), Taken()
    leg.party, leg.jitter = cast("Party", Slow()), cast("Jitter", Together())
    leg.media_attached(cast("Connection", taken), 0.0)
    assert [leg.next_frame() for _ in range(4)] == [b""] * 4, "nothing leaves on time"
    await asyncio.sleep(0.15)
    assert taken.frames == [b"\1", b"\2", b"\3", b"\4"]
