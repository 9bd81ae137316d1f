"""One call to try a trunk with: a tone is played, and every step is reported in words.

No lead is touched, nothing is kept. ``TrialRecord`` decides what happened and what it means, from what the call
tells (pure); ``place_trial_call`` carries.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import math
import os
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

from voicebot import paths
from voicebot.agi.asterisk_phone import AsteriskPhone
from voicebot.agi.phone import CallRequest, Disposition, HangUp, Recording
from voicebot.agi.running import logged_in
from voicebot.config import Config
from voicebot.errors import ConfigurationError, Problem, UnavailableError, VoicebotError
from voicebot.private_files import make_missing

_RATE: Final = 8000
_FRAME_SAMPLES: Final = 160
_TONE_HERTZ: Final = 440
_TONE_AMPLITUDE: Final = 6000
_SOUND_LEVEL: Final = 200
"""Root mean square from which a frame is sound, not silence (about −44 dBFS)."""
_END_SECONDS: Final = 12.0
"""How long the end is waited for after the order to hang up."""
_QUESTIONS: Final = {
    "codec": "CHANNEL(audionativeformat)",
    "received": "CHANNEL(rtcp,rxcount)",
    "sent": "CHANNEL(rtcp,txcount)",
    "lost": "CHANNEL(rtcp,rxploss)",
}
"""What is asked of the callee's channel."""

Tell = Callable[[float, str], None]
"""Takes seconds since the order, and a step in words."""


@dataclass(frozen=True, slots=True)
class Audio:
    """What Asterisk counted on the callee's leg; ``None`` where it could not say.

    Parameters
    ----------
    codec
        As negotiated, for example ``alaw``.
    received, sent, lost
        RTP packets from the callee, to the callee, and lost on the way from the callee.
    """

    codec: str | None = None
    received: int | None = None
    sent: int | None = None
    lost: int | None = None


@dataclass(slots=True)
class TrialRecord:
    """What happened in a trial call, which reports to it as ``PhoneEvents``.

    Parameters
    ----------
    tell
        Told each step when it happens.
    begun_at
        ``time.monotonic()`` seconds of the order.
    """

    tell: Tell
    begun_at: float
    answered_at: float | None = None
    rang: bool = False
    frames: int = 0
    sounding: int = 0
    loudest: float = 0.0
    digits: str = ""
    hang_up: HangUp | None = None
    audio: Audio = field(default_factory=Audio)
    answered_or_over: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    _sample: int = 0

    def media_up(self, at: float) -> None:
        """The bot's leg is there."""
        self._step(at, "Asterisk has voicebot's audio; the callee is being dialled")

    def ringing(self, at: float) -> None:
        """The far side rings."""
        if not self.rang:
            self.rang = True
            self._step(at, "it rings")

    def answered(self, at: float) -> None:
        """The callee answered."""
        self.answered_at = at
        self._step(at, "answered; a tone is played, once a second")
        self.answered_or_over.set()

    def recording(self, recording: Recording) -> None:
        """Nothing is recorded."""

    def frame(self, pcm: bytes, at: float) -> None:
        """Hear a frame; before the answer it may be Asterisk's own ringing tone, which proves nothing."""
        if self.answered_at is None:
            return
        self.frames += 1
        level = loudness(pcm)
        self.loudest = max(self.loudest, level)
        if level >= _SOUND_LEVEL:
            self.sounding += 1
            if self.sounding == 1:
                self._step(at, "the callee is heard")

    def digit(self, digit: str, at: float) -> None:
        """The callee pressed a key."""
        self.digits += digit
        self._step(at, f"the callee pressed {digit}")

    def next_frame(self) -> bytes | None:
        """Return the next 20 ms of a tone that sounds for half of each second; nothing before the answer."""
        if self.answered_at is None:
            return None
        begin, self._sample = self._sample, self._sample + _FRAME_SAMPLES
        return tone(begin)

    def transferred(self, extension: str, answered: bool, at: float) -> None:
        """Nothing is transferred."""

    def hung_up(self, hang_up: HangUp, at: float) -> None:
        """The call is over."""
        self.hang_up = hang_up
        self._step(at, f"over: {hang_up.explanation or hang_up.disposition.value.replace('_', ' ')}")
        self.answered_or_over.set()
        self.over.set()

    def _step(self, at: float, words: str) -> None:
        self.tell(max(0.0, at - self.begun_at), words)

    def verdict(self) -> list[Problem]:
        """Return what is wrong with the trunk, as far as this call can tell."""
        if self.hang_up is None:
            return [Problem("the call's end was not told", "see: core show channels, on Asterisk's console")]
        if self.hang_up.disposition is not Disposition.ANSWERED:
            return [Problem(f"nobody answered: {self.hang_up.explanation}", _cure(self.hang_up))]
        found = []
        if self.frames == 0 or self.audio.received == 0:
            found.append(
                Problem(
                    "no audio came from the callee",
                    "see NAT and firewall: external_media_address, local_net, rtp_symmetric, and RTP's port range",
                )
            )
        elif self.sounding == 0:
            found.append(
                Problem(
                    "only silence came from the callee",
                    "say something when the phone is answered; else see codecs and the direction of RTP",
                )
            )
        if self.audio.sent == 0:
            found.append(Problem("no audio was sent to the callee", "see codecs (allow) and the module of that codec"))
        return found

    def summary(self) -> dict[str, object]:
        """Return the figures, for people and for JSON."""
        hang_up = self.hang_up
        return {
            "disposition": hang_up.disposition.value if hang_up else None,
            "cause": hang_up.explanation if hang_up else None,
            "sip_status": (hang_up.technical or None) if hang_up else None,
            "sip_call_id": (hang_up.sip_call_id or None) if hang_up else None,
            "rang": self.rang,
            "answered_after_seconds": round(self.answered_at - self.begun_at, 2) if self.answered_at else None,
            "codec": self.audio.codec,
            "packets_from_callee": self.audio.received,
            "packets_to_callee": self.audio.sent,
            "packets_lost": self.audio.lost,
            "heard_seconds": round(self.sounding * _FRAME_SAMPLES / _RATE, 2),
            "loudest_dbfs": round(20 * math.log10(self.loudest / 32768), 1) if self.loudest else None,
            "keys": self.digits,
        }


