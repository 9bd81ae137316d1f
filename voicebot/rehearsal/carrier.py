"""The simulated carrier: a second Asterisk whose behaviour goes by the dialled number.

Number plan, all possible E.164 numbers, with or without the leading plus (``N`` any digit)::

    +1 202 NNN NNNN   a persona answers and talks
    +1 203 NNN NNNN   busy
    +1 205 NNN NNNN   rings on, nobody answers
    +1 206 NNN NCCC   rejected with Q.850 cause CCC
    +1 207 NNN NNNN   SIT and "not in service" in early media, then rejected with cause 1
    +1 208 NNN NCCC   an announcement in early media, then rejected with cause CCC
    +1 209 NNN NNNN   answered, then silence
    +1 210 NNN NNNN   answered, everything comes back as an echo
    +1 212 NNN NNNN   a ring-back melody in early media, then a persona answers
    NNN to NNNNNN     an extension of the bank's own people, for transfers: somebody answers and says hello;
                      extensions that end in 99 ring on and nobody ever takes the call
    anything else     404

Each INVITE leaves one line in the carrier's log before anything else happens to it, so that "nobody was dialled
twice" is counted here and not where it is claimed.
"""

from __future__ import annotations

import re
import wave
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from voicebot.agi.ami import Ami
from voicebot.pbx.files import MODULES, base_files, manager_conf, trunk_endpoint
from voicebot.pbx.instance import AsteriskInstance
from voicebot.rehearsal.voices import CallerVoices, Speaker
from voicebot.speech.audio import SAMPLE_RATE

PERSONA: Final = "202"
BUSY: Final = "203"
RINGS_ON: Final = "205"
REJECTS: Final = "206"
NOT_IN_SERVICE: Final = "207"
ANNOUNCES_THEN_REJECTS: Final = "208"
SILENT: Final = "209"
ECHO: Final = "210"
MELODY_THEN_PERSONA: Final = "212"

AMI_USER: Final = "rehearsal"
AMI_SECRET: Final = "rehearsal-on-loopback"  # noqa: S105 – bound to loopback, made for one run
_NAME: Final = "carrier"
_UUID_EPOCH: Final = slice(7, 17)

_ANNOUNCEMENTS: Final = {
    "not_in_service": "We're sorry. The number you have dialed is not in service. "
    "Please check the number and dial again.",
    "cannot_be_completed": "We're sorry. Your call cannot be completed at this time. Please try your call again later.",
}
_ANNOUNCER: Final = Speaker("announcer", "hibari", -1.5, 0.95)

_DIALPLAN: Final = """\
[incoming]
exten => _+X.,1,Goto(${{EXTEN:1}},1)
exten => _X.,1,Log(NOTICE,DIALLED ${{EXTEN}})
 same => n,Goto(numbers,${{EXTEN}},1)

[numbers]
exten => _1{PERSONA}XXXXXXX,1,Ringing()
 same => n,Wait(0.3)
 same => n,Goto(people,${{EXTEN}},1)
exten => _1{MELODY_THEN_PERSONA}XXXXXXX,1,Progress()
 same => n,Playtones(523/300,659/300,784/600,0/300)
 same => n,Wait(2)
 same => n,StopPlaytones()
 same => n,Goto(people,${{EXTEN}},1)
exten => _1{BUSY}XXXXXXX,1,Hangup(17)
exten => _1{RINGS_ON}XXXXXXX,1,Ringing()
 same => n,Wait(180)
exten => _1{REJECTS}XXXX021,1,Ringing()
 same => n,Wait(0.2)
 same => n,Hangup(21)
exten => _1{REJECTS}XXXXXXX,1,Hangup(${{EXTEN:-3}})
exten => _1{NOT_IN_SERVICE}XXXXXXX,1,Progress()
 same => n,Wait(0.2)
 same => n,Playtones(!950/330,!1400/330,!1800/330,0)
 same => n,Wait(1.2)
 same => n,StopPlaytones()
 same => n,Playback({sounds}/not_in_service,noanswer)
 same => n,Hangup(1)
exten => _1{ANNOUNCES_THEN_REJECTS}XXXXXXX,1,Progress()
 same => n,Wait(0.2)
 same => n,Playback({sounds}/cannot_be_completed,noanswer)
 same => n,Hangup(${{EXTEN:-3}})
exten => _1{SILENT}XXXXXXX,1,Ringing()
 same => n,Wait(0.3)
 same => n,Answer()
 same => n,Wait(180)
exten => _1{ECHO}XXXXXXX,1,Answer()
 same => n,Echo()
{extensions}\
exten => _X.,1,Hangup(1)

[people]
; The AudioSocket id carries this channel's sequence number (7 digits), its second (10) and the number dialled (15).
exten => _X.,1,Answer()
 same => n,Set(SEQUENCE=0000000${{UNIQUEID:{sequence_at}}})
 same => n,Set(NUMBER=000000000000000${{EXTEN}})
 same => n,Set(ID=${{SEQUENCE:-7}}${{UNIQUEID:{second_at}:10}}${{NUMBER:-15}})
 same => n,AudioSocket(${{ID:0:8}}-${{ID:8:4}}-${{ID:12:4}}-${{ID:16:4}}-${{ID:20}},{callees})
 same => n,Hangup(16)
"""

