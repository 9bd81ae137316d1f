"""RTP: enough ports for the calls that the trunks take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from voicebot.agi.lint.finding import PbxFinding, broken
from voicebot.agi.lint.pbx import Pbx

_PORTS_A_CALL: Final = 4
"""RTP and RTCP of the callee, and of the human that the callee may be handed to."""


def check_rtp(pbx: Pbx) -> Iterator[PbxFinding]:
    """``rtp.conf``."""
    general = pbx.read("rtp.conf").named("general")
    if general is None:
        return
    start, end = general.value("rtpstart", "5000"), general.value("rtpend", "31000")
    place = general.last("rtpend") or general.last("rtpstart") or general
    if not (_is_number(start) and _is_number(end) and 1024 <= int(start) < int(end) <= 65535):
        yield broken(f"the range of RTP ports {start}–{end} is not valid", "use for example 10000–20000", place)
        return
    calls = sum(trunk.max_calls for trunk in pbx.config.trunks.values())
    room = (int(end) - int(start) + 1) // _PORTS_A_CALL
    if room < calls:
        yield broken(
            f"RTP ports {start}–{end} are enough for {room} calls, the trunks take {calls}",
            f"make the range at least {calls * _PORTS_A_CALL} ports wide",
            place,
        )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6
