"""What only a running Asterisk tells: its version, its modules, its dialplan, its endpoints. Asked with few rights."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from voicebot.agi.ami import Ami
from voicebot.agi.configuration.files import ConfigurationFiles
from voicebot.agi.configuration.sections import Section, Setting
from voicebot.agi.lint.dialplan import our_contexts
from voicebot.agi.lint.endpoints import check_far_side
from voicebot.agi.lint.finding import Fact, PbxFinding
from voicebot.agi.lint.modules import REQUIRED_MODULES
from voicebot.agi.lint.pbx import Pbx
from voicebot.agi.trunk_state import endpoint_of, is_registered, outbound_registrations
from voicebot.config import Config
from voicebot.errors import Problem, RefusedError

OLDEST_MAJOR: Final = 18
"""The first Asterisk with an AudioSocket channel."""
KEYS_SINCE: Final = {20: 14, 21: 9, 22: 4}
"""Major version -> the minor one since which AudioSocket carries keys; none before, all after (asterisk PR 1138)."""
REASON_UNTIL: Final = (22, 9)
"""The first Asterisk that does not pass on a ``Reason`` header; see ``hep``."""
_ASKED: Final = ("context", "allow_transfer", "redirect_method")
"""Options of an endpoint that decide what the far side may do."""


@dataclass(slots=True)
class Answers:
    """What a running PBX said.

    Parameters
    ----------
    findings
        What would go wrong.
    facts
        What it has or lacks; what it could not tell is left out.
    """

    findings: list[PbxFinding] = field(default_factory=list)
    facts: dict[Fact, bool] = field(default_factory=dict)

    def broken(self, what: str, cure: str) -> None:
        """Add a fault."""
        self.findings.append(PbxFinding("broken", Problem(what, cure)))


@asynccontextmanager
async def logged_in(config: Config) -> AsyncIterator[Ami]:
    """Log in as the node would, for as long as the block lasts.

    Raises
    ------
    ConfigurationError
        User or secret are wrong.
    UnavailableError
        Asterisk does not answer.
    """
    asterisk = config.asterisk
    ami = Ami(
        asterisk.ami_host,
        asterisk.ami_port,
        asterisk.ami_username,
        asterisk.ami_secret,
        authority=asterisk.ami_ca,
        action_seconds=asterisk.ami_action_seconds,
    )
    await ami.start()
    try:
        yield ami
    finally:
        await ami.close()


async def ask_running(ami: Ami, config: Config, *, keys_over_ami: bool = False) -> Answers:
    """Ask a running Asterisk what would go wrong, and what it has.

    Parameters
    ----------
    ami
        Logged in.
    config
        What this node expects.
    keys_over_ami
        Our AMI user may read ``dtmf``, as far as is known.

    Raises
    ------
    UnavailableError
        It stopped answering.
    """
    answers = Answers()
    answers.findings += version_findings(
        (await ami.action("CoreSettings")).asteriskversion,
        keys_over_ami=keys_over_ami,
        copies=await ami.variable("IFMODULE(res_hep_pjsip.so)") != "0",
    )
    extension = config.asterisk.extension
    for context in our_contexts(config):
        if not await _context(ami, answers, context):
            answers.broken(
                f"the running dialplan has no [{context}]",
                "include extensions_voicebot.conf, then: dialplan reload",
            )
        elif not await _dialplan(ami, {"Context": context, "Extension": extension}):
            answers.broken(
                f"the running dialplan has no extension {extension!r} in [{context}]",
                "render it again (voicebot trunk dialplan), then: dialplan reload",
            )
    for module, without in REQUIRED_MODULES.items():
        state = await ami.variable(f"IFMODULE({module}.so)")
        if state in {"0", "1"}:
            answers.facts[Fact("module", module)] = state == "1"
        if state == "0":
            answers.broken(f"{module} is not running: {without}", f"module load {module}.so, see modules.conf")
    if await ami.variable("IFMODULE(func_env.so)") == "1":
        what = "func_env is loaded: whoever has AMI's secret can write files as Asterisk's user"
        cure = "put noload => func_env.so into modules.conf, unless your dialplan needs it"
        answers.findings.append(PbxFinding("note", Problem(what, cure)))
    for name in config.trunks:
        await _trunk(ami, config, answers, name)
    answers.findings += [
        finding
        for one in await outbound_registrations(ami)
        if (finding := registration_finding(one, config)) is not None
    ]
    return answers


def version_findings(version: str, *, keys_over_ami: bool, copies: bool) -> list[PbxFinding]:
    """Return what a version of Asterisk lacks. Pure.

    Parameters
    ----------
    version
        For example ``22.10.1`` or ``certified/20.7-cert3``.
    keys_over_ami
        Our AMI user may read ``dtmf``.
    copies
        The module that sends copies of SIP messages is running, or may be.
    """
    numbers = version.rpartition("/")[2].replace("-", ".").split(".")
    if not numbers[0].isdigit():
        what = f"Asterisk calls its version {version!r}: what it can do cannot be told"
        return [PbxFinding("unknown", Problem(what, f"{OLDEST_MAJOR} or later is needed; 22.4 or later is best"))]
    major = int(numbers[0])
    minor = int(numbers[1]) if len(numbers) > 1 and numbers[1].isdigit() else 0
    if major < OLDEST_MAJOR:
        problem = Problem(f"Asterisk {version} has no AudioSocket channel", f"install {OLDEST_MAJOR} or later")
        return [PbxFinding("broken", problem)]
    if not keys_over_ami and (major < min(KEYS_SINCE) or minor < KEYS_SINCE.get(major, 0)):
        newest = ", ".join(f"{first}.{second}" for first, second in KEYS_SINCE.items())
        what = f"Asterisk {version} does not pass on the keys that a callee presses over AudioSocket"
        cure = f"give AMI's user the rights [voicebot-rights-with-keys], or install {newest} or later"
        return [PbxFinding("note", Problem(what, cure))]
    if not copies and (major, minor) >= REASON_UNTIL:
        what = f"Asterisk {version} does not pass on why a carrier refused a call (its Reason header)"
        cure = "see hep_voicebot.conf.example; without it a refusal is judged by its SIP status alone"
        return [PbxFinding("note", Problem(what, cure))]
    return []


async def _trunk(ami: Ami, config: Config, answers: Answers, name: str) -> None:
    endpoint = config.trunks[name].endpoint
    state = await ami.variable(f"DEVICE_STATE(PJSIP/{endpoint})")
    if state:
        answers.facts[Fact("endpoint", endpoint)] = state != "INVALID"
    if state == "INVALID":
        answers.broken(
            f"trunk {name!r}: Asterisk knows no endpoint {endpoint!r}",
            "add it to pjsip.conf, then: pjsip reload",
        )
        return
    if state == "UNAVAILABLE":
        answers.broken(
            f"trunk {name!r}: the other side of {endpoint!r} cannot be reached",
            "see: pjsip show contacts, pjsip show registrations",
        )
    described = await _describe(ami, endpoint)
    context = described.value("context")
    if context and context not in our_contexts(config):
        await _context(ami, answers, context)


def registration_finding(registration: Mapping[str, str], config: Config) -> PbxFinding | None:
    """Return what an outbound registration's state means, ``None`` where it is as it should be. Pure.

    Parameters
    ----------
    registration
        As of ``outbound_registrations``; its status is ``Registered``, ``Unregistered``, ``Rejected`` or ``Stopped``,
        followed by other words in some versions.
    """
    status = registration.get("Status", "")
    if is_registered(status):
        return None
    endpoint = endpoint_of(registration)
    trunks = [trunk for trunk, section in config.trunks.items() if section.endpoint == endpoint]
    which = f" (trunk {', '.join(trunks)})" if trunks else ""
    name, state = registration.get("ObjectName", ""), status.split(" ", maxsplit=1)[0].lower() or "not there"
    problem = Problem(
        f"registration {name!r}{which} is {state}",
        "see server_uri, client_uri and the password of its outbound_auth; then: pjsip show registrations",
    )
    return PbxFinding("broken" if trunks else "note", problem)


async def running_endpoint_findings(ami: Ami, config: Config, files: ConfigurationFiles) -> list[PbxFinding]:
    """Return what the far side of each trunk may do, by what the running Asterisk says of its endpoints.

    Endpoints in a database are seen here as well as those in files.

    Parameters
    ----------
    files
        Show where contexts lead; may be empty.
    """
    found: list[PbxFinding] = []
    for trunk in config.trunks.values():
        described = await _describe(ami, trunk.endpoint)
        if described.settings:
            found += check_far_side(Pbx(files, config), described)
    return found


async def _describe(ami: Ami, endpoint: str) -> Section:
    """Return an endpoint as Asterisk has it; without settings where ``func_pjsip_endpoint`` is not loaded."""
    where = f"the running endpoint {endpoint}"
    section = Section(endpoint, where, 0)
    for option in _ASKED:
        value = await ami.variable(f"PJSIP_ENDPOINT({endpoint},{option})")
        if value:
            section.settings.append(Setting(option, value, where, 0))
    return section


async def _context(ami: Ami, answers: Answers, context: str) -> bool:
    there = await _dialplan(ami, {"Context": context})
    answers.facts[Fact("context", context)] = there
    return there


async def _dialplan(ami: Ami, wanted: dict[str, str]) -> bool:
    """Whether the running dialplan has a context, or an extension in it."""
    try:
        await ami.list_action("ShowDialPlan", wanted)
    except RefusedError:
        return False
    return True