_EXTENSION: Final = """\
exten => _{wild}99,1,Ringing()
 same => n,Wait(180)
exten => _{wild}XX,1,Ringing()
 same => n,Wait(0.5)
 same => n,Goto(people,${{EXTEN}},1)
"""


def number(area: str, line: int = 0) -> str:
    """Return a number of the plan.

    Parameters
    ----------
    area
        One of the area codes of this module.
    line
        Last digits, 0 to 9999: which persona, or the Q.850 cause.
    """
    return f"+1{area}555{line:04d}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who was dialled, on which of the carrier's channels; rides in the AudioSocket id."""

    number: str
    """Digits as dialled, without a plus."""
    channel: str
    """The channel's unique id at the carrier."""

    @classmethod
    def of(cls, identifier: UUID) -> Arrival:
        """Read an AudioSocket id that the carrier's dialplan made."""
        digits = identifier.hex
        sequence, second = digits[:7].lstrip("0") or "0", digits[_UUID_EPOCH]
        return cls(number=digits[17:].lstrip("0"), channel=f"{_NAME}-{second}.{sequence}")

    @property
    def is_agent(self) -> bool:
        """Whether one of the bank's own people was dialled, by a transfer."""
        return len(self.number) <= 6


class Carrier:
    """The carrier's Asterisk.

    Parameters
    ----------
    folder
        Everything of it goes there.
    sip_port, rtp_ports
        Its own UDP ports.
    pbx_port
        SIP port of the PBX whose calls it takes, on loopback.
    ami_port
        TCP port of its AMI, for keys that personas press.
    callees
        ``host:port`` of the AudioSocket server behind which the personas are.
    """

    def __init__(
        self,
        folder: Path,
        *,
        sip_port: int,
        rtp_ports: tuple[int, int],
        pbx_port: int,
        ami_port: int,
        callees: str,
    ) -> None:
        self.sip_port = sip_port
        self._sounds = folder.resolve() / "announcements"
        files = base_files(
            sip_port=sip_port,
            rtp_ports=rtp_ports,
            pjsip=trunk_endpoint("pbx", host="127.0.0.1", port=pbx_port, context="incoming")
            + "[pbx]\ntype = identify\nendpoint = pbx\nmatch = 127.0.0.1\n",
            extensions=dialplan(self._sounds, callees),
            manager=manager_conf(
                ami_port,
                f"[{AMI_USER}]\nsecret = {AMI_SECRET}\ndeny = 0.0.0.0/0.0.0.0\npermit = 127.0.0.1/255.255.255.255\n"
                "read = \nwrite = call\n",
            ),
            modules=MODULES,
            user_agent="voicebot-rehearsal-carrier",
        )
        self.instance = AsteriskInstance(folder, files, name=_NAME)
        self._ami = Ami("127.0.0.1", ami_port, AMI_USER, AMI_SECRET)

    async def start(self, voices: CallerVoices | None = None) -> None:
        """Speak the announcements and start. Raises UnavailableError."""
        self._sounds.mkdir(parents=True, exist_ok=True)
        voices = voices or CallerVoices()
        for name, text in _ANNOUNCEMENTS.items():
            _write_wave(self._sounds / f"{name}.wav", await voices.speak(text, _ANNOUNCER))
        await self.instance.start()
        await self._ami.start()

    async def stop(self) -> None:
        """Stop; harmless when it is not running."""
        await self._ami.close()
        await self.instance.stop()

    async def press(self, channel: str, key: str) -> None:
        """Press one key on a channel (its unique id), as a phone's keypad would. Raises UnavailableError."""
        await self._ami.action("PlayDTMF", {"Channel": channel, "Digit": key, "Duration": "120"})

    def dialled(self) -> Counter[str]:
        """Return how often each number was dialled since the start, digits without a plus."""
        try:
            text = self.instance.log_file.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return Counter()
        return Counter(re.findall(r"DIALLED (\d+)", text))


def dialplan(sounds: Path, callees: str) -> str:
    """Return the carrier's ``extensions.conf``.

    Parameters
    ----------
    sounds
        Folder of the announcements.
    callees
        ``host:port`` of the personas' AudioSocket server.
    """
    prefix = len(_NAME) + 1
    return _DIALPLAN.format(
        **{name: value for name, value in globals().items() if name.isupper() and isinstance(value, str)},
        sounds=sounds,
        callees=callees,
        second_at=prefix,
        sequence_at=prefix + 11,
        extensions="".join(_EXTENSION.format(wild="X" * wild) for wild in range(1, 5)),
    )


def _write_wave(path: Path, pcm: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(pcm)
