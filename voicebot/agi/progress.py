"""How one call gets on: what Asterisk, FastAGI and AudioSocket report in, what to tell and to order out. Pure.

Stages
------
``ORDERED``      originated; the bot's leg is coming up.
``DIALLING``     the dialplan's session dials the callee; early media and ringing are heard.
``TALKING``      the callee answered.
``MOVING``       the callee's channel is sent to the transfer's dialplan, the bot's leg ends by itself.
``HANDED_OVER``  a human took the transfer; the bot's audio is gone, the call lives until the callee's channel ends.
``RETURNING``    nobody took it; the callee comes back on a new AudioSocket, then ``TALKING`` again.
``OVER``         told; nothing more happens.

Three links tell that a call lives: the AMI connection, its audio, its FastAGI session. Any may be lost alone.

* The end of the callee's channel ends the call, with its cause.
* A FastAGI session that ends without any callee's channel ends the call: nothing was dialled.
* With no link left the call is over, for nobody is left who could tell. Nothing can be dialled later either, for
  only a FastAGI session that finds its call here is told a number.
* After a reconnect, a call without audio and session that is missing in Asterisk's list of channels is over.
* What should end and does not is ended by order, and given up some seconds later.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from voicebot.agi.ami_events import AmiEvent, ChannelEnded, DialBegin, DialEnd, DialState, OriginateAnswer
from voicebot.agi.causes import classify
from voicebot.agi.phone import Disposition, HangUp, Origin
from voicebot.agi.progress_events import (
    AmiBack,
    AmiLost,
    CloseMedia,
    DialDone,
    EndChannels,
    HangUpWanted,
    Input,
    MediaDown,
    MediaUp,
    Output,
    Redirect,
    RedirectFailed,
    SessionClosed,
    SessionOpened,
    TellAnswered,
    TellHungUp,
    TellMediaUp,
    TellRinging,
    TellTransferred,
    Tick,
    TransferDone,
    TransferWanted,
)

MEDIA_SECONDS: Final = 10.0
"""From the order to the bot's audio."""
SETTLE_SECONDS: Final = 1.0
"""One link said that it is over; the others may still say why."""
END_SECONDS: Final = 3.0
"""From an order to end until it is given again, more bluntly."""
GIVE_UP_SECONDS: Final = 8.0
FROZEN_SECONDS: Final = 10.0
"""Without AMI and without any audio."""
OVERTIME_SECONDS: Final = 10.0
"""Beyond the ring time."""
_RING_TOLERANCE: Final = 0.3
_RINGING_STATUSES: Final = frozenset({180, 181, 182})
_SESSION_PROGRESS: Final = 183
"""Provisional statuses: the last one that a Dial saw is what its session knows when time ran out."""
_ENDED_EARLY: Final = "we hung up before it was answered"


class Stage(enum.Enum):
    """Where a call stands."""

    ORDERED = enum.auto()
    DIALLING = enum.auto()
    TALKING = enum.auto()
    MOVING = enum.auto()
    HANDED_OVER = enum.auto()
    RETURNING = enum.auto()
    OVER = enum.auto()


