"""Others on the machine: whoever has AMI's secret, and whoever has not, try to make a private Asterisk do more."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from tests.acceptance.telephone import FIRST_PORT, SECRET, Network, place
from voicebot.agi.ami import Ami
from voicebot.agi.asterisk_phone import AsteriskPhone
from voicebot.agi.audiosocket import Kind, encode
from voicebot.agi.phone import Disposition
from voicebot.errors import RefusedError

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXTENSIONS = (
    ("voicebot-dial", "start"),
    ("voicebot-callee", "start"),
    ("voicebot-callee", "end"),
    ("voicebot-transfer", "start"),
    ("voicebot-inbound", "s"),
)
ATTACKER = FIRST_PORT + 50
"""Where the attacker's FastAGI and AudioSocket listen."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Network]:
    network = Network(tmp_path_factory.mktemp("local"))
    await network.start()
    yield network
    await network.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def phone(network: Network) -> AsyncIterator[AsteriskPhone]:
    phone = AsteriskPhone(network.config)
    await phone.start()
    yield phone
    await phone.close()


class Attacker:
    """Somebody with AMI's secret, a FastAGI that answers every session with programs to run, and an AudioSocket."""

    def __init__(self, network: Network, folder: Path) -> None:
        asterisk = network.config.asterisk
        self.folder = folder
        self.program = f"id > {folder}/ran"
        self.sessions: list[bytes] = []
        self.audio: dict[UUID, asyncio.StreamWriter] = {}
        self.heard = asyncio.Event()
        self.ended = asyncio.Event()
        self.ami = Ami(asterisk.ami_host, asterisk.ami_port, "voicebot", SECRET, on_event=self._event)
        self._servers: list[asyncio.Server] = []

    async def start(self) -> None:
        await self.ami.start()
        for serve, port in ((self._fastagi, ATTACKER), (self._audio, ATTACKER + 1)):
            self._servers.append(await asyncio.start_server(serve, "127.0.0.1", port))

    async def stop(self) -> None:
        for writer in self.audio.values():
            writer.close()
        for server in self._servers:
            server.close()
        await self.ami.close()

    def _event(self, event: object) -> None:
        self.ended.set()

    async def _fastagi(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            self.sessions.append(await reader.readuntil(b"\n\n"))
            for command in (f'EXEC MixMonitor "{self.folder}/m.raw,,{self.program}"', 'EXEC StopMixMonitor ""'):
                writer.write(command.encode() + b"\n")
                await reader.readline()
        writer.close()

    async def _audio(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readexactly(3)
            self.audio[UUID(bytes=await reader.readexactly(16))] = writer
            self.heard.set()
            await reader.read()

    async def channel(self, context: str, extension: str, variables: Mapping[str, str]) -> UUID:
        """Start a channel of the attacker's at an extension; return its id once it is up."""
        identifier = uuid4()
        self.heard.clear()
        await self.ami.action(
            "Originate",
            {
                "Channel": f"AudioSocket/127.0.0.1:{ATTACKER + 1}/{identifier}/c(slin)",
                "ChannelId": str(identifier),
                "Context": context,
                "Exten": extension,
                "Priority": "1",
                "Async": "true",
                "Variable": ",".join(f"{name}={value}" for name, value in variables.items()),
            },
        )
        async with asyncio.timeout(10):
            while identifier not in self.audio:
                await self.heard.wait()
                self.heard.clear()
        return identifier

    async def gone(self, identifier: UUID) -> None:
        """Wait until a channel has ended by itself."""
        async with asyncio.timeout(10):
            while any(
                message.uniqueid == str(identifier) for message in await self.ami.list_action("CoreShowChannels")
            ):
                pass


@pytest_asyncio.fixture(loop_scope="module")
async def attacker(network: Network, tmp_path: Path) -> AsyncIterator[Attacker]:
    attacker = Attacker(network, tmp_path)
    await attacker.start()
    yield attacker
    await attacker.stop()


def everything(attacker: Attacker) -> dict[str, str]:
    """Whatever names a dialplan of ours ever read or might read, each with something that would do harm."""
    monitor = f"{attacker.folder}/b.raw__{attacker.program}"  # commas would end the value
    variables = dict.fromkeys(("VOICEBOT_FASTAGI", "FASTAGI", "AGI", "ADDRESS"), f"127.0.0.1:{ATTACKER}")
    variables |= dict.fromkeys(
        ("ARG1", "ARG2", "ARG3", "VOICEBOT_ATTEMPT", "RECORDING", "MIXMONITOR_FILENAME"), monitor
    )
    return variables | {"__VOICEBOT_FASTAGI": f"127.0.0.1:{ATTACKER}", "AGIEXECFULL": "yes", "VOICEBOT_SECRET": "x"}


@pytest.mark.parametrize(("context", "extension"), EXTENSIONS)
async def test_no_variable_of_an_ami_user_leads_elsewhere(
    network: Network, phone: AsteriskPhone, attacker: Attacker, context: str, extension: str
) -> None:
    """Neither given at the start, nor set as a global, nor set on a channel that is then sent on."""
    del phone
    given = everything(attacker)
    for name, value in given.items():
        with contextlib.suppress(RefusedError):
            await attacker.ami.action("Setvar", {"Variable": name, "Value": value})
    names = sorted(given)
    for number in range(0, len(names), 2):  # a line of AMI holds a thousand characters
        pair = {name: given[name] for name in names[number : number + 2]}
        identifier = await attacker.channel(context, extension, pair)
        for name in ("ARG1", "ARG2", "VOICEBOT_FASTAGI"):
            value = f"{attacker.folder}/c.raw,,{attacker.program} #"
            with contextlib.suppress(RefusedError):  # it may be gone by now
                await attacker.ami.action("Setvar", {"Channel": str(identifier), "Variable": name, "Value": value})
                where = {"Context": "voicebot-callee", "Exten": "start", "Priority": "1"}
                await attacker.ami.action("Redirect", {"Channel": str(identifier), **where})
        attacker.audio.pop(identifier).close()
        await attacker.gone(identifier)
    assert attacker.sessions == []
    assert list(attacker.folder.iterdir()) == []
    for name in names:
        await network.pbx.console(f"dialplan set global {name.lstrip('_')} nothing")


@pytest.mark.parametrize(
    ("application", "data"),
    [
        ("System", "{program}"),
        ("TrySystem", "{program}"),
        ("MixMonitor", "{folder}/a.raw,,{program}"),
        ("AGI", "agi://127.0.0.1:{port}/x"),
        ("EAGI", "agi://127.0.0.1:{port}/x"),
        ("ExecIf", "1?System({program})"),
        ("Exec", "System({program})"),
        ("Set", "X=${{SHELL({program})}}"),
        ("Set", "FILE({folder}/written)=x"),
    ],
)
async def test_no_program_runs_by_originating_an_application(attacker: Attacker, application: str, data: str) -> None:
    identifier = uuid4()
    data = data.format(program=attacker.program, folder=attacker.folder, port=ATTACKER)
    with contextlib.suppress(RefusedError):
        await attacker.ami.action(
            "Originate",
            {
                "Channel": f"AudioSocket/127.0.0.1:{ATTACKER + 1}/{identifier}/c(slin)",
                "ChannelId": str(identifier),
                "Application": application,
                "Data": data,
            },
        )
    await attacker.gone(identifier)
    assert attacker.sessions == []
    assert list(attacker.folder.iterdir()) == []


@pytest.mark.parametrize("variable", ["FILE({folder}/written)", "SHELL({program})", "ENV(LD_PRELOAD)", "AST_CONFIG(x)"])
async def test_no_function_writes_files_or_the_environment(attacker: Attacker, variable: str) -> None:
    """Asterisk lets ``Variable`` of an order write files where ``func_env`` is loaded, so ours does not load it."""
    name = variable.format(folder=attacker.folder, program=attacker.program)
    with pytest.raises(RefusedError):
        await attacker.ami.action("Setvar", {"Variable": name, "Value": "x"})
    identifier = await attacker.channel("voicebot-inbound", "s", {name: "x"})
    await attacker.gone(identifier)
    assert list(attacker.folder.iterdir()) == []


async def test_ami_runs_no_programs_and_commands(attacker: Attacker) -> None:
    identifier = await attacker.channel("voicebot-dial", "start", {})
    for action, fields in (
        ("MixMonitor", {"Channel": str(identifier), "File": f"{attacker.folder}/x", "Command": attacker.program}),
        ("AGI", {"Channel": str(identifier), "Command": f'EXEC System "{attacker.program}"'}),
        ("Command", {"Command": "core show version"}),
        ("UpdateConfig", {"SrcFilename": "extensions.conf", "DstFilename": "extensions.conf"}),
        ("GetConfig", {"Filename": "manager.conf"}),
        ("ModuleLoad", {"Module": "app_system.so", "LoadType": "load"}),
        ("DialplanExtensionAdd", {"Context": "x", "Extension": "x", "Priority": "1", "Application": "System"}),
    ):
        with pytest.raises(RefusedError):
            await attacker.ami.action(action, fields)
    await attacker.gone(identifier)
    assert list(attacker.folder.iterdir()) == []


async def test_a_local_user_who_names_attempts_is_told_no_number_and_spoils_no_call(
    network: Network, phone: AsteriskPhone
) -> None:
    """Whoever reads the attempt's id somewhere asks FastAGI about it before, while and after Asterisk does."""
    asterisk = network.config.asterisk
    told: list[bytes] = []
    over = asyncio.Event()

    async def ask(attempt: UUID, path: str, answer: bytes) -> None:
        head = f"agi_network_script: {path}\nagi_uniqueid: {attempt}\nagi_arg_1: {attempt}\n\n".encode()
        while not over.is_set():
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection("127.0.0.1", asterisk.fastagi_port)
                writer.write(head)
                while line := await reader.readline():
                    told.append(line)
                    writer.write(answer)
                writer.close()

    async def listen(attempt: UUID) -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", asterisk.audiosocket_port)
                writer.write(encode(Kind.UUID, attempt.bytes))
                told.append(await reader.read(1))
                writer.close()

    attempts = [uuid4() for _ in range(3)]
    answers = (b"200 result=1 (x)\n", b"200 result=0\n", b"200 result=1 (ANSWER|16|)\n")
    tasks = [asyncio.create_task(ask(one, path, answer)) for one, answer in zip(attempts, answers, strict=True)
             for path in ("dial", "record", "transfer")]  # fmt: skip
    tasks += [asyncio.create_task(listen(one)) for one in attempts]
    calls = [await place(phone, "1001000", attempt=attempt) for attempt in attempts]
    for _, owner in calls:
        hang_up = await owner.wait("hung_up")
        assert hang_up.disposition is Disposition.ANSWERED
        assert hang_up.by_callee
        assert owner.names == ["media_up", "answered", "hung_up"]
    over.set()
    await asyncio.gather(*tasks)
    assert set(told) <= {b'GET FULL VARIABLE "${VOICEBOT_SECRET}"\n', b""}
    assert told


async def test_the_secret_of_a_call_stands_in_no_log_name_or_event(network: Network, phone: AsteriskPhone) -> None:
    await network.pbx.console("core set verbose 5")
    call, owner = await place(phone, "1002000")
    await owner.wait("answered")
    seen = await network.pbx.console("core show channels verbose")
    seen += "".join(path.read_text(errors="replace") for path in (network.pbx.folder / "log").glob("*.log"))
    assert call.secret not in seen
    call.hang_up()
    await owner.wait("hung_up")
