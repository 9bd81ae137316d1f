"""One call on Asterisk: carries what its machine says, and tells its owner."""

from __future__ import annotations

import secrets
import time
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol
from uuid import UUID, uuid4

from voicebot import logs
from voicebot.agi import numbers, progress, progress_events
from voicebot.agi.ami_events import KeyPressed
from voicebot.agi.audiosocket import Connection
from voicebot.agi.keys import Keys, Way
from voicebot.agi.phone import CallRequest, PhoneEvents, Recording
from voicebot.config import TrunkSection
from voicebot.errors import VoicebotError

RECORDING_DETAILS: Final = {
    "encoding": "s16le",
    "rate": "8000",
    "channels": "2",
    "left": "callee",
    "right": "bot",
}

_log = logs.get_logger()


class Exchange(Protocol):
    """What a call needs of the telephone that it belongs to."""

    def start_task(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that a call ordered."""

    def forget(self, call: AsteriskCall) -> None:
        """Forget a call."""

    def expect_media(self, call: AsteriskCall, identifier: UUID) -> None:
        """Give the call the one connection that will say this uuid."""

    async def end_channels(self, unique_ids: tuple[str, ...]) -> None:
        """Hang channels up."""

    async def redirect(self, channel: str) -> None:
        """Send a channel to the transfer's dialplan."""

    async def press(self, channel: str, key: str) -> None:
        """Press a key on a channel, so that its far side hears it."""


class AsteriskCall:
    """One call under way; made by :meth:`AsteriskPhone.call`."""

    def __init__(
        self,
        exchange: Exchange,
        request: CallRequest,
        trunk: TrunkSection,
        events: PhoneEvents,
        variables: Mapping[str, str],
    ) -> None:
        now = time.monotonic()
        self.request, self.trunk, self.variables = request, trunk, dict(variables)
        self._exchange, self._events = exchange, events
        self._machine = progress.Progress(str(request.attempt), request.ring_seconds, now)
        self.secret = secrets.token_urlsafe(24)
        """What Asterisk must show to be told the number; it is in the order's channel variable and nowhere else."""
        self._keys = Keys()
        self._connection: Connection | None = None
        self._heard_at = now
        self._late_ticks = 0
        """Those of connections that are gone."""
        self._sip_call_id = ""

    @property
    def attempt(self) -> UUID:
        """Id of the attempt."""
        return self.request.attempt

    @property
    def over(self) -> bool:
        """Its end was told."""
        return self._machine.stage is progress.Stage.OVER

    @property
    def may_dial(self) -> bool:
        """The dialplan may be told its number, once."""
        return self._machine.may_dial

    @property
    def began(self) -> bool:
        """The dialplan asked for it."""
        return self._machine.stage is not progress.Stage.ORDERED

    @property
    def stage(self) -> progress.Stage:
        """Where it stands."""
        return self._machine.stage

    @property
    def extension(self) -> str:
        """Where the callee is being transferred to."""
        return self._machine.extension

    def hang_up(self) -> None:
        """End the call; ``hung_up`` follows."""
        self.handle(progress_events.HangUpWanted())

    def press(self, key: str) -> None:
        """Press a key on the callee's channel."""
        if key in numbers.KEYS and self._machine.callee_channel:
            self._exchange.start_task(self._press(self._machine.callee_channel, key))

    def transfer(self, extension: str) -> None:
        """Hand the callee over; ``transferred`` follows. Raises ConfigurationError for one that is not allowed."""
        numbers.check_extension(extension, self.request.trunk, self.trunk)
        self.handle(progress_events.TransferWanted(extension))

    def expect_media(self) -> UUID:
        """Return the uuid of this call's next AudioSocket connection: random, and good for one connection."""
        identifier = uuid4()
        self._exchange.expect_media(self, identifier)
        return identifier

    @property
    def sip_call_id(self) -> str:
        """Call-ID of the callee's leg, empty while it is not known."""
        return self._sip_call_id

    def identify(self, sip_call_id: str) -> None:
        """Note the Call-ID of the callee's leg."""
        self._sip_call_id = sip_call_id

    def recording_begun(self) -> None:
        """Tell the owner that Asterisk took the order to record."""
        self._tell(self._events.recording, Recording(self.request.recording, time.monotonic(), RECORDING_DETAILS))

    def transfer_returned(self, status: str) -> bool:
        """Note how the Dial of the human ended; ``True`` when the callee is to come back to the bot."""
        self.handle(progress_events.TransferDone(status))
        return self.stage is progress.Stage.RETURNING

    # ------------------------------------------------------------------------- audio (MediaOwner)

    def media_attached(self, connection: Connection, at: float) -> bool:
        """Take the connection when one is expected."""
        del at
        if not self._machine.takes_media:
            return False
        self._connection = connection
        self.handle(progress_events.MediaUp())
        return True

    def media_frame(self, pcm: bytes, at: float) -> None:
        """Pass 20 ms on."""
        self._heard_at = at
        self._events.frame(pcm, at)

    def media_digit(self, digit: str, at: float) -> None:
        """Pass a key on, unless AMI reported it already."""
        if self._keys.pressed(Way.AUDIOSOCKET, digit):
            self._events.digit(digit, at)

    def key_over_ami(self, event: KeyPressed) -> None:
        """Pass on a key that AudioSocket does not carry; what the callee presses for a human is not for us."""
        if self._connection is None or event.unique_id != self._machine.callee:
            return
        if self._keys.pressed(Way.AMI, event.digit):
            self._tell(self._events.digit, event.digit, time.monotonic())

    def media_lost(self, connection: Connection, at: float) -> None:
        """Note the end of the connection, unless a newer one has taken its place."""
        del at
        if connection is self._connection:
            self._late_ticks += connection.late_ticks
            self._connection = None
            self.handle(progress_events.MediaDown())

    def next_frame(self) -> bytes | None:
        """Ask the owner."""
        return self._events.next_frame()

    # ------------------------------------------------------------------------------------ carrying

    def tick(self) -> None:
        """Let time pass."""
        self.handle(progress_events.Tick(self._heard_at))

    def handle(self, event: progress_events.Input) -> None:
        """Feed the machine and carry out what it says."""
        now = time.monotonic()
        for output in self._machine.handle(event, now):
            match output:
                case progress_events.EndChannels(unique_ids):
                    self._exchange.start_task(self._exchange.end_channels(unique_ids))
                case progress_events.Redirect(channel):
                    self._exchange.start_task(self._redirect(channel))
                case progress_events.CloseMedia():
                    if self._connection is not None:
                        self._connection.close()
                case _:
                    self._tell_owner(output, now)

    def _tell_owner(self, output: progress_events.Output, now: float) -> None:
        match output:
            case progress_events.TellMediaUp():
                self._tell(self._events.media_up, now)
            case progress_events.TellRinging():
                self._tell(self._events.ringing, now)
            case progress_events.TellAnswered():
                self._tell(self._events.answered, now)
            case progress_events.TellTransferred(extension, answered):
                self._tell(self._events.transferred, extension, answered, now)
            case progress_events.TellHungUp(hang_up):
                if self._connection is not None:
                    self._connection.close()
                    self._late_ticks += self._connection.late_ticks
                self._exchange.forget(self)
                told = replace(hang_up, sip_call_id=self._sip_call_id, late_ticks=self._late_ticks)
                self._tell(self._events.hung_up, told, now)

    def _tell(self, listener: Any, *values: Any) -> None:
        """Tell the owner something; its failure is its own."""
        try:
            listener(*values)
        except Exception:
            _log.exception("the handler of a call's event failed", attempt=str(self.attempt))

    async def _press(self, channel: str, key: str) -> None:
        try:
            await self._exchange.press(channel, key)
        except VoicebotError as error:
            _log.warning("a key could not be pressed", attempt=str(self.attempt), error=str(error))

    async def _redirect(self, channel: str) -> None:
        try:
            await self._exchange.redirect(channel)
        except VoicebotError as error:
            _log.warning("a transfer could not be started", attempt=str(self.attempt), error=str(error))
            self.handle(progress_events.RedirectFailed())