class Progress:
    """The machine of one call.

    Parameters
    ----------
    attempt
        Unique id of the bot's leg, and linked id of every channel of the call.
    ring_seconds
        How long the callee's phone may ring.
    now
        ``time.monotonic()`` seconds.
    """

    def __init__(self, attempt: str, ring_seconds: float, now: float) -> None:
        self.stage = Stage.ORDERED
        self.extension = ""
        self._attempt = attempt
        self._ring_seconds = ring_seconds
        self._stage_at = now
        self._callee = ""
        self._callee_channel = ""
        self._ami, self._media, self._media_told, self._sessions = True, False, False, 0
        self._alive = self._rang = self._answered = self._hang_up_wanted = self._human_left = self._moved = False
        self._early = False
        """The network played something before the answer (183): with many carriers that is ringing."""
        self._dial_done: DialDone | None = None
        self._ended: ChannelEnded | None = None
        self._settle_at = self._end_at = self._give_up_at = float("inf")
        self._out: list[Output] = []

    @property
    def may_dial(self) -> bool:
        """A FastAGI session may be told the number: nothing was dialled yet and nobody wants the end."""
        return self.stage is Stage.ORDERED and not self._hang_up_wanted and self._sessions == 0

    @property
    def callee(self) -> str:
        """Unique id of the callee's channel, empty until it is dialled."""
        return self._callee

    @property
    def callee_channel(self) -> str:
        """Name of the callee's channel, empty until it is dialled."""
        return self._callee_channel

    @property
    def takes_media(self) -> bool:
        """An AudioSocket connection is expected now: the first one, or the one of a callee who comes back."""
        if self.stage is Stage.RETURNING:
            return not self._media
        return not self._media_told and self.stage in {Stage.ORDERED, Stage.DIALLING}

    def handle(self, event: Input, now: float) -> list[Output]:
        """Take one event and return what follows from it, in order."""
        self._out = []
        if self.stage is not Stage.OVER:
            self._take(event, now)
        if self.stage is not Stage.OVER:
            self._conclude(now)
        return self._out

    def _take(self, event: Input, now: float) -> None:  # noqa: PLR0912 – one line an event
        match event:
            case MediaUp():
                self._media_up(now)
            case MediaDown():
                self._media = False
                if self.stage in {Stage.ORDERED, Stage.DIALLING, Stage.TALKING}:
                    self._settle(now, END_SECONDS)
            case SessionOpened():
                self._sessions += 1
                if self.stage is Stage.ORDERED:
                    self._enter(Stage.DIALLING, now)
            case SessionClosed():
                self._sessions -= 1
                if self._sessions == 0 and self.stage in {Stage.DIALLING, Stage.TALKING, Stage.RETURNING}:
                    self._settle(now)
            case DialDone(status):
                self._dial_returned(event, status, now)
            case TransferDone(status):
                self._transfer_returned(status, now)
            case DialBegin() | DialState() | DialEnd() | ChannelEnded() | OriginateAnswer():
                self._ami_event(event, now)
            case AmiLost():
                self._ami = False
            case AmiBack(channels):
                self._resynchronise(channels, now)
            case HangUpWanted():
                self._hang_up_wanted = True
                self._end(now)
            case TransferWanted(extension):
                self._transfer(extension, now)
            case RedirectFailed():
                if self.stage is Stage.MOVING:
                    self._enter(Stage.TALKING, now)
                    self._out.append(TellTransferred(self.extension, answered=False))
            case Tick(heard_at):
                self._tick(heard_at, now)

    def _enter(self, stage: Stage, now: float) -> None:
        self.stage, self._stage_at = stage, now

    def _settle(self, now: float, seconds: float = SETTLE_SECONDS) -> None:
        self._settle_at = min(self._settle_at, now + seconds)

    # --------------------------------------------------------------------------------- what happened

    def _media_up(self, now: float) -> None:
        if not self.takes_media:
            return
        self._media = True
        if self.stage is Stage.RETURNING:
            self._enter(Stage.TALKING, now)
            self._out.append(TellTransferred(self.extension, answered=False))
        else:
            self._media_told = True
            self._out.append(TellMediaUp())

    def _ami_event(self, event: AmiEvent, now: float) -> None:
        match event:
            case DialBegin(unique_id=dialler, target_id=target, target_channel=channel):
                # The bot's own leg is dialled too, by nobody.
                if dialler == self._attempt and target != self._attempt:
                    self._dialled(target, channel, now)
            case DialState(target_id=target, status=status) if target == self._callee:
                self._alive = True
                self._early |= status == "PROGRESS"
                if status == "RINGING" and not self._rang and not self._answered:
                    self._rang = True
                    self._out.append(TellRinging())
            case DialEnd(target_id=target, moved=True) if target == self._callee:
                self._moved = True
            case DialEnd(unique_id=dialler, target_id=target, status="ANSWER"):
                if dialler == self._attempt and target == self._callee:
                    self._answer(now)
                elif dialler == self._callee and self.stage is Stage.MOVING:
                    self._taken(now)
            case ChannelEnded():
                self._channel_ended(event, now)
            case OriginateAnswer(success=False):
                if self.stage is Stage.ORDERED:
                    self._over(self._ours("Asterisk could not start the bot's own leg"))
            case _:
                pass

    def _dialled(self, target: str, channel: str, now: float) -> None:
        if self._callee and target != self._callee:
            # Asterisk follows a redirect by the far side: that number was never checked.
            self._out.append(EndChannels((target, self._attempt)))
            return
        self._callee, self._callee_channel = target, channel
        if self.stage is Stage.ORDERED:
            self._enter(Stage.DIALLING, now)
        if self._hang_up_wanted:
            self._end(now)

    def _channel_ended(self, event: ChannelEnded, now: float) -> None:
        if event.unique_id == self._callee:
            self._ended = event
        elif event.unique_id == self._attempt and self.stage in {Stage.ORDERED, Stage.DIALLING, Stage.TALKING}:
            self._settle(now, END_SECONDS if self._callee else SETTLE_SECONDS)

    def _answer(self, now: float) -> None:
        if not self._answered:
            self._answered = True
            self._enter(Stage.TALKING, now)
            self._out.append(TellAnswered())

    def _dial_returned(self, done: DialDone, status: str, now: float) -> None:
        self._dial_done = done
        if status == "ANSWER":
            self._answer(now)
        if self.stage in {Stage.DIALLING, Stage.TALKING}:
            self._settle(now)

    def _taken(self, now: float) -> None:
        self._enter(Stage.HANDED_OVER, now)
        self._out.append(TellTransferred(self.extension, answered=True))

    def _transfer_returned(self, status: str, now: float) -> None:
        if status == "ANSWER":
            if self.stage is Stage.MOVING:  # the AMI event was missed
                self._taken(now)
            self._human_left = self._ended is None
            self._settle(now)
        elif self.stage is Stage.MOVING:
            self._enter(Stage.RETURNING, now)

    def _resynchronise(self, channels: Mapping[str, tuple[str, str]], now: float) -> None:
        self._ami = True
        others = {unique_id: channel for unique_id, channel in channels.items() if unique_id != self._attempt}
        if self.stage is Stage.DIALLING and not self._callee and len(others) == 1:
            self._callee, (self._callee_channel, _) = next((key, value) for key, value in others.items())
        if self.stage is Stage.DIALLING and channels.get(self._callee, ("", ""))[1] == "Up":
            self._answer(now)
        if not channels and not self._media and self._sessions <= 0:
            self._over(self._lost("it ended while the connection to Asterisk was down"))
        elif self._hang_up_wanted:
            self._end(now)

    # ---------------------------------------------------------------------------------- what is wanted

    def _end(self, now: float) -> None:
        """Order the end; the callee's channel first, so that the network learns it at once."""
        if self._ami:
            ids = (self._callee, self._attempt) if self._callee else (self._attempt,)
            self._out.append(EndChannels(ids))
        elif self._media:
            self._out.append(CloseMedia())
        self._end_at = min(self._end_at, now + END_SECONDS)
        self._give_up_at = min(self._give_up_at, now + GIVE_UP_SECONDS)

    def _transfer(self, extension: str, now: float) -> None:
        if self.stage is Stage.TALKING and self._ami and self._callee_channel and not self._hang_up_wanted:
            self.extension = extension
            self._enter(Stage.MOVING, now)
            self._out.append(Redirect(self._callee_channel))
        else:
            self._out.append(TellTransferred(extension, answered=False))

    def _tick(self, heard_at: float, now: float) -> None:
        waited = now - self._stage_at
        if self.stage is Stage.ORDERED and waited > MEDIA_SECONDS:
            self._end(now)
            self._over(self._ours("the bot's own leg did not come up"))
            return
        late = self.stage is Stage.DIALLING and waited > self._ring_seconds + OVERTIME_SECONDS
        stuck = self.stage in {Stage.MOVING, Stage.RETURNING} and self._sessions <= 0 and waited > END_SECONDS
        if (late or stuck) and self._give_up_at == float("inf"):
            self._end(now)
        if now >= self._end_at:
            self._end_at = float("inf")
            if self._media:
                self._out.append(CloseMedia())
            if self._ami:
                self._out.append(EndChannels((self._callee, self._attempt) if self._callee else (self._attempt,)))
        frozen = not self._ami and self._media and now - max(heard_at, self._stage_at) > FROZEN_SECONDS
        if frozen or now >= self._give_up_at:
            if self._media:
                self._out.append(CloseMedia())
            self._over(self._lost("Asterisk does not answer any more"))

    # ------------------------------------------------------------------------------------ how it ended

    def _conclude(self, now: float) -> None:
        """See whether what is known makes an end."""
        ended, done = self._ended, self._dial_done
        if ended is not None:
            # The words beside the SIP status, and before Asterisk 20 the status itself, are known to the session.
            wait = not self._answered and done is None and self._sessions > 0
            if wait and now < self._settle_at:
                self._settle(now)
                return
            self._over(self._hang_up(ended.cause, ended.technical, now))
        elif not self._ami and not self._media and self._sessions <= 0:
            if done is not None:
                self._over(self._hang_up(done.cause, done.technical, now))
            else:
                self._over(self._lost("Asterisk went away"))
        elif now >= self._settle_at:
            if self._callee and self._ami and self._give_up_at == float("inf"):
                # The callee's channel outlives the bot's leg: end it.
                self._settle_at = float("inf")
                self._end(now)
            elif not self._callee or done is not None:
                self._over(self._hang_up(done.cause if done else 0, done.technical if done else 0, now))

    def _hang_up(self, cause: int, technical: int, now: float) -> HangUp:
        done = self._dial_done
        if done is not None and not technical:
            technical = done.technical if done.technical >= 300 or self._answered else 0
            cause = cause or done.cause
        if self._moved and not technical:
            # Asterisk hung the channel up before it had noted the status (300, 301, 302…); the usual one stands for it.
            cause, technical = 23, 302
        if self._answered:
            by_callee = self._ended is not None and not self._hang_up_wanted and not self._human_left
            who = "the callee hung up" if by_callee else "the human hung up" if self._human_left else "we hung up"
            return HangUp(Disposition.ANSWERED, cause, technical, by_callee=by_callee, explanation=who)
        rang = self._rang or self._early
        if self._hang_up_wanted:
            if rang:
                return HangUp(Disposition.NO_ANSWER, cause, technical, explanation=_ENDED_EARLY, rang=True)
            return HangUp(Disposition.FAILED, cause, technical, explanation=_ENDED_EARLY, origin=Origin.OURS)
        rang_out = technical in {0, 487} and now - self._stage_at >= self._ring_seconds - _RING_TOLERANCE
        last = done.technical if done is not None else 0
        verdict = classify(
            cause=cause,
            technical=technical,
            phrase=done.phrase if done else "",
            reason=done.reason if done else "",
            dial_status=done.status if done else "",
            dialled=bool(self._callee) or done is not None,
            rang=self._rang or last in _RINGING_STATUSES,
            early=self._early or last == _SESSION_PROGRESS,
            rang_out=rang_out and self.stage is Stage.DIALLING,
            sign_of_life=self._alive or done is None or done.technical > 0,
            registered=done is None or done.registered,
        )
        return HangUp(
            verdict.disposition,
            cause,
            technical,
            explanation=verdict.explanation,
            origin=verdict.origin,
            rang=rang,
        )

    def _lost(self, why: str) -> HangUp:
        """Asterisk is gone: an answered call stays answered, a dialled one may have rung, else nobody was asked."""
        if self._answered:
            return HangUp(Disposition.ANSWERED, explanation=why)
        if not self._callee and self.stage is Stage.ORDERED:
            return self._ours(why)
        rang = self._rang or self._early
        return HangUp(Disposition.INTERRUPTED, explanation=why, origin=Origin.OURS, rang=rang)

    def _ours(self, why: str) -> HangUp:
        return HangUp(Disposition.FAILED, explanation=why, origin=Origin.OURS)

    def _over(self, hang_up: HangUp) -> None:
        if self.stage in {Stage.MOVING, Stage.RETURNING}:
            self._out.append(TellTransferred(self.extension, answered=False))
        self.stage = Stage.OVER
        self._out.append(TellHungUp(hang_up))
