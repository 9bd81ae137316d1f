"""Asterisk as a telephone: carries what :mod:`voicebot.agi.progress` decides over AMI, FastAGI and AudioSocket."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import ipaddress
import re
import socket
from collections.abc import Coroutine, Mapping
from typing import Any, Final
from uuid import UUID

from voicebot import logs
from voicebot.agi import addresses, dialplan, numbers, progress, progress_events
from voicebot.agi.ami import Ami
from voicebot.agi.ami_events import AmiEvent, KeyPressed, OriginateAnswer, sip_status
from voicebot.agi.asterisk_call import AsteriskCall
from voicebot.agi.audiosocket import AudioSocketServer
from voicebot.agi.fastagi import PROOF_VARIABLE, FastAgiServer, Session
from voicebot.agi.hep import Refusals
from voicebot.agi.phone import CallRequest, PhoneEvents
from voicebot.agi.trunk_state import LOOK_SECONDS, TrunkWatch
from voicebot.config import Config
from voicebot.errors import ConfigurationError, Problem, RefusedError, UnavailableError, UncertainError

TICK_SECONDS: Final = 0.25
REASON_SECONDS: Final = 0.3
"""How long a copy of a refusal may take to come, where Asterisk sends copies; see ``hep``."""
_CLOSE_SECONDS: Final = 5.0
_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9_./-]+")
"""What a file name in a dialplan argument may be made of."""
_VARIABLE_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_CHANNEL_NAME: Final = re.compile(r"[A-Za-z0-9_./@:;-]+")
_DIAL_RESULT: Final = "${DIALSTATUS}|${HANGUPCAUSE}|${HANGUPCAUSE_KEYS()}"

KEY_MILLISECONDS: Final = "160"
"""How long a key is pressed; ITU-T Q.24 asks receivers to take 40 ms and more."""

_log = logs.get_logger()


class AsteriskPhone:
    """Asterisk as something that can be told to call (``Phone``).

    Parameters
    ----------
    config
        Where Asterisk is, which trunks there are.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._asterisk = config.asterisk
        self._calls: dict[str, AsteriskCall] = {}
        self._expected_media: dict[UUID, AsteriskCall] = {}
        self.trunks: Final = TrunkWatch(config.trunks)
        self._look_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._connection = 0
        self._connections_made = 0
        self._idle = asyncio.Event()
        self._ticker: asyncio.TimerHandle | None = None
        self._ami: Ami | None = None
        self._fastagi: FastAgiServer | None = None
        self._audio: AudioSocketServer | None = None
        self._refusals: Refusals | None = None
        self._copies: asyncio.DatagramTransport | None = None

    @property
    def connection(self) -> int:
        """Number of the present connection to Asterisk, growing with each reconnect; 0 while there is none."""
        return self._connection

    @property
    def late_ticks(self) -> int:
        """20 ms ticks that were missed because this process was too busy."""
        return self._audio.late_ticks if self._audio is not None else 0

    async def start(self) -> None:
        """Listen, connect and log in.

        Raises
        ------
        ConfigurationError
            A trunk's patterns, the recordings' folder or AMI's user are wrong.
        UnavailableError
            A port is taken, or Asterisk does not answer.
        """
        problems = [
            problem for name, trunk in self._config.trunks.items() for problem in numbers.check_patterns(name, trunk)
        ]
        problems += addresses.check(self._asterisk)
        if not _PLAIN_PATH.fullmatch(str(self._asterisk.recordings.resolve())):
            problems.append(
                Problem(
                    f"asterisk.recordings: {self._asterisk.recordings} cannot stand in a dialplan",
                    "use a path of letters, digits, '_', '-' and '.'",
                )
            )
        if problems:
            raise ConfigurationError(problems)
        here = self._asterisk
        peers = await self._peers()
        self._fastagi = FastAgiServer(here.fastagi_host, here.fastagi_port, self._secret_of, peers=peers)
        self._fastagi.add_route("dial", self._dial)
        self._fastagi.add_route("record", self._record)
        self._fastagi.add_route("transfer", self._transfer)
        self._audio = AudioSocketServer(here.audiosocket_host, here.audiosocket_port, self._take_expected, peers=peers)
        self._ami = Ami(
            here.ami_host,
            here.ami_port,
            here.ami_username,
            here.ami_secret,
            authority=here.ami_ca,
            action_seconds=here.ami_action_seconds,
            on_event=self._event,
            on_connected=self._connected,
            on_lost=self._lost,
        )
        try:
            await self._fastagi.start()
            await self._audio.start()
            await self._take_copies(peers)
            await self._ami.start()
            await self.trunks.look(self._ami)
        except BaseException:
            await self.close()
            raise
        self._ticker = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    async def close(self) -> None:
        """Hang up calls under way, stop listening and log out.

        A callee who was handed over to a human goes on talking; the owner is told the end of what we know.
        """
        for call in list(self._calls.values()):
            if call.stage is not progress.Stage.HANDED_OVER:
                call.hang_up()
        self._idle.clear()
        self._see_whether_idle()
        if self._connection:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self._idle.wait()
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
        if self._copies is not None:
            self._copies.close()
            self._copies = None
        for server in (self._audio, self._fastagi):
            if server is not None:
                await server.close()
        if self._ami is not None:
            await self._ami.close()
        self._connection = 0
        for call in list(self._calls.values()):
            call.handle(progress_events.AmiLost())
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def call(
        self, request: CallRequest, events: PhoneEvents, variables: Mapping[str, str] | None = None
    ) -> AsteriskCall:
        """Originate the bot's own leg; the dialplan then asks for the number and dials it.

        A call whose order stays without an answer is withdrawn here, and the dialplan is no longer told the number:
        nobody is called, so no uncertainty is left, and UncertainError never raised.

        Parameters
        ----------
        request
            What to dial.
        events
            Who is told what happens.
        variables
            Channel variables of the bot's leg, set by FastAGI.

        Raises
        ------
        ConfigurationError
            Number, trunk, a variable or the attempt are not allowed; nothing was sent.
        UnavailableError
            The call was not taken, and nobody is called.
        """
        trunk = self._config.trunks.get(request.trunk)
        if trunk is None:
            raise ConfigurationError(Problem(f"there is no trunk {request.trunk!r}", "configure it under trunks"))
        numbers.check_number(request.number, request.trunk, trunk)
        if request.caller_id and not re.fullmatch(r"\+?[0-9]{1,15}", request.caller_id):
            raise ConfigurationError(Problem("the caller's number is not a telephone number", "use digits"))
        for name, value in (variables or {}).items():
            if not _VARIABLE_NAME.fullmatch(name) or not value.isprintable() or "$" in value:
                raise ConfigurationError(
                    Problem(
                        f"channel variable {name[:40]!r} is not allowed",
                        "use a plain name, and a value without '$' and control characters",
                    )
                )
        if request.recording and not _PLAIN_PATH.fullmatch(request.recording):
            raise ConfigurationError("the name of the recording cannot stand in a dialplan")
        attempt = str(request.attempt)
        if attempt in self._calls:
            raise ConfigurationError(f"attempt {attempt} is being called already")
        ami = self._ami
        if ami is None or not ami.connected:
            raise UnavailableError(Problem("there is no connection to Asterisk", "see whether it runs"))
        self.trunks.check(request.trunk)
        call = AsteriskCall(self, request, trunk, events, variables or {})
        self._calls[attempt] = call
        here = self._asterisk
        try:
            await ami.action(
                "Originate",
                {
                    "ActionID": f"originate-{attempt}",
                    "Channel": f"AudioSocket/{addresses.audiosocket(here)}/{call.expect_media()}/c(slin)",
                    "Context": here.dial_context,
                    "Exten": here.extension,
                    "Priority": "1",
                    "ChannelId": attempt,
                    # One underscore: the callee's channel inherits it, channels that it dials do not.
                    "Variable": f"_{PROOF_VARIABLE}={call.secret}",
                    "Timeout": "5000",
                    "Async": "true",
                },
                uncertain=True,
            )
        except UncertainError as error:
            if not call.began:
                self.forget(call)
                raise UnavailableError(f"{error}; the call was withdrawn before anybody was dialled") from error
        except BaseException:
            self.forget(call)
            raise
        return call

    async def open_attempts(self) -> frozenset[UUID]:
        """Attempts that have a channel in Asterisk now, whoever started them. Raises UnavailableError."""
        return frozenset(UUID(linked) for linked in await self._channels() if _is_uuid(linked))

    async def end_attempt(self, attempt: UUID) -> None:
        """Hang up whatever channels an attempt has. Raises UnavailableError."""
        channels = await self._channels()
        await self.end_channels(tuple(channels.get(str(attempt), {})))

    # ------------------------------------------------------------------------------- used by calls

    def start_task(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that a call ordered."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def forget(self, call: AsteriskCall) -> None:
        """Forget a call; from now on no session is told its number."""
        if self._calls.get(str(call.attempt)) is call:
            del self._calls[str(call.attempt)]
        for identifier in [one for one, expecting in self._expected_media.items() if expecting is call]:
            del self._expected_media[identifier]
        self._see_whether_idle()

    def _see_whether_idle(self) -> None:
        if all(call.stage is progress.Stage.HANDED_OVER for call in self._calls.values()):
            self._idle.set()

    def expect_media(self, call: AsteriskCall, identifier: UUID) -> None:
        """Give ``call`` the one connection that will say this uuid."""
        self._expected_media[identifier] = call

    async def end_channels(self, unique_ids: tuple[str, ...]) -> None:
        """Hang channels up; those that are gone already do not matter."""
        for unique_id in unique_ids:
            try:
                await self._required_ami().action("Hangup", {"Channel": unique_id, "Cause": "16"})
            except RefusedError:
                continue
            except UnavailableError as error:
                _log.warning("a channel could not be hung up", channel=unique_id, error=str(error))

    async def redirect(self, channel: str) -> None:
        """Send a channel to the transfer's dialplan."""
        await self._required_ami().action(
            "Redirect",
            {
                "Channel": channel,
                "Context": self._asterisk.transfer_context,
                "Exten": self._asterisk.extension,
                "Priority": "1",
            },
        )

    async def press(self, channel: str, key: str) -> None:
        """Press a key on a channel, so that its far side hears it."""
        await self._required_ami().action("PlayDTMF", {"Channel": channel, "Digit": key, "Duration": KEY_MILLISECONDS})

    # ------------------------------------------------------------------------------------------ AMI

    def _required_ami(self) -> Ami:
        if self._ami is None:
            raise UnavailableError("the telephone was not started")
        return self._ami

    def _event(self, event: AmiEvent) -> None:
        key = event.action_id.removeprefix("originate-") if isinstance(event, OriginateAnswer) else event.linked_id
        call = self._calls.get(key)
        if call is None:
            return
        if isinstance(event, KeyPressed):
            call.key_over_ami(event)
        else:
            call.handle(event)

    def _connected(self) -> None:
        self._connections_made += 1
        self._connection = self._connections_made
        self._look_at = 0.0
        if self._calls:
            self.start_task(self._resynchronise(list(self._calls.values())))

    def _lost(self) -> None:
        self._connection = 0
        for call in list(self._calls.values()):
            call.handle(progress_events.AmiLost())

    async def _resynchronise(self, calls: list[AsteriskCall]) -> None:
        """Tell calls that outlived the connection how they stand."""
        try:
            channels = await self._channels()
        except UnavailableError as error:
            _log.warning("calls could not be resynchronised after a reconnect", error=str(error))
            return
        for call in calls:
            call.handle(progress_events.AmiBack(channels.get(str(call.attempt), {})))

    async def _look_at_trunks(self) -> None:
        try:
            await self.trunks.look(self._required_ami())
        except UnavailableError as error:
            _log.info("Asterisk did not tell the state of its trunks", error=str(error))

    async def _channels(self) -> dict[str, dict[str, tuple[str, str]]]:
        """Return linked id -> unique id -> (name, state) of all channels."""
        found: dict[str, dict[str, tuple[str, str]]] = {}
        for message in await self._required_ami().list_action("CoreShowChannels"):
            state = (message.channel, message.channelstatedesc)
            found.setdefault(message.linkedid or message.uniqueid, {})[message.uniqueid] = state
        return found

    def _tick(self) -> None:
        now = asyncio.get_running_loop().time()
        self._ticker = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)
        if self._connection and now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            self.start_task(self._look_at_trunks())
        for call in list(self._calls.values()):
            call.tick()

    # ------------------------------------------------------------------------- AudioSocket and FastAGI

    def _take_expected(self, identifier: UUID) -> AsteriskCall | None:
        """Return the call that expects a connection with this uuid; it expects no second one."""
        return self._expected_media.pop(identifier, None)

    def _secret_of(self, attempt: str) -> str:
        call = self._calls.get(attempt)
        return call.secret if call is not None else ""

    async def _take_copies(self, peers: frozenset[str]) -> None:
        """Listen for copies of SIP messages; where the UDP port is taken, refusals are read by their status."""
        address = (addresses.bare(self._asterisk.audiosocket_host), self._asterisk.audiosocket_port)
        refusals = Refusals(peers)
        try:
            self._copies, self._refusals = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: refusals, local_addr=address
            )
        except OSError as error:
            _log.info("copies of SIP messages cannot be taken", error=str(error))

    async def _peers(self) -> frozenset[str]:
        """Return the addresses from which Asterisk may connect to us."""
        peers = {"127.0.0.1", "::1"}
        host = addresses.bare(self._asterisk.ami_host)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError as error:
            raise UnavailableError(
                Problem(f"asterisk.ami_host: {host} has no address: {error}", "correct it")
            ) from error
        there = {addresses.plain(str(entry[4][0])) for entry in found}
        return frozenset(peers | {address for address in there if not ipaddress.ip_address(address).is_unspecified})

    async def _dial(self, session: Session) -> None:
        """Serve the bot's own leg: dial the callee, wait as long as the call takes, say how it ended."""
        call = self._calls.get(session.call)
        if call is None or not call.may_dial:
            _log.warning("fastagi: refused to dial a call twice", attempt=session.call)
            return
        call.handle(progress_events.SessionOpened())
        try:
            caller = call.request.caller_id or call.trunk.caller_id
            if caller:
                await session.set_variable("CALLERID(num)", caller)
            for name, value in call.variables.items():
                await session.set_variable(name, value)
            await session.execute(
                "Dial",
                numbers.channel(numbers.rendered(call.request.number, call.trunk), call.trunk.endpoint),
                f"{call.request.ring_seconds:.1f}",
                # i: ignore redirects by the far side
                f"ib({dialplan.CALLEE_CONTEXT}^{self._asterisk.extension}^1)",
            )
            call.handle(await self._dial_done(session, call))
        finally:
            call.handle(progress_events.SessionClosed())

    async def _dial_done(self, session: Session, call: AsteriskCall) -> progress_events.DialDone:
        """Ask how the Dial ended, and what the carrier said beside a refusal."""
        registered = call.request.trunk not in self.trunks.unregistered
        done = dataclasses.replace(await _dial_done(session), registered=registered)
        if self._refusals is None or done.technical < 300:
            return done
        reason = await self._refusals.reason(call.sip_call_id, done.technical, REASON_SECONDS)
        return dataclasses.replace(done, reason=reason)

    async def _record(self, session: Session) -> None:
        """Serve the callee's channel before it is dialled: record it."""
        call = self._calls.get(session.call)
        if call is None or call.stage is not progress.Stage.DIALLING:
            _log.warning("fastagi: refused to record a call that is not being dialled", attempt=session.call)
            return
        call.identify(await session.evaluate("${CHANNEL(pjsip,call-id)}"))
        if not call.request.recording:
            return
        reply = await session.execute("MixMonitor", call.request.recording, "D")
        if reply.fine and reply.result == "0":
            call.recording_begun()
        else:
            _log.info("a call is not recorded: Asterisk cannot run MixMonitor", attempt=session.call)

    async def _transfer(self, session: Session) -> None:
        """Serve a callee's channel that was sent here: dial the human; if nobody answers, bring the callee back."""
        call = self._calls.get(session.call)
        if call is None or call.stage is not progress.Stage.MOVING:
            _log.warning("fastagi: refused a transfer that nobody ordered", attempt=session.call)
            return
        call.handle(progress_events.SessionOpened())
        try:
            extension = numbers.check_extension(call.extension, call.request.trunk, call.trunk)
            target = numbers.channel(extension, call.trunk.endpoint)
            await session.execute("Dial", target, f"{call.trunk.ring_seconds:.1f}", "i")
            if call.transfer_returned(await session.evaluate("${DIALSTATUS}")):
                await session.execute("AudioSocket", str(call.expect_media()), addresses.audiosocket(self._asterisk))
        finally:
            call.handle(progress_events.SessionClosed())


async def _dial_done(session: Session) -> progress_events.DialDone:
    """Ask how the Dial ended."""
    status, _, rest = (await session.evaluate(_DIAL_RESULT)).partition("|")
    cause, _, names = rest.partition("|")
    name = names.split(",")[0]
    told = ""
    if name and _CHANNEL_NAME.fullmatch(name):
        told = await session.evaluate(f"${{HANGUPCAUSE({name},tech)}}")
    technical = sip_status(told)
    phrase = told.partition(str(technical))[2].strip() if technical else ""
    known = int(cause) if cause.isascii() and cause.isdigit() else 0
    return progress_events.DialDone(status, known, technical, phrase)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
