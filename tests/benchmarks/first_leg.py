"""Which leg to originate first: what each way hears before the answer, and when it knows of the answer.

Run ``python -m tests.benchmarks.first_leg``; prints one JSON object. Three ways to reach the same four callees on two
real Asterisks:

* ``audiosocket``: originate the bot's AudioSocket channel, and dial the callee from its dialplan (what voicebot does);
* ``callee``: originate the callee's channel into a dialplan that runs AudioSocket;
* ``callee_early_media``: the same with ``EarlyMedia: true``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from tests.acceptance.telephone import SECRET, Network, Owner, loudness, place
from voicebot import logs
from voicebot.agi.ami import Ami
from voicebot.agi.ami_events import AmiEvent, ChannelEnded, DialEnd, OriginateAnswer
from voicebot.agi.asterisk_phone import AsteriskPhone
from voicebot.agi.audiosocket import AudioSocketServer, Connection

CASES: Final = {"1006000": "SIT, then 404", "1007000": "tone 1 s in early media, then answer",
                "1010000": "rings 2 s, then answer", "1003000": "busy"}  # fmt: skip
_LOUD: Final = 1000
_BENCH_CONTEXT: Final = """
[bench-callee-first]
exten => _X.,1,AudioSocket({attempt},{server})
 same => n,Hangup()
"""


class _Direct:
    """The owner of a call whose callee's leg was originated."""

    def __init__(self) -> None:
        self.frames: list[tuple[float, bytes]] = []
        self.answered_at: float | None = None
        self.cause: tuple[int, int] | None = None
        self.over = asyncio.Event()

    def media_attached(self, connection: Connection, at: float) -> bool:
        del connection, at
        return True

    def media_frame(self, pcm: bytes, at: float) -> None:
        self.frames.append((at, pcm))

    def media_digit(self, digit: str, at: float) -> None:
        del digit, at

    def media_lost(self, connection: Connection, at: float) -> None:
        del connection, at

    def next_frame(self) -> bytes | None:
        return None

    def event(self, event: AmiEvent) -> None:
        now = time.monotonic()
        match event:
            case DialEnd(status="ANSWER") | OriginateAnswer(success=True) if self.answered_at is None:
                self.answered_at = now
            case ChannelEnded(cause=cause, technical=technical):
                self.cause = (cause, technical)
                self.over.set()


async def _audiosocket_first(network: Network, number: str) -> dict[str, Any]:
    phone = AsteriskPhone(network.config)
    await phone.start()
    try:
        began = time.monotonic()
        _, owner = await place(phone, number)
        hang_up = await _until_end(owner)
        answered = owner.at("answered") if "answered" in owner.names else None
        return _figures(began, answered, owner.frames, (hang_up.cause, hang_up.technical))
    finally:
        await phone.close()


async def _until_end(owner: Owner) -> Any:
    with_limit = owner.until(lambda: bool(owner.values("hung_up")) or _talked_enough(owner))
    await with_limit
    return owner.values("hung_up")[0] if owner.values("hung_up") else _Nothing


class _Nothing:
    cause = technical = 0


def _talked_enough(owner: Owner) -> bool:
    return "answered" in owner.names and time.monotonic() - owner.at("answered") > 1.5


async def _callee_first(network: Network, number: str, *, early_media: bool) -> dict[str, Any]:
    asterisk = network.config.asterisk
    attempt, owner = uuid4(), _Direct()

    def find(identifier: UUID) -> _Direct | None:
        return owner if identifier == attempt else None

    server = AudioSocketServer(asterisk.audiosocket_host, asterisk.audiosocket_port, find)
    ami = Ami(asterisk.ami_host, asterisk.ami_port, "voicebot", SECRET, on_event=owner.event)
    extensions = network.pbx.folder / "etc/extensions.conf"
    shipped = extensions.read_text()
    address = f"{asterisk.audiosocket_host}:{asterisk.audiosocket_port}"
    extensions.write_text(shipped + _BENCH_CONTEXT.format(attempt=attempt, server=address))
    await network.pbx.console("dialplan reload")
    await server.start()
    await ami.start()
    try:
        began = time.monotonic()
        order = {
            "Channel": f"PJSIP/{number}@carrier",
            "Context": "bench-callee-first",
            "Exten": number,
            "Priority": "1",
            "ChannelId": str(attempt),
            "Timeout": "20000",
            "Async": "true",
        }
        await ami.action("Originate", {**order, "EarlyMedia": "true"} if early_media else order)
        try:
            async with asyncio.timeout(4.5):
                await owner.over.wait()
        except TimeoutError:
            await ami.action("Hangup", {"Channel": str(attempt)})
        return _figures(began, owner.answered_at, owner.frames, owner.cause or (0, 0))
    finally:
        await ami.close()
        await server.close()
        extensions.write_text(shipped)


def _figures(
    began: float, answered: float | None, frames: list[tuple[float, bytes]], cause: tuple[int, int]
) -> dict[str, Any]:
    before = [at for at, pcm in frames if loudness(pcm) > _LOUD and (answered is None or at < answered)]
    return {
        "heard_before_answer_ms": 20 * len(before),
        "answer_known_after_s": round(answered - began, 3) if answered is not None else None,
        "cause": cause[0],
        "sip": cause[1],
    }


async def _main() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        network = Network(Path(folder), first_port=21700)
        await network.start()
        try:
            results: dict[str, Any] = {}
            for number, what in CASES.items():
                results[what] = {
                    "audiosocket": await _audiosocket_first(network, number),
                    "callee": await _callee_first(network, number, early_media=False),
                    "callee_early_media": await _callee_first(network, number, early_media=True),
                }
            return results
        finally:
            await network.stop()


if __name__ == "__main__":
    logs.set_up(level="ERROR", form="text")
    json.dump(asyncio.run(_main()), sys.stdout, indent=1)
    sys.stdout.write("\n")
