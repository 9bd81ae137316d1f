"""What only a running Asterisk tells: its version, its modules, its dialplan, its endpoints. Asked with few rights."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from voicebot.agi import dialplan
from voicebot.agi.ami import Ami
from voicebot.agi.lint import REQUIRED_MODULES
from voicebot.config import Config
from voicebot.errors import Problem, RefusedError

OLDEST_MAJOR: Final = 18
"""The first Asterisk with an AudioSocket channel."""


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


async def check_running(ami: Ami, config: Config) -> list[Problem]:
    """Ask a running Asterisk and return what would go wrong.

    Parameters
    ----------
    ami
        Logged in.
    config
        What this node expects.

    Raises
    ------
    UnavailableError
        It stopped answering.
    """
    problems: list[Problem] = []
    version = (await ami.action("CoreSettings")).asteriskversion
    major = version.split(".")[0]
    if major.isdigit() and int(major) < OLDEST_MAJOR:
        problems.append(Problem(f"Asterisk {version} has no AudioSocket channel", f"install {OLDEST_MAJOR} or later"))
    problems += await _dialplan(ami, config)
    for module, without in REQUIRED_MODULES.items():
        if await _variable(ami, f"IFMODULE({module}.so)") == "0":
            problems.append(
                Problem(f"{module} is not running: {without}", f"module load {module}.so, see modules.conf")
            )
    for name, trunk in config.trunks.items():
        state = await _variable(ami, f"DEVICE_STATE(PJSIP/{trunk.endpoint})")
        if state == "INVALID":
            problems.append(
                Problem(
                    f"trunk {name!r}: Asterisk knows no endpoint {trunk.endpoint!r}",
                    "add it to pjsip.conf, then: pjsip reload",
                )
            )
        elif state == "UNAVAILABLE":
            problems.append(
                Problem(
                    f"trunk {name!r}: the other side of {trunk.endpoint!r} cannot be reached",
                    "see: pjsip show contacts, pjsip show registrations",
                )
            )
    return problems


async def _dialplan(ami: Ami, config: Config) -> list[Problem]:
    problems = []
    for context in (config.asterisk.dial_context, config.asterisk.transfer_context, dialplan.CALLEE_CONTEXT):
        try:
            await ami.list_action("ShowDialPlan", {"Context": context, "Extension": config.asterisk.extension})
        except RefusedError:
            problems.append(
                Problem(
                    f"the running dialplan has no [{context}]",
                    "include extensions_voicebot.conf, then: dialplan reload",
                )
            )
    return problems


async def _variable(ami: Ami, expression: str) -> str:
    """Return what a dialplan function is worth; empty where Asterisk cannot say."""
    try:
        return str((await ami.action("Getvar", {"Variable": expression})).value)
    except RefusedError:
        return ""
