"""Two real Asterisks on loopback for the tests of the telephone: our PBX, and a small carrier of our own."""

from __future__ import annotations

import asyncio
import math
import socket
import time
from array import array
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from voicebot.agi.asterisk_call import AsteriskCall
from voicebot.agi.asterisk_phone import AsteriskPhone
from voicebot.agi.phone import CallRequest, HangUp, Recording
from voicebot.config import Config
from voicebot.pbx.files import base_files, pbx_files, trunk_endpoint
from voicebot.pbx.instance import AsteriskInstance

FIRST_PORT: Final = 21400
SECRET: Final = "only-on-loopback"

NUMBER_PLAN: Final = """\
[incoming]
exten => _1001XXX,1,Answer()
 same => n,Playtones(1000)
 same => n,Wait(1)
 same => n,Hangup(16)
exten => _1002XXX,1,Ringing()
 same => n,Wait(0.3)
 same => n,Answer()
 same => n,Playtones(1000)
 same => n,Wait(60)
exten => _1003XXX,1,Hangup(17)
exten => _1004XXX,1,Ringing()
 same => n,Wait(60)
exten => _1005XXX,1,Hangup(${EXTEN:4})
exten => _1006XXX,1,Progress()
 same => n,Playtones(!950/330,!1400/330,!1800/330,0/1000)
 same => n,Wait(1.5)
 same => n,Hangup(1)
exten => _1007XXX,1,Progress()
 same => n,Playtones(1000)
 same => n,Wait(1)
 same => n,StopPlaytones()
 same => n,Answer()
 same => n,Wait(1)
 same => n,Hangup(16)
exten => _1008XXX,1,Answer()
 same => n,Wait(0.3)
 same => n,SendDTMF(1234567890*#,60,100)
 same => n,Wait(0.5)
 same => n,Hangup(16)
exten => _1009XXX,1,Answer()
 same => n,Echo()
exten => _1010XXX,1,Ringing()
 same => n,Wait(2)
 same => n,Answer()
 same => n,Wait(60)
exten => _1011XXX,1,Answer()
 same => n,WaitExten(10)
 same => n,Hangup(16)
exten => 5,1,SendDTMF(5,60,100)
 same => n,Wait(0.5)
 same => n,Hangup(16)
exten => 201,1,Ringing()
 same => n,Wait(0.3)
 same => n,Answer()
 same => n,Playtones(600)
 same => n,Wait(1)
 same => n,Hangup(16)
exten => 202,1,Answer()
 same => n,Wait(60)
exten => 298,1,Hangup(17)
exten => 299,1,Ringing()
 same => n,Wait(60)
"""

ANALYTICS: Final = 'Q.850;cause=21;text="v=analytics1;url=https://example.org/undo;id=1"'
REASONS: Final = {"480": 1, "500": 19, "503": 17}
"""Status -> the Q.850 cause that the answerer gives beside it."""