def _cure(hang_up: HangUp) -> str:
    if hang_up.origin.asked:
        return "the trunk works: somebody or the network answered; try another number"
    return "see: pjsip show registrations, pjsip show contacts; then voicebot trunk check"


def tone(begin: int) -> bytes:
    """Return 20 ms of the tone from its sample number ``begin`` on: half a second on, half a second off."""
    samples = array("h")
    for sample in range(begin, begin + _FRAME_SAMPLES):
        on = sample % _RATE < _RATE // 2
        samples.append(round(_TONE_AMPLITUDE * math.sin(2 * math.pi * _TONE_HERTZ * sample / _RATE)) if on else 0)
    return samples.tobytes()


def loudness(pcm: bytes) -> float:
    """Return the root mean square of 16-bit samples."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    return math.sqrt(sum(sample * sample for sample in samples) / max(1, len(samples)))


async def place_trial_call(config: Config, trunk: str, number: str, *, seconds: float, tell: Tell) -> TrialRecord:
    """Call one number, play a tone when it is answered, hang up after some seconds.

    Parameters
    ----------
    config
        Of the node whose ports are used; no other process may be using them.
    trunk
        Name of a configured trunk, whose allow-list the number has to pass.
    number
        E.164, with its plus.
    seconds
        How long to stay after the answer.
    tell
        Told each step.

    Raises
    ------
    ConfigurationError
        The number or trunk is not allowed; nothing was sent.
    UnavailableError
        Asterisk or a port cannot be had, or another trial call is under way.
    """
    section = config.trunks.get(trunk)
    if section is None:
        known = ", ".join(config.trunks) or "none"
        raise ConfigurationError(Problem(f"there is no trunk {trunk!r}", f"configured are: {known}"))
    loop = asyncio.get_running_loop()
    with _alone():
        phone = AsteriskPhone(config)
        await phone.start()
        try:
            record = TrialRecord(tell, loop.time())
            attempt = uuid4()
            request = CallRequest(attempt, number, trunk, section.ring_seconds, section.caller_id)
            call = await phone.call(request, record)
            tell(0.0, f"ordered over trunk {trunk!r} (endpoint {section.endpoint})")
            await record.answered_or_over.wait()
            if not record.over.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await record.over.wait()
                record.audio = await _ask(config, attempt)
                call.hang_up()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_END_SECONDS):
                        await record.over.wait()
        finally:
            await phone.close()
    return record


async def _ask(config: Config, attempt: UUID) -> Audio:
    """Ask Asterisk about the callee's leg; it may not know, or be gone already."""
    try:
        async with logged_in(config) as ami:
            channels = await ami.list_action("CoreShowChannels")
            name = next(
                (one.channel for one in channels if one.linkedid == str(attempt) and one.channel.startswith("PJSIP/")),
                None,
            )
            if name is None:
                return Audio()
            answers = {what: await ami.variable(question, channel=name) for what, question in _QUESTIONS.items()}
    except VoicebotError:
        return Audio()
    received, sent, lost = (_number(answers[what]) for what in ("received", "sent", "lost"))
    codec = answers["codec"].strip("()") or None
    return Audio(codec, received, sent, lost)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of trial calls on this machine: two at once would ring two phones for one question."""
    folder = paths.cache_folder()
    make_missing(folder)
    file = folder / "trial-call.lock"
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        what = f"the lock of trial calls cannot be opened: {error.strerror}"
        raise UnavailableError(Problem(what, "see that this user may write it", str(file))) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise UnavailableError(
            Problem("another trial call is under way on this machine", "wait until it is over")
        ) from error
    try:
        yield
    finally:
        os.close(handle)