class SipAnswerer(asyncio.DatagramProtocol):
    """Answers each INVITE with the status in the last three digits of the dialled number, as some carrier might.

    The digit before them says how: 0 at once, 1 rings first, 2 blocked by analytics, 3 says why in a ``Reason``. A
    status of 999 is a carrier that is not there, one of 100 never gets further.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        lines = data.decode().split("\r\n")
        method, address, _ = lines[0].split(" ", 2)
        if method != "INVITE":
            return
        dialled = address.split("@")[0]
        how, status = dialled[-4], dialled[-3:]
        if status == "999":
            return
        kept = [line for line in lines if line.split(":")[0].lower() in {"via", "from", "call-id", "cseq"}]
        to = next(line for line in lines if line.lower().startswith("to:"))
        phrase = "Network Blocked" if how == "2" else "So Be It"
        more = ["Contact: <sip:+882099912345@127.0.0.1:1>"] if status.startswith("3") else []
        if how == "2":
            more.append(f"Reason: {ANALYTICS}")
        elif how == "3":
            more += ["Reason: SIP;cause=580", f"Reason: Q.850;cause={REASONS[status]}"]
        for first in ["100 Trying", "180 Ringing"] if how == "1" else []:
            self._answer(addr, first, kept, to, [])
        self._answer(addr, f"{status} {phrase}", kept, to, more)

    def _answer(self, addr: tuple[str, int], status: str, kept: list[str], to: str, more: list[str]) -> None:
        tag = "" if status.startswith("100") else ";tag=answerer"
        answer = [f"SIP/2.0 {status}", *kept, f"{to}{tag}", *more, "Content-Length: 0", "", ""]
        self._transport.sendto("\r\n".join(answer).encode(), addr)  # type: ignore[attr-defined]


class Network:
    """PBX, carrier, answerer and the configuration that goes with them.

    Parameters
    ----------
    folder
        Where everything goes.
    first_port
        Ten ports from here on, and RTP 100 beyond.
    asterisk, more
        Values of the section ``asterisk``, and whole sections, that differ from the network's own.
    change
        Changes the PBX's files before it starts: Asterisks as they are found elsewhere.
    answerer
        Makes what answers at the carrier's second address.
    """

    def __init__(
        self,
        folder: Path,
        first_port: int = FIRST_PORT,
        *,
        asterisk: Mapping[str, Any] | None = None,
        more: Mapping[str, Any] | None = None,
        change: Callable[[dict[str, str]], None] = lambda _files: None,
        answerer: Callable[[], asyncio.DatagramProtocol] | None = None,
    ) -> None:
        p = first_port
        trunk = {"endpoint": "carrier", "ring_seconds": 2.0, "dial_prefix": ""}
        data: dict[str, Any] = {
            "asterisk": {
                "ami_port": p,
                "ami_secret": SECRET,
                "ami_action_seconds": 2.0,
                "fastagi_port": p + 1,
                "audiosocket_port": p + 2,
                "recordings": folder / "recordings",
                "configuration": folder / "pbx/etc",
                **(asterisk or {}),
            },
            "trunks": {"carrier": trunk},
            **(more or {}),
        }
        files = pbx_files(
            Config.model_validate(data),
            sip_port=p + 3,
            rtp_ports=(p + 100, p + 199),
            carrier_host="127.0.0.1",
            carrier_port=p + 4,
        )
        files["pjsip.conf"] += trunk_endpoint("answerer", host="127.0.0.1", port=p + 5)
        change(files)
        data["trunks"]["answerer"] = {"endpoint": "answerer", "dial_prefix": ""}
        data["trunks"]["missing"] = {"endpoint": "missing"}
        self.config = Config.model_validate(data)
        pjsip = trunk_endpoint("pbx", host="127.0.0.1", port=p + 3, context="incoming")
        pjsip += "[pbx]\ntype = identify\nendpoint = pbx\nmatch = 127.0.0.1\n"
        carrier = base_files(
            sip_port=p + 4, rtp_ports=(p + 200, p + 299), pjsip=pjsip, extensions=NUMBER_PLAN, user_agent="carrier"
        )
        self.pbx = AsteriskInstance(folder / "pbx", files, name="pbx")
        self.carrier = AsteriskInstance(folder / "carrier", carrier, name="carrier")
        self._answerer_port, self._answers = p + 5, answerer or SipAnswerer
        self._answerer: asyncio.DatagramTransport | None = None

    async def start(self) -> None:
        """Start both Asterisks and the answerer."""
        loop = asyncio.get_running_loop()
        address = ("127.0.0.1", self._answerer_port)
        self._answerer, _ = await loop.create_datagram_endpoint(self._answers, address, family=socket.AF_INET)
        await asyncio.gather(self.pbx.start(), self.carrier.start())

    async def stop(self) -> None:
        """Stop them."""
        if self._answerer is not None:
            self._answerer.close()
        await asyncio.gather(self.pbx.stop(), self.carrier.stop())


def loudness(pcm: bytes) -> float:
    """Root mean square of 16-bit samples."""
    samples = array("h", pcm)
    return math.sqrt(sum(sample * sample for sample in samples) / max(1, len(samples)))


def recorded(recording: Recording) -> tuple[array[int], array[int]]:
    """Samples of the left and the right side of a recording."""
    samples = array("h", Path(recording.path).read_bytes())
    return samples[0::2], samples[1::2]


class Owner:
    """Takes down what a call tells, and can be waited on."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any, float]] = []
        self.frames: list[tuple[float, bytes]] = []
        self.say: Callable[[], bytes | None] = lambda: None
        self._changed = asyncio.Event()

    def _add(self, name: str, value: Any, at: float) -> None:
        self.told.append((name, value, at))
        self._changed.set()

    def media_up(self, at: float) -> None:
        self._add("media_up", None, at)

    def ringing(self, at: float) -> None:
        self._add("ringing", None, at)

    def answered(self, at: float) -> None:
        self._add("answered", None, at)

    def recording(self, recording: Recording) -> None:
        self._add("recording", recording, time.monotonic())

    def frame(self, pcm: bytes, at: float) -> None:
        self.frames.append((at, pcm))
        self._changed.set()

    def digit(self, digit: str, at: float) -> None:
        self._add("digit", digit, at)

    def next_frame(self) -> bytes | None:
        return self.say()

    def transferred(self, extension: str, answered: bool, at: float) -> None:
        self._add("transferred", (extension, answered), at)

    def hung_up(self, hang_up: HangUp, at: float) -> None:
        self._add("hung_up", hang_up, at)

    @property
    def names(self) -> list[str]:
        """What was told, in order, without keys and the recording."""
        return [name for name, _, _ in self.told if name not in {"digit", "recording"}]

    def values(self, name: str) -> list[Any]:
        """All values told under a name."""
        return [value for told, value, _ in self.told if told == name]

    def at(self, name: str) -> float:
        """When it was told first."""
        return next(at for told, _, at in self.told if told == name)

    async def until(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait until something is so, looking whenever anything happens."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def wait(self, name: str, seconds: float = 20.0) -> Any:
        """Wait until something was told and return its value."""
        await self.until(lambda: bool(self.values(name)), seconds)
        return self.values(name)[0]

    async def heard(self, seconds: float = 0.1, level: float = 1000) -> None:
        """Wait until that much loud sound has come since the answer."""
        since = time.monotonic()
        await self.until(
            lambda: sum(at >= since and loudness(pcm) > level for at, pcm in self.frames) >= seconds / 0.02
        )


async def place(
    phone: AsteriskPhone,
    number: str,
    *,
    trunk: str = "carrier",
    ring: float = 20.0,
    attempt: UUID | None = None,
    recording: Path | str = "",
) -> tuple[AsteriskCall, Owner]:
    """Call a number, of the plan above where it has no plus; return the call and who is told about it."""
    owner = Owner()
    dialled = number if number.startswith("+") else f"+{number}"
    request = CallRequest(attempt or uuid4(), dialled, trunk, ring_seconds=ring, recording=str(recording))
    return await phone.call(request, owner), owner
